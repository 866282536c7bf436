import { expect } from "@playwright/test";
import { aPhone, dialog, followLink, scanCode, seesWhereItWent, showCode } from "./support/devices.ts";
import { cookieOf, remains } from "./support/remains.ts";
import type { Student } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test("by the link of the picture a phone goes on, and the first device is read-only within five seconds", async ({
	studentAt,
	server,
	browser,
	calm,
}) => {
	const student = await studentAt(4);
	await student.seesSaveLine(student.words.save.saved);
	const { link } = await showCode(student);

	const { page, phone, context } = await aPhone(browser, student, server);
	calm.watch(page);
	const asked: string[] = [];
	page.on("request", (request) => asked.push(request.url()));
	await followLink(page, student.words, link);
	await phone.seesQuestion(4);
	expect(page.url()).toBe(`${server.url}/`);
	expect(asked.filter((url) => url.includes("continue"))).toEqual([]);
	expect(await cookieOf(context)).toBe(student.memory.session_id);

	await seesWhereItWent(student);
	await phone.answer();
	await phone.answer();
	await phone.seesSaveLine(phone.words.save.saved);
	await expectServerHolds(server, phone);

	// And back again, to the question where the phone left off.
	await student.press(student.words.elsewhere.here);
	await student.seesQuestion(6);
	await expect(dialog(page, phone.words.elsewhere.title)).toBeVisible({ timeout: 5000 });
	await student.answer();
	await student.seesSaveLine(student.words.save.saved);
	await expectServerHolds(server, student);
	await context.close();
});

test("a code can be typed as people type, and works once", async ({ studentAt, server, browser }) => {
	const student = await studentAt(3);
	const { code } = await showCode(student);

	const { page, phone, context } = await aPhone(browser, student, server);
	await phone.visit();
	await phone.press(phone.words.enter_code.have);
	const sheet = dialog(page, phone.words.enter_code.title);
	const field = sheet.getByRole("textbox", { name: phone.words.enter_code.label });
	const go = sheet.getByRole("button", { name: phone.words.enter_code.go });
	await field.fill("7gk");
	await go.click();
	await expect(sheet.getByRole("alert")).toHaveText(phone.words.enter_code.incomplete);
	await expect(field).toBeFocused();
	await field.fill("000 000 000");
	await go.click();
	await expect(sheet.getByRole("alert")).toHaveText(phone.words.refusal.hand_off_code_invalid);
	await field.fill(code.toLowerCase().replaceAll("-", " "));
	await field.press("Enter");
	await phone.seesQuestion(3);

	const third = await aPhone(browser, student, server);
	await followLink(third.page, student.words, `${server.url}/#continue=${code}`);
	await expect(third.page.getByRole("alert")).toHaveText(student.words.refusal.hand_off_code_invalid);
	await third.page.getByRole("button", { name: student.words.enter_code.cancel }).click();
	await expect(third.page.getByRole("button", { name: student.words.welcome.start })).toBeVisible();
	await third.context.close();
	await context.close();
});

test("after ten minutes a code is over: the sheet says so, its picture leads nowhere, and a new one works", async ({
	student,
	server,
	browser,
}) => {
	const { page, words } = student;
	await page.clock.install();
	await student.visit();
	await student.begin();
	await student.answerUntil(3);
	const old = await showCode(student);
	const sheet = dialog(page, words.hand_off.title);
	await expect(sheet.getByRole("timer")).toHaveText(words.hand_off.left(9));
	await server.restart({ minutes_later: 10 });
	await page.clock.fastForward("10:00");
	await expect(sheet.getByRole("status")).toHaveText(words.hand_off.over);
	await expect(sheet.getByRole("img", { name: words.hand_off.picture })).toBeHidden();
	await expect(sheet).not.toContainText(old.code);

	const { page: other, phone, context } = await aPhone(browser, student, server);
	await followLink(other, words, old.link);
	await expect(other.getByRole("alert")).toHaveText(words.refusal.hand_off_code_invalid);
	await sheet.getByRole("button", { name: words.hand_off.again }).click();
	const { code, link } = await scanCode(student);
	expect(code).not.toBe(old.code);
	await other.goto("about:blank");
	await followLink(other, words, link);
	await phone.seesQuestion(3);
	await context.close();
});

test("what the first device answered without a network still counts when it comes back", async ({
	studentAt,
	server,
	browser,
	context,
}) => {
	const student = await studentAt(3);
	await student.seesSaveLine(student.words.save.saved);
	const { link } = await showCode(student);
	await student.page.getByRole("button", { name: student.words.close, exact: true }).click();
	await context.setOffline(true);
	await student.answer();
	await student.seesSaveLine(student.words.save.on_device.offline);

	const { page, phone, context: other } = await aPhone(browser, student, server);
	await followLink(page, student.words, link);
	await phone.seesQuestion(3);
	await context.setOffline(false);
	await seesWhereItWent(student);
	await expect(dialog(student.page, student.words.elsewhere.title)).toContainText(student.words.save.saved);
	await expectServerHolds(server, student);
	await other.close();
});

test("coming back to the first device another day offers to go on there", async ({
	studentAt,
	server,
	browser,
}) => {
	const student = await studentAt(3);
	const { link } = await showCode(student);
	await student.page.goto("about:blank");
	const { page, phone, context } = await aPhone(browser, student, server);
	await followLink(page, student.words, link);
	await phone.seesQuestion(3);
	await phone.answer();
	await phone.seesSaveLine(phone.words.save.saved);
	await context.close();

	await student.visit();
	await student.isWelcomedBackAt(4);
	const sheet = student.page.getByRole("dialog");
	await expect(sheet).toContainText("Safari (iPhone)");
	await sheet.getByRole("button", { name: student.words.elsewhere.here }).click();
	await student.seesQuestion(4);
	await student.answer();
	await student.seesSaveLine(student.words.save.saved);
	await expectServerHolds(server, student);
});

async function answerOnASharedComputer(student: Student): Promise<void> {
	const { page, words } = student;
	await student.visit();
	await page.getByRole("checkbox", { name: words.shared_computer.label }).check();
	await student.begin();
	await student.answerUntil(3);
	await student.seesSaveLine(words.save.saved);
}

test("a shared computer: a reload goes on, leaving leaves nothing behind", async ({
	student,
	server,
	context,
}) => {
	const { page, words } = student;
	await answerOnASharedComputer(student);
	expect(await cookieOf(context)).toBeUndefined();
	await page.reload();
	await student.isWelcomedBackAt(3);
	await student.continueSession();

	await student.press(words.pause);
	// The way back comes first: without a code nothing leads from here to the answers.
	await student.press(words.pause_sheet.leave);
	const leaving = dialog(page, words.shared_computer.leave_title);
	await leaving.getByRole("button", { name: words.pause_sheet.other_device }).click();
	await expect(dialog(page, words.hand_off.title)).toBeVisible();
	await student.press(words.close);

	await student.press(words.pause);
	await student.press(words.pause_sheet.leave);
	await student.press(words.shared_computer.leave_yes);
	await expect(page.getByText(words.shared_computer.left)).toBeVisible();
	expect(await remains(page)).not.toContain(student.memory.session_id);
	await page.reload();
	await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
	await expect(page.getByRole("dialog")).toBeHidden();
	await expectServerHolds(server, student);
});

test("a shared computer whose tab was closed shows nothing to the next person", async ({
	student,
	server,
	context,
}) => {
	const { page, words } = student;
	await answerOnASharedComputer(student);
	await page.close();

	const next = await context.newPage();
	await next.goto(server.url);
	await expect(next.getByRole("button", { name: words.welcome.start })).toBeVisible();
	await expect(next.getByRole("dialog")).toBeHidden();
	expect(await remains(next)).not.toContain(student.memory.session_id);
});
