import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page } from "@playwright/test";
import { cookieOf } from "./support/remains.ts";
import { createStudent } from "./support/student.ts";
import { test } from "./support/test.ts";

/** A school's own network, by plain http: there a browser does not say which site a request comes from. */
const SCHOOL = "school.test";
const SIBLING = "games.school.test";
const STRANGER = "evil.test";

test.use({
	launchOptions: [
		async ({ launchOptions }, use) => {
			const { args = [] } = launchOptions;
			const rules = [SCHOOL, SIBLING, STRANGER].map((name) => `MAP ${name} localhost`).join(",");
			await use({ ...launchOptions, args: [...args, `--host-resolver-rules=${rules}`] });
		},
		{ scope: "worker" },
	],
});

for (const attacker of [STRANGER, SIBLING]) {
	test(`a page at ${attacker} cannot plant its own session in a student's browser, nor take the student's away`, async ({
		page,
		context,
		server,
		questionnaire,
		calm,
	}) => {
		calm.watch(page);
		const address = server.url.replace("localhost", SCHOOL);
		const student = createStudent(page, { server: { ...server, url: address }, questionnaire });

		// The attacker's own session: whoever repeats the operation id is handed it.
		const operation_id = "7b0a52b4-6a5e-4b57-9b27-1a5a3a0f9e11";
		const planted = await server.api<{ session_id: string }>("/api/v2/session/start", { operation_id });
		const form = JSON.stringify({ operation_id, language: "en" });

		await post(page, attacker, `${address}/api/v2/session/start`, form);
		expect(await cookieOf(context)).toBeUndefined();

		await student.visit();
		await student.begin();
		await student.answer();
		await student.seesSaveLine(student.words.save.saved);
		expect(student.memory.session_id).not.toBe(planted.session_id);
		expect(await cookieOf(context)).toBe(student.memory.session_id);

		await post(page, attacker, `${address}/api/v2/session/start`, form);
		await post(page, attacker, `${address}/api/v2/session/forget`, "{}");
		expect(await cookieOf(context)).toBe(student.memory.session_id);
		const { session } = await server.api<{ session: { answers: object } }>(
			`/api/v2/session/${planted.session_id}`,
		);
		expect(session.answers).toEqual({});
	});
}

/**
 * Opens a page of another site that posts JSON by a form, as forms do without being asked first. What a form
 * adds goes into a field that the API ignores.
 */
async function post(page: Page, host: string, action: string, text: string): Promise<void> {
	const [name, value] = [text.slice(0, -1), "x"];
	const html = `<form method="post" enctype="text/plain" action="${action}"><input name='${name},"email":"' value='${value}"}'></form>`;
	const site = createServer((_, reply) => reply.setHeader("Content-Type", "text/html").end(html)).listen(0);
	await once(site, "listening");
	try {
		await page.goto(`http://${host}:${(site.address() as AddressInfo).port}/`);
		// Scripts of the page are not what is looked at: the form is sent, and its reply becomes the page.
		await page.locator("form").evaluate((form: HTMLFormElement) => form.submit());
		await page.waitForURL(action);
	} finally {
		site.close();
	}
}
