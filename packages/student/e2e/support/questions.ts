import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Answer } from "@carhythm/core";
import { messages as arabic } from "../../src/i18n/ar.ts";
import { messages as english } from "../../src/i18n/en.ts";

export type Language = "en" | "ar";
export type Words = typeof english;
type Text = Record<Language, string>;

/** What the buttons and lines of the page are called. */
export const WORDS: Readonly<Record<Language, Words>> = { en: english, ar: arabic };

/** A question as someone who has read the questionnaire knows it. */
export type Asked = {
	key: string;
	/** From 0. */
	index: number;
	chapter: number;
	text: Text;
} & (
	| { type: "slider"; min: number; max: number; step: number; labels: readonly Text[] }
	| { type: "mcq"; multiple: boolean; choices: readonly { value: string; label: Text }[] }
	| { type: "ordering"; items: readonly { text: Text }[] }
	| { type: "essay"; char_limit: number }
);

export type Questionnaire = {
	key: string;
	title: Text;
	chapters: readonly { title: Text; instruction: Text; completion_message: Text }[];
	questions: readonly Asked[];
};

type ContentFile = {
	key: string;
	title: Text;
	scale_label_sets?: Record<string, Text[]>;
	chapters: {
		title: Text;
		instruction: Text;
		completion_message: Text;
		pages: { questions: Record<string, unknown>[] }[];
	}[];
};

/** Reads a questionnaire from the file that ships. */
function readQuestionnaire(key: string): Questionnaire {
	const path = fileURLToPath(new URL(`../../../../content/${key}/assessment.json`, import.meta.url));
	const file = JSON.parse(readFileSync(path, "utf8")) as ContentFile;
	const questions = file.chapters.flatMap((chapter, number) =>
		chapter.pages.flatMap((page) => page.questions.map((question) => ({ ...question, chapter: number }))),
	);
	return {
		key: file.key,
		title: file.title,
		chapters: file.chapters,
		questions: questions.map((question: Record<string, unknown>, index) => {
			const { scale_labels: given } = question;
			const labels = typeof given === "string" ? file.scale_label_sets?.[given] : given;
			return { ...question, index, labels } as unknown as Asked;
		}),
	};
}

export const CAREER_RHYTHM = readQuestionnaire("career-rhythm");
export const SAMPLER = readQuestionnaire("sampler");

/** The essay with which hostile hands would try the page. */
export const HOSTILE_TEXT = `"><img src=x onerror="alert(1)"><script>alert(2)</script>' & {{7*7}}`;

/** An answer that is different from question to question, always the same for one question and turn. */
export function answerFor(question: Asked, language: Language, turn = 0): Answer {
	const seed = question.index * 7 + turn * 3;
	switch (question.type) {
		case "slider": {
			const steps = Math.round((question.max - question.min) / question.step) + 1;
			return { type: "slider", value: question.min + question.step * (seed % steps) };
		}
		case "mcq": {
			const { choices, multiple } = question;
			const first = seed % choices.length;
			const wanted = multiple ? [first, (first + 2) % choices.length] : [first];
			return {
				type: "mcq",
				selected_options: choices.filter((_, i) => wanted.includes(i)).map(({ value }) => value),
			};
		}
		case "ordering": {
			const { items } = question;
			const by = seed % items.length;
			const turned = [...items.slice(by), ...items.slice(0, by)].reverse();
			return { type: "ordering", ordered_items: turned.map(({ text }) => text[language]) };
		}
		case "essay":
			return {
				type: "essay",
				text:
					language === "en"
						? `We built a bridge, ${turn + 1} of many; calm people helped.`
						: `بنينا جسرًا، وكان الهدوء عونًا لنا (${turn + 1}).`,
			};
	}
}

/** The value under which the operator's export shows an answer. */
export function exportedValue(question: Asked, answer: Answer): unknown {
	switch (answer.type) {
		case "slider":
			return answer.value;
		case "mcq":
			return question.type === "mcq" && question.multiple
				? answer.selected_options
				: answer.selected_options[0];
		case "ordering":
			return question.type === "ordering"
				? answer.ordered_items.map(
						(text) => question.items.findIndex(({ text: item }) => [item.en, item.ar].includes(text)) + 1,
					)
				: null;
		case "essay":
			return answer.text;
	}
}
