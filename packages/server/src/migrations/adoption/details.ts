import { randomBytes } from "node:crypto";
import {
	type Answer,
	Assessment,
	type AssessmentIndex,
	indexAssessment,
	type Language,
	mintDisplayId,
} from "@carhythm/core";
import { type Kysely, sql } from "kysely";
import { answerOfRow } from "../../db/sessions/rows.ts";
import { adoptionOf } from "../../question-types/index.ts";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { BatchesStep, Probe, StepContext, Tx } from "../migration.ts";
import type { SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { adoptedVersionId } from "./content/step.ts";
import { responsesWithoutDetails } from "./original-values.ts";

type NewResponse = { id: number; abandoned_at: string | null; revision: number };
type AnswerRow = Parameters<typeof answerOfRow>[0] & { response_id: number; question_id: number };

async function addRange(
	tx: Tx,
	{ from, to }: { from: number; to: number },
	{ dialect }: StepContext,
): Promise<number> {
	const { rows } = await sql<NewResponse>`
		SELECT r.id, CASE WHEN CAST(r.status AS TEXT) = 'user_abandoned_not_completed' THEN r.last_activity END AS abandoned_at,
			coalesce((SELECT max(e.revision) FROM session_events e WHERE e.response_id = r.id), 0) AS revision
		FROM student_responses r
		WHERE r.id > ${from} AND r.id <= ${to}
			AND NOT EXISTS (SELECT 1 FROM session_details d WHERE d.response_id = r.id)`.execute(tx);
	if (rows.length === 0) return 0;
	const assessment_version_id = await adoptedVersionId(tx);
	const index = await indexOf(tx, assessment_version_id);
	const answers = await answersIn(tx, { from, to });
	const ids = await freeDisplayIds(tx, dialect, rows.length);
	const details = rows.map(({ id, abandoned_at, revision }, n) => {
		const given = (answers.get(id) ?? []).flatMap((row) => {
			const answer = answerOfRow(row);
			// What a page asked that is no longer asked does not count towards the whole.
			return answer && index.by_question.has(row.question_id) ? [{ ...row, answer }] : [];
		});
		return {
			response_id: id,
			display_id: ids[n],
			assessment_version_id,
			language: languageOf(given, index),
			revision: Number(revision),
			answered: given.length,
			ever_answered: given.length,
			abandoned_at,
		};
	});
	const columns = {
		response_id: "integer",
		display_id: "text",
		assessment_version_id: "integer",
		language: "text",
		revision: "integer",
		answered: "integer",
		ever_answered: "integer",
		abandoned_at: "time",
	} as const;
	const names = sql.raw(Object.keys(columns).join(", "));
	await sql`
		INSERT INTO session_details (${names}, adopted_at)
		SELECT ${names}, ${sql.raw(dialect.now)} FROM ${dialect.rows(columns, details)} AS v`.execute(tx);
	return rows.length;
}

/** A version, laid out. */
export async function indexOf(tx: Tx, version_id: number): Promise<AssessmentIndex> {
	const { definition } = await tx
		.selectFrom("assessment_versions")
		.select("definition")
		.where("id", "=", version_id)
		.executeTakeFirstOrThrow();
	return indexAssessment(Assessment.parse(JSON.parse(definition)));
}

async function answersIn(
	tx: Tx,
	{ from, to }: { from: number; to: number },
): Promise<Map<number, AnswerRow[]>> {
	const { rows } = await sql<AnswerRow>`
		SELECT response_id, question_id, answer_text, answer_value, answer_json FROM question_answers
		WHERE response_id > ${from} AND response_id <= ${to}`.execute(tx);
	return Map.groupBy(rows, ({ response_id }) => response_id);
}

/** The previous program kept no language; what the student chose or wrote in Arabic shows it. */
function languageOf(
	given: readonly { question_id: number; answer: Answer }[],
	index: AssessmentIndex,
): Language {
	const isArabic = given.some(({ question_id, answer }) => {
		const question = index.by_question.get(question_id)?.question;
		return adoptionOf(answer.type)?.isInArabic(answer, question?.type === answer.type ? question : null);
	});
	return isArabic ? "ar" : "en";
}

async function freeDisplayIds(tx: Tx, dialect: StepContext["dialect"], count: number): Promise<string[]> {
	const ids = new Set<string>();
	while (ids.size < count) {
		const minted = Array.from({ length: count - ids.size }, () => ({
			display_id: mintDisplayId((bytes) => randomBytes(bytes)),
		}));
		const taken = await sql<{ display_id: string }>`
			SELECT d.display_id FROM session_details d
			JOIN ${dialect.rows({ display_id: "text" }, minted)} AS v ON v.display_id = d.display_id`.execute(tx);
		const others = new Set(taken.rows.map(({ display_id }) => display_id));
		for (const { display_id } of minted) if (!others.has(display_id)) ids.add(display_id);
	}
	return [...ids];
}

async function probe(
	db: Kysely<LedgerSchema>,
	_means: StepContext,
	catalogue: SystemCatalogue,
): Promise<Probe | "ledger"> {
	if (!catalogue.has("session_details")) return "ledger";
	return (await responsesWithoutDetails(db)) > 0 ? "todo" : "ledger";
}

/** Also what the previous program adds later is taken over, whenever the migrations next look. */
export const details: BatchesStep = {
	id: "session_details_of_responses",
	mode: "batches",
	about: "takes over every response as a session, which goes on at its first unanswered question",
	probe: { rows: probe },
	locks: [],
	batches: {
		table: "student_responses",
		key: "id",
		size: 2000,
		version: 1,
		run: addRange,
		sql: { sqlite: [], postgres: [] },
	},
};
