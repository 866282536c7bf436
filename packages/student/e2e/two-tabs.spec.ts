import { expect } from "@playwright/test";
import { createStudent } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test("two tabs answer different questions: both arrive, and each tab shows the other's", async ({
	studentAt,
	server,
	context,
	calm,
}) => {
	const student = await studentAt(3);
	const { words, memory } = student;

	const page = await context.newPage();
	calm.watch(page);
	const other = createStudent(page, { server, memory });
	await other.visit();
	await other.isWelcomedBackAt(3);
	await other.continueSession();
	await other.press(words.skip);
	await other.seesQuestion(4);
	await other.answer({ type: "slider", value: 5 });

	await student.page.bringToFront();
	await student.seesQuestion(3);
	await student.answer({ type: "slider", value: 2 });
	await student.seesQuestion(4);
	await expect(student.page.getByRole("radio", { name: "Strongly like", exact: true })).toBeChecked();
	await student.seesSaveLine(words.save.saved);

	await page.bringToFront();
	await other.press(words.back);
	await other.press(words.back);
	await other.seesQuestion(3);
	await expect(page.getByRole("radio", { name: "Dislike", exact: true })).toBeChecked();
	await expectServerHolds(server, student);
});

test("two tabs offline at once: what both answered arrives once", async ({
	studentAt,
	server,
	context,
	calm,
}) => {
	const student = await studentAt(2);
	const { words, memory } = student;
	const page = await context.newPage();
	calm.watch(page);
	const other = createStudent(page, { server, memory });
	await other.visit();
	await other.continueSession();
	await other.seesQuestion(2);
	for (const number of [3, 4, 5, 6]) {
		await other.press(words.skip);
		await other.seesQuestion(number);
	}

	await context.setOffline(true);
	await student.page.bringToFront();
	await student.answerUntil(6);
	await page.bringToFront();
	await other.answerUntil(9);
	await context.setOffline(false);
	await other.seesSaveLine(words.save.saved);
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});

test("what one tab lets this browser forget, no other goes on showing", async ({
	studentAt,
	server,
	context,
	calm,
}) => {
	const student = await studentAt(3);
	const { words, memory } = student;
	await student.seesSaveLine(words.save.saved);
	const page = await context.newPage();
	calm.watch(page);
	const other = createStudent(page, { server, memory });
	await other.visit();
	await other.isWelcomedBackAt(3);

	await other.press(words.not_you.open);
	await other.press(words.not_you.yes);
	await expect(page.getByText(words.not_you.done)).toBeVisible();
	await student.page.bringToFront();
	await expect(student.page.getByText(words.not_you.done)).toBeVisible();
	await expect(student.page.getByRole("button", { name: words.welcome.start })).toBeVisible();
	// The next person begins where the last one's page had been.
	const next = createStudent(student.page, { server });
	await next.begin();
	await next.answer();
	await next.seesSaveLine(words.save.saved);
	expect(next.memory.session_id).not.toBe(memory.session_id);
	await expectServerHolds(server, student);
});
