import { expect } from "@playwright/test";
import { aPhone, dialog, followLink, seesWhereItWent, showCode } from "./support/devices.ts";
import { test } from "./support/test.ts";

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language });

		test("two devices answer one question without seeing each other: the student sees both and chooses", async ({
			studentAt,
			server,
			browser,
			context,
		}) => {
			const student = await studentAt(3);
			const { words } = student;
			const texts = words.two_answers;
			await student.seesSaveLine(words.save.saved);
			const { link } = await showCode(student);
			await student.page.getByRole("button", { name: words.close, exact: true }).click();
			await context.setOffline(true);
			await student.answer({ type: "slider", value: 2 });
			await student.seesSaveLine(words.save.on_device.offline);

			const { page, phone, context: other } = await aPhone(browser, student, server);
			await followLink(page, words, link);
			await phone.seesQuestion(3);
			await phone.answer({ type: "slider", value: 5 });
			await phone.seesSaveLine(words.save.saved);
			await expect(page.getByText(texts.elsewhere(1))).toBeHidden();

			await context.setOffline(false);
			await seesWhereItWent(student);
			await expect(dialog(student.page, words.elsewhere.title)).toContainText(words.save.saved);
			// The phone answered later, so its answer stands; the other one is told wherever the student is.
			await expect(page.getByRole("status").filter({ hasText: texts.elsewhere(1) })).toBeVisible();
			await page.getByRole("button", { name: texts.look(3) }).click();
			const asked = await phone.seesQuestion(3);
			if (asked.type !== "slider") throw new Error("The third question is a scale.");
			const label = (value: number) => String(asked.labels[value - 1]?.[language]);
			const note = page.getByRole("region", { name: texts.here });
			await expect(note).toContainText(texts.stands);
			await expect(note).toContainText(label(2));
			await expect(page.getByRole("radio", { name: label(5), exact: true })).toBeChecked();

			await note.getByRole("button", { name: texts.use }).click();
			await expect(note).toBeHidden();
			await expect(page.getByRole("radio", { name: label(2), exact: true })).toBeChecked();
			await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
			await phone.seesSaveLine(words.save.saved);
			const history = (await server.history(phone.memory.display_id)).filter(
				({ kind, question }) => kind === "answer" && question === asked.key,
			);
			expect(history.map(({ value, outcome }) => [value, outcome])).toEqual([
				[{ type: "slider", value: 5 }, "applied"],
				[{ type: "slider", value: 2 }, "superseded"],
				[{ type: "slider", value: 2 }, "applied"],
			]);
			await page.reload();
			await phone.continueSession();
			await expect(page.getByText(texts.elsewhere(1))).toBeHidden();
			await expect(page.getByRole("region", { name: texts.here })).toBeHidden();
			await other.close();
		});
	});
}
