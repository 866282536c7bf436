import { expect } from "@playwright/test";
import { aPhone, dialog, followLink, showCode } from "./support/devices.ts";
import { cookieOf, remains } from "./support/remains.ts";
import type { Student } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

/** On the pause sheet: leaves the other devices, and stays on the sheet. */
async function leaveOthers({ page, words, press }: Student): Promise<void> {
	await press(words.pause);
	await press(words.leave_others.open);
	const sheet = dialog(page, words.leave_others.title);
	await expect(sheet).toContainText(words.leave_others.body);
	await sheet.getByRole("button", { name: words.leave_others.yes, exact: true }).click();
	await expect(page.getByRole("status").filter({ hasText: words.leave_others.done })).toBeVisible();
	await press(words.pause_sheet.continue);
}

for (const language of ["en", "ar"] as const) {
	test.describe(language, () => {
		test.use({ language });

		test("what a left device had queued arrives, its page says where the student went, and the other goes on", async ({
			studentAt,
			server,
			browser,
			context,
			calm,
		}) => {
			const borrowed = await studentAt(3);
			const { page, words, memory } = borrowed;
			const former = memory.session_id;
			await borrowed.seesSaveLine(words.save.saved);
			const { link } = await showCode(borrowed);
			await page.getByRole("button", { name: words.close, exact: true }).click();
			await context.setOffline(true);
			await borrowed.answer();
			await borrowed.answer();
			await borrowed.seesSaveLine(words.save.on_device.offline);

			const { page: own, phone, context: other } = await aPhone(browser, borrowed, server);
			calm.watch(own);
			await followLink(own, words, link);
			await phone.seesQuestion(3);
			await leaveOthers(phone);
			const present = await cookieOf(other);
			expect(present).not.toBe(former);
			await phone.seesQuestion(3);

			await context.setOffline(false);
			await expect(dialog(page, words.moved.title)).toBeVisible();
			await expect(page.getByText(words.progress.place(5, 71))).toBeHidden();
			await expect.poll(async () => (await server.answers()).length).toBe(4);
			await expectServerHolds(server, phone);
			// The device has let go of all of it.
			await expect.poll(() => remains(page)).not.toContain(former);
			expect(await remains(page)).not.toContain(present ?? "none");
			await borrowed.press(words.moved.welcome);
			await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
			await borrowed.visit();
			await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();

			await phone.answerUntil(7);
			await phone.seesSaveLine(words.save.saved);
			await expectServerHolds(server, phone);
			await phone.visit();
			await phone.isWelcomedBackAt(7);
			await other.close();
		});
	});
}

test("a page that is open says within five seconds that the student left this device", async ({
	studentAt,
	server,
	browser,
}) => {
	const borrowed = await studentAt(3);
	const { page, words } = borrowed;
	await borrowed.seesSaveLine(words.save.saved);
	const { link } = await showCode(borrowed);
	const { page: own, phone, context } = await aPhone(browser, borrowed, server);
	await followLink(own, words, link);
	await phone.seesQuestion(3);
	await expect(dialog(page, words.elsewhere.title)).toBeVisible();
	await leaveOthers(phone);
	await expect(dialog(page, words.moved.title)).toBeVisible({ timeout: 5000 });
	await expect(dialog(page, words.elsewhere.title)).toBeHidden();
	await context.close();
});

test("a reply that is lost locks nobody out: the same page goes on under the new id", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(3);
	const { page, words } = student;
	await page.route("**/leave-others", async (route) => {
		await route.fetch();
		await route.abort();
		await page.unroute("**/leave-others");
	});
	await student.press(words.pause);
	await student.press(words.leave_others.open);
	await dialog(page, words.leave_others.title)
		.getByRole("button", { name: words.leave_others.yes, exact: true })
		.click();
	// The page finds out by itself, and offers the session that it had.
	await student.isWelcomedBackAt(3);
	await student.continueSession();
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});
