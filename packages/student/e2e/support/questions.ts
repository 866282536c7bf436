import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Asked } from "../question-types/index.ts";
import type { Text } from "./words.ts";

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
