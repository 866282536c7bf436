import { expect } from "@playwright/test";
import { orderOnScreen } from "./question-types/ordering.ts";
import { answerFor, seesAnswer } from "./support/answering.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test.use({ assessment: "sampler" });

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language });

		test("after a reload every kind of answer is seen exactly as it was given", async ({
			student,
			server,
			questionnaire,
		}) => {
			const { page, words } = student;
			await student.visit();
			await student.begin();
			await student.answerToTheEnd();
			await student.seesSaveLine(words.save.saved);
			await page.reload();
			await student.isWelcomedBackAt(5);
			await student.continueSession();
			for (const asked of questionnaire.questions.toReversed()) {
				await student.seesQuestion(asked.index + 1);
				await seesAnswer(page, language, asked, answerFor(asked, language));
				await student.press(words.back);
				// Between the second and the third question lies the page of their chapter.
				if (asked.index === 2) await student.press(words.back);
			}
			// Looking changes nothing.
			await student.seesSaveLine(words.save.saved);
			await expectServerHolds(server, student);
		});
	});
}

test("a slider, a ranking and a text count when they are accepted or set, and never for having been seen", async ({
	student,
	server,
}) => {
	const { page, words } = student;
	const stored = async () => {
		await student.seesSaveLine(words.save.saved);
		const rows = await server.answers();
		return Object.fromEntries(rows.map(({ question, value }) => [question, value]));
	};
	const given = async () => {
		const events = await server.history(student.memory.display_id);
		return events.filter(({ kind }) => kind === "answer" || kind === "clear").map(({ value }) => value);
	};
	const next = page.getByRole("button", { name: words.next, exact: true });
	const goTo = (text: string) => page.getByRole("list").getByRole("button", { name: text }).click();
	await student.visit();
	await student.begin();
	await student.press(words.skip);

	await student.seesQuestion(2);
	await page.getByRole("slider").focus();
	await page.keyboard.press("Enter");
	await expect(next).toBeHidden();
	await student.press(words.skip);
	await student.press(words.chapter.continue(2));
	await student.seesQuestion(3);
	await student.press(words.skip);
	await student.seesQuestion(4);
	await expect(next).toBeHidden();
	const shown = await orderOnScreen(page);
	await student.press(words.skip);
	await student.seesQuestion(5);
	await page.getByRole("textbox").focus();
	await expect(next).toBeHidden();
	await student.press(words.skip);
	await expect(page.getByRole("heading", { name: words.review.title_open(5) })).toBeVisible();
	expect(await stored()).toEqual({});
	expect(await given()).toEqual([]);

	await goTo("How much energy");
	await student.seesQuestion(2);
	await student.press(words.answer.range_accept(50));
	await student.seesQuestion(3);
	await student.press(words.skip);
	await student.seesQuestion(4);
	await student.press(words.answer.order_accept);
	await student.seesQuestion(5);
	await student.press(words.back);
	const accepted = await stored();
	expect(Object.keys(accepted).toSorted()).toEqual(["energy", "matters"]);
	expect(accepted["energy"]).toBe(50);
	const asShown = [
		{ type: "slider", value: 50, as_shown: true },
		{ type: "ordering", ordered_items: shown, as_shown: true },
	];
	expect(await given()).toEqual(asShown);

	for (const screen of [5, 4, 3]) {
		await student.press(words.back);
		await student.seesQuestion(screen);
	}
	await student.press(words.back);
	await student.press(words.back);
	await student.seesQuestion(2);
	await student.answer({ type: "slider", value: 35 });
	await student.press(words.skip);
	const ordered_items = shown.toReversed();
	await student.seesQuestion(4);
	await student.answer({ type: "ordering", ordered_items });
	await student.answer({ type: "essay", text: "By the sea." });
	expect(await stored()).toMatchObject({ energy: 35, dream: "By the sea." });
	expect(await given()).toEqual([
		...asShown,
		{ type: "slider", value: 35 },
		{ type: "ordering", ordered_items },
		{ type: "essay", text: "By the sea." },
	]);
});
