import { type RawBuilder, sql } from "kysely";

/** A question of a session whose answer is to be read or written. */
export type Touched = { response_id: number; question_id: number };

export const TOUCHED = { response_id: "integer", question_id: "integer" } as const;

/** The columns that decide what the standing answer is. */
export const NEWEST_COLUMNS = sql.raw(
	"e.response_id, e.question_id, e.operation_id, e.kind, e.value, e.at, e.revision",
);

/**
 * The events from which the state of some questions follows, at most four for each: the newest answer and the
 * newest clear that were applied, one of which stands, and the last answer and the last clear that were
 * superseded on arrival. Each is one look-up in an index of its own, however often the question was answered,
 * cleared, or answered too late.
 * @param wanted rows of {@link Touched}, as `Dialect.rows` makes them
 */
export function selectNewest<Row>(wanted: RawBuilder<unknown>, columns: RawBuilder<unknown>) {
	return sql<Row>`
		select ${columns} from ${wanted} as w cross join session_events e
		where e.id in (${newestApplied("answer")}, ${newestApplied("clear")},
			${lastSuperseded("answer")}, ${lastSuperseded("clear")})`;
}

// The list of kinds and the outcome say to the database word for word which of its partial indexes holds the rows.

function newestApplied(kind: "answer" | "clear") {
	return sql`(
		select n.id from session_events n
		where n.response_id = w.response_id and n.question_id = w.question_id and n.kind = ${sql.lit(kind)}
			and n.kind in ('answer', 'clear') and n.outcome = 'applied'
		order by n.at desc, n.operation_id desc limit 1)`;
}

function lastSuperseded(kind: "answer" | "clear") {
	return sql`(
		select n.id from session_events n
		where n.response_id = w.response_id and n.question_id = w.question_id and n.kind = ${sql.lit(kind)}
			and n.kind in ('answer', 'clear') and n.outcome = 'superseded'
		order by n.revision desc limit 1)`;
}
