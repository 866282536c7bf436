import { expect } from "@playwright/test";
import type { ProductServer } from "./server.ts";
import { dialog } from "./support/devices.ts";
import { SAMPLER } from "./support/questions.ts";
import { remains } from "./support/remains.ts";
import { createStudent, type Student } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test.use({ assessment: "sampler" });

const KEPT = "A day at the sea";
const WRITTEN = "A day at the sea,\nand then a long, long evening.";

/** The server is away while the student writes; when it is back, more than thirty days have passed by its clock. */
async function writeUntilItExpires(student: Student, server: ProductServer, goesOn: boolean): Promise<void> {
	const { page, words } = student;
	const essay = page.getByRole("textbox");
	await student.visit();
	await student.begin();
	await student.answerUntil(5);
	await essay.fill(KEPT);
	await student.seesSaveLine(words.save.saved);
	await server.kill();
	await essay.fill(WRITTEN);
	if (goesOn) {
		await student.press(words.next);
		await expect(page.getByRole("heading", { name: words.review.title_done })).toBeVisible();
	}
	await server.restart({ days_later: 31 });
	await page.evaluate(() => window.dispatchEvent(new Event("online")));
	await expect(dialog(page, words.resume.expired_title)).toBeVisible();
}

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language });

		test("what is half-typed when the session expires stays to be copied, and is nobody else's", async ({
			student,
			server,
		}) => {
			const { page, words } = student;
			await writeUntilItExpires(student, server, false);
			const sheet = dialog(page, words.resume.expired_title);
			const text = sheet.getByRole("textbox", { name: words.resume.written_last });
			await expect(text).toHaveValue(WRITTEN);
			await expect(sheet).toContainText(words.resume.written_last_hint);
			await expect(text).not.toBeEditable();
			await text.focus();
			expect(await text.evaluate((field: HTMLTextAreaElement) => field.selectionEnd)).toBe(WRITTEN.length);
			await expectServerHolds(server, student);

			await page.reload();
			await expect(sheet).toBeVisible();
			await expect(page.getByRole("textbox")).toHaveCount(0);
		});
	});
}

test("a text that was given a moment too late stays as well, and the operator has it", async ({
	student,
	server,
}) => {
	const { page, words, memory } = student;
	await writeUntilItExpires(student, server, true);
	await expect(page.getByRole("textbox", { name: words.resume.written_last })).toHaveValue(WRITTEN);
	expect(await server.run("session", "show", memory.display_id, "--late")).toContain("and then a long");
	await student.press(words.resume.new);
	await student.press(words.chapter.begin);
	await student.seesQuestion(1);
	expect(await remains(page)).not.toContain(KEPT);
});

test("a text that is among the answers is not shown where it is not needed", async ({ student, server }) => {
	const { page, words, memory } = student;
	await student.visit();
	await student.begin();
	await student.answerToTheEnd();
	await student.seesSaveLine(words.save.saved);
	await server.api(`/api/v2/session/${memory.session_id}/abandon`, {});
	await expect(dialog(page, words.resume.abandoned_title)).toBeVisible();
	await expect(page.getByRole("textbox")).toHaveCount(0);
	await page.getByRole("button", { name: words.resume.restore }).click();
	await student.seesQuestion(5);
	await page.getByRole("textbox").fill(WRITTEN);
	await student.seesSaveLine(words.save.saved);
	await server.api(`/api/v2/session/${memory.session_id}/abandon`, {});
	await expect(page.getByRole("textbox", { name: words.resume.written_last })).toHaveValue(WRITTEN);
});

test("what is half-typed when another tab finishes the assessment is shown once with the results", async ({
	studentAt,
	server,
	context,
	calm,
}) => {
	const student = await studentAt(5);
	const { page, words, memory } = student;
	const other = createStudent(await context.newPage(), { server, memory, questionnaire: SAMPLER });
	calm.watch(other.page);
	await other.visit();
	await other.continueSession();
	await other.seesQuestion(5);
	await other.press(words.skip);

	await page.bringToFront();
	await page.getByRole("textbox").fill(WRITTEN);
	await other.page.bringToFront();
	await other.press(words.review.finish_anyway);
	await expect(other.page.getByRole("heading", { name: words.results.title })).toBeVisible();

	await page.bringToFront();
	const text = page.getByRole("textbox", { name: words.resume.written_last });
	await expect(text).toHaveValue(WRITTEN);
	await expect(page.getByRole("main")).toContainText(words.resume.written_last_hint);
	await page.reload();
	await expect(page.getByRole("heading", { name: words.results.title })).toBeVisible();
	await expect(text).toHaveCount(0);
});

test("who finishes with a text half-typed has decided so, and is not shown it again", async ({
	studentAt,
}) => {
	const student = await studentAt(5);
	const { page, words } = student;
	await student.press(words.skip);
	await page.getByRole("list", { name: words.review.open_list }).getByRole("button").click();
	await student.seesQuestion(5);
	await page.getByRole("textbox").fill(WRITTEN);
	await page.goBack();
	await student.press(words.review.finish_anyway);
	await expect(page.getByRole("heading", { name: words.results.title })).toBeVisible();
	await expect(page.getByRole("textbox", { name: words.resume.written_last })).toHaveCount(0);
});
