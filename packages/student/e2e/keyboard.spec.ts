import { expect, type Page } from "@playwright/test";
import { answerFor, exportedValue } from "./support/answering.ts";
import { createKeyboard, type Keyboard } from "./support/keyboard.ts";
import type { Questionnaire } from "./support/questions.ts";
import type { Student } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds, statusOf } from "./support/verify.ts";

for (const assessment of ["career-rhythm", "sampler"] as const) {
	for (const language of assessment === "sampler" ? (["en", "ar"] as const) : (["en"] as const)) {
		test.describe(`${assessment} in ${language}`, () => {
			test.use({ assessment, language });

			test("from the address to the results with the keyboard alone", async ({
				student,
				server,
				questionnaire,
			}) => {
				const { page, words, memory } = student;
				const keyboard = createKeyboard(page);
				await beginByKeys(student, keyboard);
				await answerAllByKeys(student, keyboard, questionnaire);
				await keyboard.use(words.review.finish);
				await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeFocused();
				await keyboard.keepsFocus();

				await keyboard.tabTo(page.getByRole("radio").first());
				await keyboard.press("Space");
				await keyboard.press("ArrowDown", 3);
				await keyboard.tabTo(page.getByRole("textbox").first());
				await keyboard.type("Calm.");
				await keyboard.use(words.feedback.send);
				await expect(page.getByText(words.feedback.thanks)).toBeVisible();
				await keyboard.keepsFocus();

				expect(memory.given.size).toBe(questionnaire.questions.length);
				expect((await statusOf(server, memory.session_id)).status).toBe("completed");
				await expectServerHolds(server, student);
			});
		});
	}
}

test.describe("with the sampler", () => {
	test.use({ assessment: "sampler" });

	test("pause, language, coming back and starting fresh with the keyboard alone", async ({ student }) => {
		const { page, words } = student;
		const keyboard = createKeyboard(page);
		await beginByKeys(student, keyboard);
		await keyboard.answer("en", await student.seesQuestion(1), { type: "slider", value: 2 });
		await student.seesQuestion(2);

		await keyboard.use(words.pause);
		await expect(page.getByRole("dialog")).toBeVisible();
		await keyboard.keepsFocus();
		await keyboard.press("Escape");
		await expect(page.getByRole("dialog")).toBeHidden();
		await expect(page.getByRole("button", { name: words.pause })).toBeFocused();

		await keyboard.press("Enter");
		const sheet = page.getByRole("dialog");
		await keyboard.tabTo(sheet.getByRole("button", { name: words.pause_sheet.continue, exact: true }));
		await keyboard.press("Enter");
		await expect(page.getByRole("button", { name: words.pause })).toBeFocused();

		await keyboard.press("Enter");
		await keyboard.use(words.pause_sheet.other_device);
		await expect(page.getByRole("dialog", { name: words.hand_off.title })).toBeVisible();
		await expect(page.getByRole("timer")).toBeVisible();
		await keyboard.keepsFocus();
		await keyboard.press("Escape");
		await expect(page.getByRole("dialog")).toBeHidden();
		await expect(page.getByRole("button", { name: words.pause })).toBeFocused();

		await keyboard.press("Shift+Tab");
		await keyboard.press("Enter");
		await expect(page.locator("html")).toHaveAttribute("lang", "ar");
		await keyboard.keepsFocus();
		await keyboard.press("Enter");
		await expect(page.locator("html")).toHaveAttribute("lang", "en");
		await keyboard.keepsFocus();
		await student.seesSaveLine(words.save.saved);

		await page.reload();
		await student.isWelcomedBackAt(2);
		await keyboard.keepsFocus();
		await keyboard.press("Escape");
		await student.isWelcomedBackAt(2);
		await keyboard.press("Escape");
		await student.isWelcomedBackAt(2);
		await keyboard.keepsFocus();
		await keyboard.use(words.resume.fresh);
		await expect(page.getByRole("dialog", { name: words.resume.confirm_title })).toBeVisible();
		await keyboard.keepsFocus();
		await keyboard.press("Escape");
		await student.isWelcomedBackAt(2);
		await keyboard.keepsFocus();
		await keyboard.use(words.resume.fresh);
		await keyboard.use(words.resume.confirm_yes);
		await expect(page.getByRole("button", { name: words.resume.undo })).toBeVisible();
		await keyboard.keepsFocus();
		await keyboard.use(words.resume.undo);
		await student.seesQuestion(2);
		await keyboard.keepsFocus();
	});

	test("Escape gives a ranking back as it was picked up", async ({ studentAt }) => {
		const student = await studentAt(4);
		const { page, words } = student;
		const keyboard = createKeyboard(page);
		const texts = page.locator(".ordering-text");
		const before = await texts.allInnerTexts();
		await keyboard.tabTo(
			page.getByRole("list", { name: words.answer.order_list }).getByRole("button").first(),
		);
		await keyboard.press("Space");
		await keyboard.press("ArrowDown", 2);
		expect(await texts.allInnerTexts()).not.toEqual(before);
		await keyboard.press("Escape");
		expect(await texts.allInnerTexts()).toEqual(before);
	});
});

async function beginByKeys(student: Student, keyboard: Keyboard): Promise<void> {
	const { page, words, memory } = student;
	await student.visit();
	await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
	const started = page.waitForResponse((response) => response.url().endsWith("/api/v2/session/start"));
	await keyboard.use(words.welcome.start);
	const { session_id, display_id } = (await (await started).json()) as {
		session_id: string;
		display_id: string;
	};
	Object.assign(memory, { session_id, display_id });
	await arrivesAtHeading(page, keyboard);
	await keyboard.use(words.chapter.begin);
	await student.seesQuestion(1);
}

async function answerAllByKeys(
	student: Student,
	keyboard: Keyboard,
	{ questions }: Questionnaire,
): Promise<void> {
	const { page, words, memory, language } = student;
	for (const question of questions) {
		await student.seesQuestion(question.index + 1);
		await keyboard.keepsFocus();
		const answer = answerFor(question, language);
		await keyboard.answer(language, question, answer);
		memory.given.set(question.key, exportedValue(question, answer));
		// With arrow keys each step of a slider or of radio buttons is an answer of its own.
		const stepwise = question.type === "slider" || (question.type === "mcq" && !question.multiple);
		if (!stepwise) memory.times.set(question.key, 1);
		const next = questions[question.index + 1];
		if (next && next.chapter !== question.chapter) {
			await expect(page.getByText(words.chapter.done(next.chapter))).toBeVisible();
			await arrivesAtHeading(page, keyboard);
			await keyboard.use(words.chapter.continue(next.chapter + 1));
		}
	}
	await expect(page.getByRole("heading", { name: words.review.title_done })).toBeFocused();
}

async function arrivesAtHeading(page: Page, keyboard: Keyboard): Promise<void> {
	await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
	await keyboard.keepsFocus();
}
