import { expect } from "@playwright/test";
import { test } from "./support/test.ts";

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language });

		test("results are there for 90 days; then the page says that their time is over, and a new start is offered", async ({
			student,
			server,
		}) => {
			const { page, words, memory } = student;
			await student.visit();
			await student.begin();
			await student.answerUntil(2);
			await student.seesSaveLine(words.save.saved);
			await server.api(`/api/v2/session/${memory.session_id}/complete`, {});
			await page.reload();
			await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();

			await server.restart({ days_later: 89 });
			await page.reload();
			await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();

			await server.restart({ days_later: 91 });
			await page.reload();
			await expect(page.getByText(words.results.gone)).toBeVisible();
			await expect(page.getByText(words.results.failed)).toHaveCount(0);
			await student.press(words.results.again);
			await student.press(words.results.again_yes);
			await student.press(words.chapter.begin);
			await student.seesQuestion(1);
		});
	});
}
