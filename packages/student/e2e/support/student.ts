import type { Answer } from "@carhythm/core";
import { expect, type Page } from "@playwright/test";
import type { Asked } from "../question-types/index.ts";
import type { ProductServer } from "../server.ts";
import { answerFor, exportedValue, putIn } from "./answering.ts";
import { CAREER_RHYTHM, type Questionnaire } from "./questions.ts";
import { type Language, WORDS, type Words } from "./words.ts";

/** What a student holds in mind over several visits. */
export type Memory = {
	session_id: string;
	display_id: string;
	/** The last answer to each question, by its key, as the operator will see it. */
	given: Map<string, unknown>;
	/** How often each question was answered, where one answer was one touch. */
	times: Map<string, number>;
};

/** Someone with a browser who takes an assessment. Every verb ends when the page shows that it is done. */
export type Student = {
	readonly page: Page;
	readonly words: Words;
	/** The language the student reads; change it with `readIn`. */
	readonly language: Language;
	readonly memory: Memory;
	/** Goes to the address; nothing is waited for. */
	visit(): Promise<void>;
	/** From the welcome page into a new session, to the page of its first chapter. */
	start(): Promise<void>;
	/** From the welcome page to the first question. */
	begin(): Promise<void>;
	/** Waits for a question, counted from 1 as on the screen. */
	seesQuestion(number: number): Promise<Asked>;
	/** Answers the question on the screen and goes on to the next screen, over the chapter's page too. */
	answer(answer?: Answer): Promise<void>;
	/** Puts an answer in without going on, where the page waits for Next. */
	prepare(answer: Answer): Promise<void>;
	/** Answers everything until the question with this number is on the screen. */
	answerUntil(number: number): Promise<void>;
	/** Answers everything to the end, up to the last look before finishing. */
	answerToTheEnd(): Promise<void>;
	/** From the last look to the results. */
	finish(): Promise<void>;
	press(button: string): Promise<void>;
	readIn(language: Language): Promise<void>;
	/** In the dialog that welcomes back, at the question with this number. */
	isWelcomedBackAt(number: number): Promise<void>;
	continueSession(): Promise<void>;
	/** Waits for the line that says where the answers are. */
	seesSaveLine(text: string): Promise<void>;
};

/**
 * Looks in every frame, where `expect` would look again only after half a second: that is what a walk of 71
 * questions takes its time with.
 */
async function headingBecomes(page: Page, text: string): Promise<void> {
	await page.waitForFunction((wanted) => document.querySelector("h1")?.innerText === wanted, text);
}

/** A student at a page. With a `memory` it is the same one as before, who comes back. */
export function createStudent(
	page: Page,
	options: {
		server: ProductServer;
		language?: Language;
		questionnaire?: Questionnaire;
		memory?: Memory;
	},
): Student {
	const { server, questionnaire = CAREER_RHYTHM } = options;
	const { questions } = questionnaire;
	const memory = options.memory ?? { session_id: "", display_id: "", given: new Map(), times: new Map() };
	let language = options.language ?? "en";
	const words = () => WORDS[language];
	const button = (name: string) => page.getByRole("button", { name, exact: true });
	const heading = (name: string) => page.getByRole("heading", { name, exact: true, level: 1 });

	const seesQuestion = async (number: number) => {
		const asked = questions[number - 1];
		if (!asked) throw new Error(`There is no question ${number}.`);
		await headingBecomes(page, asked.text[language]);
		await expect(
			page.getByText(words().progress.place(number, questions.length), { exact: true }),
		).toBeVisible();
		return asked;
	};
	const questionOnScreen = async () => {
		const text = await page.getByRole("heading", { level: 1 }).innerText();
		const asked = questions.find((candidate) => candidate.text[language] === text);
		if (!asked) throw new Error(`"${text}" is no question.`);
		return asked;
	};
	/** Takes the step from a question that was answered or skipped to the one after it. */
	const arriveAfter = async (asked: Asked) => {
		const next = questions[asked.index + 1];
		if (next === undefined) {
			await expect(button(words().back)).toBeVisible();
			await expect(page.getByText(words().progress.place(questions.length, questions.length))).toBeHidden();
			return;
		}
		if (next.chapter !== asked.chapter) await button(words().chapter.continue(next.chapter + 1)).click();
		await seesQuestion(next.index + 1);
	};
	const prepare = async (answer: Answer) => {
		await putIn(page, language, await questionOnScreen(), answer);
	};
	const answerNow = async (answer?: Answer) => {
		const asked = await questionOnScreen();
		const given = answer ?? answerFor(asked, language);
		if ((await putIn(page, language, asked, given)) === "waits") await button(words().next).click();
		memory.given.set(asked.key, exportedValue(asked, given));
		memory.times.set(asked.key, (memory.times.get(asked.key) ?? 0) + 1);
		await arriveAfter(asked);
		return asked;
	};

	const start = async () => {
		const started = page.waitForResponse((response) => response.url().endsWith("/api/v2/session/start"));
		await button(words().welcome.start).click();
		const { session_id, display_id } = (await (await started).json()) as Memory;
		Object.assign(memory, { session_id, display_id });
		await expect(button(words().chapter.begin)).toBeVisible();
	};

	return {
		page,
		memory,
		start,
		get words() {
			return words();
		},
		get language() {
			return language;
		},
		async visit() {
			await page.goto(server.url);
		},
		async begin() {
			await start();
			await button(words().chapter.begin).click();
			await seesQuestion(1);
		},
		seesQuestion,
		prepare,
		async answer(answer) {
			await answerNow(answer);
		},
		async answerUntil(number) {
			const asked = await questionOnScreen();
			for (let index = asked.index; index < number - 1; index += 1) await answerNow();
			await seesQuestion(number);
		},
		async answerToTheEnd() {
			const asked = await questionOnScreen();
			for (let index = asked.index; index < questions.length; index += 1) await answerNow();
			await expect(heading(words().review.title_done)).toBeVisible();
		},
		async finish() {
			await button(words().review.finish).click();
			await expect(heading(words().results.title)).toBeVisible();
		},
		async press(name) {
			await button(name).click();
		},
		async readIn(other) {
			await button(other === "ar" ? "العربية" : "English").click();
			language = other;
			await expect(page.locator("html")).toHaveAttribute("lang", other);
		},
		async isWelcomedBackAt(number) {
			const dialog = page.getByRole("dialog", { name: words().resume.title });
			await expect(dialog).toBeVisible();
			await expect(dialog).toContainText(words().resume.at(number));
		},
		async continueSession() {
			await page
				.getByRole("dialog")
				.getByRole("button", { name: words().resume.continue, exact: true })
				.click();
			await expect(page.getByRole("dialog")).toBeHidden();
		},
		async seesSaveLine(text) {
			await expect(page.getByText(text, { exact: true })).toBeVisible();
		},
	};
}
