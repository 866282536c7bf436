import { expect, type Page } from "@playwright/test";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test("storage cleared, cookie kept: the cookie brings the session back", async ({ studentAt, server }) => {
	const student = await studentAt(5);
	await student.seesSaveLine(student.words.save.saved);
	await clearStorage(student.page, server.url);

	await student.visit();
	await student.isWelcomedBackAt(5);
	await expect(student.page.getByRole("dialog").getByRole("definition").first()).toHaveText("4");
	await student.continueSession();
	await student.seesQuestion(5);
	await student.answer();
	await student.seesSaveLine(student.words.save.saved);
	await expectServerHolds(server, student);
});

test("storage cleared, and the server cannot be asked at that moment: nobody is led to begin anew", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(5);
	const { page, words } = student;
	await student.seesSaveLine(words.save.saved);
	await clearStorage(page, server.url);

	await page.route("**/session/current", (route) => route.fulfill({ status: 503 }));
	await student.visit();
	await expect(page.getByRole("heading", { name: words.unreachable_title })).toBeVisible();
	await expect(page.getByRole("button", { name: words.welcome.start })).toBeHidden();
	await page.unroute("**/session/current");
	await student.press(words.try_again);
	await student.isWelcomedBackAt(5);
	await student.continueSession();
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});

test("cookie cleared, storage kept: the storage brings the session back", async ({
	studentAt,
	server,
	context,
}) => {
	const student = await studentAt(5);
	await student.seesSaveLine(student.words.save.saved);
	await context.clearCookies();

	await student.visit();
	await student.isWelcomedBackAt(5);
	await student.continueSession();
	await student.seesQuestion(5);
	await student.answer();
	await student.seesSaveLine(student.words.save.saved);
	await expectServerHolds(server, student);
});

test("both cleared: nobody is welcomed back", async ({ studentAt, server, context }) => {
	const student = await studentAt(3);
	await student.seesSaveLine(student.words.save.saved);
	await clearStorage(student.page, server.url);
	await context.clearCookies();

	await student.visit();
	await expect(student.page.getByRole("button", { name: student.words.welcome.start })).toBeVisible();
	await expect(student.page.getByRole("dialog")).toBeHidden();
});

/** What "clear site data" without the cookies does. */
async function clearStorage(page: Page, origin: string): Promise<void> {
	await page.goto("about:blank");
	const session = await page.context().newCDPSession(page);
	await session.send("Storage.clearDataForOrigin", {
		origin,
		storageTypes: "indexeddb,local_storage,cache_storage,service_workers",
	});
}
