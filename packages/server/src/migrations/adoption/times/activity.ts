import { sql } from "kysely";
import type { StepContext, Task, Tx, WholeStep } from "../../migration.ts";
import { dropKept } from "../../steps/undo-tables.ts";
import {
	countOriginals,
	createOriginalsTable,
	originalsTable,
	readOriginalFact,
	recordOriginalFact,
} from "../original-values.ts";

/** The values of `last_activity` that no activity set. */
export const MOMENTS = originalsTable("moments");

/**
 * The guide's ALTER TABLE gave every row of its day one moment, and so does an UPDATE by hand. PostgreSQL
 * still knows the moment of an ALTER TABLE. Elsewhere it is a value that responses with different beginnings
 * share, later than everything else that is known of any of them. Sessions that began in this program are
 * left out: several may have written in one commit.
 */
const findMoments: Task = {
	name: "find_moments",
	version: 1,
	async run(tx, { dialect }) {
		const isPostgres = dialect.name === "postgres";
		const altered = isPostgres
			? ((await readOriginalFact(tx, dialect, MOMENT_OF_ALTER)) ?? (await momentOfAlter(tx, "UTC")))
			: null;
		const read = (column: string) => (isPostgres ? column : `strftime('%Y-%m-%d %H:%M:%f', ${column})`);
		const shared = altered
			? `SELECT TIMESTAMP WITH TIME ZONE '${altered}' AS value`
			: `SELECT r.last_activity AS value FROM student_responses r
				WHERE r.last_activity IS NOT NULL AND NOT EXISTS
					(SELECT 1 FROM session_details d WHERE d.response_id = r.id AND d.adopted_at IS NULL)
				GROUP BY r.last_activity
				HAVING count(DISTINCT r.created_at) > 1
					AND coalesce(max(${read("r.created_at")}) <= ${read("r.last_activity")}, true)
					AND coalesce(max(${read("r.completed_at")}) <= ${read("r.last_activity")}, true)`;
		const { rows } = await sql.raw(`SELECT 1 FROM (${shared}) AS s LIMIT 1`).execute(tx);
		if (rows.length === 0) return;
		await createOriginalsTable(
			tx,
			dialect,
			MOMENTS,
			isPostgres ? "value TIMESTAMP WITH TIME ZONE PRIMARY KEY" : "value PRIMARY KEY",
		);
		const inserted = await sql
			.raw(
				`INSERT INTO ${MOMENTS} (value) SELECT value FROM (${shared}) AS s WHERE true ON CONFLICT DO NOTHING`,
			)
			.execute(tx);
		await countOriginals(tx, MOMENTS, Number(inserted.numAffectedRows ?? 0));
	},
};

const MOMENT_OF_ALTER = "moment_of_alter";

/** To be called before the column is rewritten, which makes PostgreSQL forget the moment. */
export async function noteMomentOfAlter(tx: Tx, { dialect }: StepContext, zone: string): Promise<void> {
	const moment = await momentOfAlter(tx, zone);
	if (moment) await recordOriginalFact(tx, dialect, MOMENT_OF_ALTER, moment);
}

/**
 * What rows read that are older than the column: the default's value when it was added, kept by PostgreSQL
 * beside them.
 */
async function momentOfAlter(tx: Tx, zone: string): Promise<string | null> {
	const { rows } = await sql<{ moment: string | null }>`
		SELECT (CASE WHEN atttypid = 'timestamp'::regtype
			THEN (attmissingval::text::timestamp[])[1] AT TIME ZONE ${zone}
			ELSE (attmissingval::text::timestamptz[])[1] END)::text AS moment
		FROM pg_catalog.pg_attribute
		WHERE attrelid = to_regclass('student_responses') AND attname = 'last_activity' AND atthasmissing`.execute(
		tx,
	);
	return rows[0]?.moment ?? null;
}

const forgetMoments: Task = { name: "forget_moments", version: 1, run: (tx) => dropKept(tx, MOMENTS) };

export const moments: WholeStep = {
	id: "last_activity_moments",
	mode: "whole",
	about: "finds the values of last_activity that a change of the table set, not a student",
	probe: "ledger",
	locks: [],
	actions: { sqlite: [findMoments], postgres: [findMoments] },
	undo: { sqlite: [forgetMoments], postgres: [forgetMoments] },
};
