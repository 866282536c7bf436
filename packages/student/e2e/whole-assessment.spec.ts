import { expect } from "@playwright/test";
import { test } from "./support/test.ts";
import { expectServerHolds, statusOf } from "./support/verify.ts";

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language === "en" ? "English" : "Arabic"}`, () => {
		// Once with motion, which takes its time.
		const reducedMotion = language === "en" ? "no-preference" : "reduce";
		test.use({ language, contextOptions: { reducedMotion } });

		test("the whole assessment, from the address to the results", async ({
			student,
			server,
			questionnaire,
		}) => {
			const { page, words, memory } = student;
			const isRightToLeft = language === "ar";
			await student.visit();
			await expect(page.locator("html")).toHaveAttribute("dir", isRightToLeft ? "rtl" : "ltr");
			await expect(page).toHaveTitle(`${questionnaire.title[language]} · CaRhythm`);
			await student.begin();
			await student.answerToTheEnd();
			await student.finish();

			await expect(page.getByRole("img", { name: isRightToLeft ? "سداسي" : "Hexagon" })).toBeVisible();
			await expect(page.locator(".scale-row")).toHaveCount(17);
			await expect(page.getByRole("heading", { name: words.results.notes })).toBeVisible();
			await expect(page.locator("html")).toHaveAttribute("dir", isRightToLeft ? "rtl" : "ltr");

			expect(memory.given.size).toBe(71);
			await expectServerHolds(server, student);
			expect(await statusOf(server, memory.session_id)).toEqual({
				status: "completed",
				progress: { questions_answered: 71, total_questions: 71, percentage: 100, total_xp: 710 },
			});

			await page.reload();
			await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();
		});
	});
}
