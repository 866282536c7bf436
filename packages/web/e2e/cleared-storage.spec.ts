import { expect, type Page } from "@playwright/test";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test("storage cleared, cookie kept: the cookie brings the session back", async ({ student, server }) => {
	await student.visit();
	await student.begin();
	await student.answerUntil(5);
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

test("cookie cleared, storage kept: the storage brings the session back", async ({
	student,
	server,
	context,
}) => {
	await student.visit();
	await student.begin();
	await student.answerUntil(5);
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

test("both cleared: nobody is welcomed back", async ({ student, server, context }) => {
	await student.visit();
	await student.begin();
	await student.answerUntil(3);
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
