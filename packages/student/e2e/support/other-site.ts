import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { testCertificate } from "./certificate.ts";

/**
 * Opens a page of another site that posts JSON by a form, as forms do without being asked first. What a form
 * adds goes into a field that the API ignores.
 * @param site such as `http://evil.test`; the page is served there on a port of its own
 */
export async function postByForm(page: Page, site: string, action: string, text: string): Promise<void> {
	const [name, value] = [text.slice(0, -1), "x"];
	const html = `<form method="post" enctype="text/plain" action="${action}"><input name='${name},"email":"' value='${value}"}'></form>`;
	const show: RequestListener = (_, reply) => void reply.setHeader("Content-Type", "text/html").end(html);
	const server = site.startsWith("https:")
		? createTlsServer(await testCertificate(), show).listen(0)
		: createServer(show).listen(0);
	await once(server, "listening");
	try {
		await page.goto(`${site}:${(server.address() as AddressInfo).port}/`);
		// Scripts of the page are not what is looked at: the form is sent, and its reply becomes the page.
		await page.locator("form").evaluate((form: HTMLFormElement) => form.submit());
		await page.waitForURL(action);
	} finally {
		server.close();
	}
}
