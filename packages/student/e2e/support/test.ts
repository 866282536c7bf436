import { test as base, type Page } from "@playwright/test";
import { type ProductServer, startServer } from "../server.ts";
import { CAREER_RHYTHM, type Questionnaire, SAMPLER } from "./questions.ts";
import { createStudent, type Student } from "./student.ts";
import type { Language } from "./words.ts";

type Options = {
	language: Language;
	/** Which of the assessments that ship new sessions get. */
	assessment: "career-rhythm" | "sampler";
	/** The page may notice that its browser keeps nothing. */
	private_window: boolean;
};

type Fixtures = {
	questionnaire: Questionnaire;
	server: ProductServer;
	/** At the address of nothing yet: `visit` comes first. */
	student: Student;
	/** The student at the question with this number, everything before it answered. */
	studentAt(number: number): Promise<Student>;
	/** Fails the test if a page had an error, opened a dialog or broke its content security policy. */
	calm: { watch(page: Page): void };
};

/** Each test has a server of its own, and a student whose browser speaks the student's language. */
export const test = base.extend<Options & Fixtures>({
	language: ["en", { option: true }],
	assessment: ["career-rhythm", { option: true }],
	// A step that leads nowhere ends its test soon, and says which step it was.
	actionTimeout: 15_000,
	// Stories are about what happens; the whole assessment is also taken with motion, in a test of its own.
	contextOptions: { reducedMotion: "reduce" },
	locale: ({ language }, use) => use(localeOf(language)),
	questionnaire: ({ assessment }, use) => use(assessment === "sampler" ? SAMPLER : CAREER_RHYTHM),
	server: async ({ assessment }, use) => {
		const server = await startServer({ assessment });
		await use(server);
		await server.dispose();
	},
	// biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
	calm: async ({}, use) => {
		const alarms: string[] = [];
		await use({ watch: (page) => watch(page, alarms) });
		if (alarms.length > 0) throw new Error(`The page was not calm:\n${alarms.join("\n")}`);
	},
	// Playwright's contexts are private windows, and the page knows it. Stories of students with a profile are
	// told in them all the same.
	context: async ({ context, private_window }, use) => {
		if (!private_window) await context.addInitScript(hidePrivateWindow);
		await use(context);
	},
	private_window: [false, { option: true }],
	student: async ({ page, server, language, questionnaire, calm }, use) => {
		calm.watch(page);
		await use(createStudent(page, { server, language, questionnaire }));
	},
	studentAt: async ({ student }, use) => {
		await use(async (number) => {
			await student.visit();
			await student.begin();
			await student.answerUntil(number);
			return student;
		});
	},
});

/** What a browser in this language says of itself. */
export function localeOf(language: Language): string {
	return language === "ar" ? "ar-EG" : "en-GB";
}

/** Runs in the page: the browser does not tell what its databases take, as others do not. */
export function hidePrivateWindow(): void {
	const { estimate } = globalThis.StorageManager?.prototype ?? {};
	if (!estimate) return;
	StorageManager.prototype.estimate = async function () {
		const { quota, usage } = await estimate.call(this);
		return { quota: quota ?? 0, usage: usage ?? 0 };
	};
}

function watch(page: Page, alarms: string[]): void {
	page.on("pageerror", (error) => alarms.push(`error: ${error.stack ?? error.message}`));
	page.on("dialog", (dialog) => {
		alarms.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on("console", (message) => {
		if (message.text().includes("Content Security Policy")) alarms.push(`policy: ${message.text()}`);
	});
}
