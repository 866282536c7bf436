import { expect } from "@playwright/test";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test("Skip and Back show every question, answered or not", async ({ student }) => {
	const { page, words } = student;
	await student.visit();
	await student.begin();
	await student.press(words.skip);
	await student.seesQuestion(2);
	await student.answer({ type: "slider", value: 4 });
	await student.press(words.back);
	await student.press(words.back);
	await student.seesQuestion(1);
	await student.press(words.skip);
	await student.seesQuestion(2);
	await expect(page.getByRole("radio", { name: "Like", exact: true })).toBeChecked();
	await student.press(words.next);
	await student.seesQuestion(3);
});

test("the browser's own Back and Forward lead through the questions", async ({ studentAt }) => {
	const student = await studentAt(4);
	const { page } = student;
	await page.goBack();
	await student.seesQuestion(3);
	await expect(page.getByRole("radio", { checked: true })).toHaveCount(1);
	await page.goBack();
	await student.seesQuestion(2);
	await page.goForward();
	await student.seesQuestion(3);
	await page.goForward();
	await student.seesQuestion(4);
	await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
});

test("the browser's own Back leaves the welcome back where it is", async ({ studentAt }) => {
	const student = await studentAt(3);
	const { page } = student;
	await page.reload();
	await student.isWelcomedBackAt(3);
	await page.goBack();
	await student.isWelcomedBackAt(3);
	await page.goForward();
	await student.isWelcomedBackAt(3);
	await student.continueSession();
	await student.seesQuestion(3);
	await page.goBack();
	await student.seesQuestion(2);
});

test("a changed answer replaces the old one and gains nothing", async ({ student, server }) => {
	const { page, words } = student;
	await student.visit();
	await student.begin();
	await student.answer({ type: "slider", value: 1 });
	await student.press(words.back);
	await student.seesQuestion(1);
	await student.answer({ type: "slider", value: 5 });
	await expect(page.getByText("10 XP", { exact: false })).toBeVisible();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});
