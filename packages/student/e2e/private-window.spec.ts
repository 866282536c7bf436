import { expect } from "@playwright/test";
import { test as profileTest } from "./support/own-browser.ts";
import { createStudent } from "./support/student.ts";
import { test } from "./support/test.ts";

test.describe("private window", () => {
	test.use({ private_window: true });

	for (const language of ["en", "ar"] as const) {
		test.describe(language, () => {
			test.use({ language });

			test("a private window promises nothing for the device", async ({ student, context }) => {
				const { page, words } = student;
				await student.visit();
				await expect(page.getByText(words.welcome.memory_only)).toBeVisible();
				await student.begin();
				await student.answerUntil(3);
				await student.seesSaveLine(words.save.saved);
				await context.setOffline(true);
				await student.answerUntil(5);
				await student.seesSaveLine(words.save.memory_only.offline);
			});
		});
	}
});

profileTest(
	"a profile on disk is no private window, at its first visit and at its third",
	async ({ openBrowser, server }) => {
		for (let visit = 1; visit <= 3; visit += 1) {
			const { page, context } = await openBrowser();
			const student = createStudent(page, { server });
			await student.visit();
			await expect(
				page.getByRole("button", { name: student.words.welcome.start, exact: true }),
			).toBeVisible();
			await expect(page.getByText(student.words.welcome.memory_only)).toBeHidden();
			await context.close();
		}
	},
);
