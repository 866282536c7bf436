import { expect } from "@playwright/test";
import type { Asked } from "../question-types/index.ts";
import type { ProductServer } from "../server.ts";
import { answerFor } from "./answering.ts";
import { CAREER_RHYTHM } from "./questions.ts";
import type { Student } from "./student.ts";

/** The server holds the student's last answers and nothing else, and took each submission once. */
export async function expectServerHolds(
	server: ProductServer,
	{ memory }: Pick<Student, "memory">,
): Promise<void> {
	const rows = (await server.answers()).filter((row) => row.display_id === memory.display_id);
	expect(Object.fromEntries(rows.map(({ question, value }) => [question, value]))).toEqual(
		Object.fromEntries(memory.given),
	);
	expect(rows).toHaveLength(memory.given.size);

	const answers = (await server.history(memory.display_id)).filter((event) => event.kind === "answer");
	const times: Record<string, number> = {};
	for (const { question } of answers) {
		if (question !== null && memory.times.has(question)) times[question] = (times[question] ?? 0) + 1;
	}
	expect(times).toEqual(Object.fromEntries(memory.times));
	expect(answers.filter((event) => event.outcome !== "applied")).toEqual([]);
}

/** What `validate` says of a session. */
export async function statusOf(server: ProductServer, session_id: string): Promise<ValidSession> {
	const reply = await server.api<{ session: { status: string }; progress: ValidSession["progress"] }>(
		`/api/v2/session/${session_id}/validate`,
	);
	return { status: reply.session.status, progress: reply.progress };
}

type ValidSession = {
	status: string;
	progress: { questions_answered: number; total_questions: number; percentage: number; total_xp: number };
};

type LatestAssessment = {
	assessment: { chapters: { pages: { questions: { key: string; id: number }[] }[] }[] };
};

/** Answers Career rhythm from another device, as a student may: all of it, or the wanted questions. */
export async function answerElsewhere(
	server: ProductServer,
	{ memory, language }: Pick<Student, "memory" | "language">,
	isWanted: (asked: Asked) => boolean = () => true,
): Promise<void> {
	const { assessment } = await server.api<LatestAssessment>("/api/v2/assessments/latest");
	const questions = assessment.chapters.flatMap(({ pages }) => pages.flatMap((page) => page.questions));
	for (const { key, id } of questions) {
		const asked = CAREER_RHYTHM.questions.find((question) => question.key === key);
		if (!asked) throw new Error(`Nobody has read question ${key}.`);
		if (!isWanted(asked)) continue;
		const answer = answerFor(asked, language);
		await server.api("/api/v2/answers/submit", { session_id: memory.session_id, question_id: id, answer });
	}
}
