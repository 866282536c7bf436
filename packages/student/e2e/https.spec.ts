import { expect, type Page } from "@playwright/test";
import { startServer } from "./server.ts";
import { postByForm } from "./support/other-site.ts";
import { createStudent } from "./support/student.ts";
import { test } from "./support/test.ts";
import { startTlsProxy } from "./support/tls-proxy.ts";

const SITE = "career.school.test";
const OTHERS = ["games.school.test", "evil.test"];

test.use({
	ignoreHTTPSErrors: true,
	launchOptions: [
		async ({ launchOptions }, use) => {
			const { args = [] } = launchOptions;
			const rules = [SITE, ...OTHERS].map((name) => `MAP ${name} localhost`).join(",");
			await use({ ...launchOptions, args: [...args, `--host-resolver-rules=${rules}`] });
		},
		{ scope: "worker" },
	],
});

test("behind a proxy with https the cookie is bound to the host, brings the session back, and no other site can touch it", async ({
	page,
	context,
	calm,
}) => {
	calm.watch(page);
	await using proxy = await startTlsProxy();
	const address = `https://${SITE}:${proxy.port}`;
	const server = await startServer({ settings: { PUBLIC_URL: address, TRUST_PROXY: "127.0.0.1,::1" } });
	proxy.passTo(Number(new URL(server.url).port));
	try {
		const student = createStudent(page, { server: { ...server, url: address } });
		await student.visit();
		await student.begin();
		await student.answerUntil(4);
		await student.seesSaveLine(student.words.save.saved);
		const cookies = await context.cookies();
		expect(cookies).toEqual([
			expect.objectContaining({
				name: "__Host-carhythm_session",
				value: student.memory.session_id,
				domain: SITE,
				path: "/",
				secure: true,
				httpOnly: true,
			}),
		]);

		for (const other of OTHERS) {
			await postByForm(page, `https://${other}`, `${address}/api/v2/session/start`, '{"language":"en"}');
			await postByForm(page, `https://${other}`, `${address}/api/v2/session/forget`, "{}");
		}
		expect((await context.cookies()).map(({ value }) => value)).toEqual([student.memory.session_id]);

		await forgetStorage(page, address);
		await student.visit();
		await student.isWelcomedBackAt(4);
	} finally {
		await server.dispose();
	}
});

/** What Safari does to a site that was not opened for a week; cookies stay. */
async function forgetStorage(page: Page, origin: string): Promise<void> {
	await page.goto("about:blank");
	const session = await page.context().newCDPSession(page);
	await session.send("Storage.clearDataForOrigin", {
		origin,
		storageTypes: "indexeddb,local_storage,cache_storage,service_workers",
	});
}
