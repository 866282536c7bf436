import { expect } from "@playwright/test";
import { HOSTILE_TEXT } from "./support/questions.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test.use({ assessment: "sampler" });

// Dialogs, errors and breaches of the content security policy fail every test of a student: see support/test.ts.
test("hostile text is shown as text wherever it comes back", async ({ studentAt, server }) => {
	const student = await studentAt(5);
	const { page, words } = student;
	const essay = page.getByRole("textbox");
	await student.answer({ type: "essay", text: HOSTILE_TEXT });
	await student.press(words.back);
	await student.seesQuestion(5);
	await expect(essay).toHaveValue(HOSTILE_TEXT);
	await student.readIn("ar");
	await expect(essay).toHaveValue(HOSTILE_TEXT);
	await student.seesSaveLine(student.words.save.saved);
	await page.reload();
	await student.isWelcomedBackAt(5);
	await student.continueSession();
	await expect(essay).toHaveValue(HOSTILE_TEXT);
	await expectServerHolds(server, student);

	await student.press(student.words.next);
	await student.finish();
	await page.getByRole("textbox").first().fill(HOSTILE_TEXT);
	await student.press(student.words.feedback.send);
	await expect(page.getByText(student.words.feedback.thanks)).toBeVisible();
	await expect(page.locator("img, script:not([src])")).toHaveCount(0);
});
