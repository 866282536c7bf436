import { expect } from "@playwright/test";
import type { ProductServer } from "../server.ts";
import { answerFor } from "./answering.ts";
import { CAREER_RHYTHM } from "./questions.ts";
import type { Student } from "./student.ts";

/** What is answered to the questions named here, in place of the usual answer; null for no answer. */
export type Given = Readonly<Record<string, number | string | null>>;

type LatestAssessment = {
	assessment: { chapters: { pages: { questions: { key: string; id: number }[] }[] }[] };
};

const TYPES = ["R", "I", "A", "S", "E", "C"];

/** Answers to all 24 activities: each type's four get this value, from 1 to 5. */
export function interests(values: Readonly<Record<string, number>>): Given {
	return Object.fromEntries(
		Array.from({ length: 24 }, (_, n) => [
			`activity-${String(n + 1).padStart(2, "0")}`,
			values[TYPES[n % 6] ?? ""] ?? 3,
		]),
	);
}

/** The student's results, with these answers: given and completed by way of the API, then looked at. */
export async function seeResultsOf(server: ProductServer, student: Student, given: Given): Promise<void> {
	const { page, memory, language, words } = student;
	await student.visit();
	await student.begin();
	const { assessment } = await server.api<LatestAssessment>("/api/v2/assessments/latest");
	for (const { key, id } of assessment.chapters.flatMap(({ pages }) => pages.flatMap((p) => p.questions))) {
		const asked = CAREER_RHYTHM.questions.find((question) => question.key === key);
		if (!asked) throw new Error(`Nobody has read question ${key}.`);
		const wanted = given[key];
		if (wanted === null) continue;
		const answer =
			typeof wanted === "number"
				? { type: "slider", value: wanted }
				: typeof wanted === "string"
					? { type: "essay", text: wanted }
					: answerFor(asked, language);
		await server.api("/api/v2/answers/submit", { session_id: memory.session_id, question_id: id, answer });
	}
	await server.api(`/api/v2/session/${memory.session_id}/complete`, {});
	await page.reload();
	await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();
}
