import { sql } from "kysely";
import { readCatalogue } from "./catalogue.ts";
import { forget, keep, keptName } from "./kept.ts";
import type { LedgerSchema } from "./ledger-schema.ts";
import type { BatchesStep, Task, WholeStep } from "./migration.ts";
import { change } from "./steps.ts";

const TABLE = "student_responses";
const KEPT = keptName(2, TABLE);
const COLUMNS = ["status", "last_activity", "current_page_id"];

/** Keeps what the columns of phase 1 hold. The first of them that goes keeps all three. */
export const keepPhase1: Task = {
	name: "keep_phase_1",
	version: 1,
	async run(tx, means) {
		const catalogue = await readCatalogue<LedgerSchema>(tx, means.dialect.name);
		if (catalogue.has(KEPT)) return;
		const there = COLUMNS.filter((column) => catalogue.get(TABLE)?.columns.has(column));
		// As text: the type itself goes with its column.
		const listed = there.map((column) => (column === "status" ? "CAST(status AS TEXT) AS status" : column));
		if (means.dialect.name === "postgres") {
			await sql.raw(`LOCK TABLE ${TABLE} IN ACCESS EXCLUSIVE MODE`).execute(tx);
		}
		const rows = await keep(
			tx,
			means,
			2,
			TABLE,
			`SELECT ${["id", "session_id", ...listed].join(", ")} FROM ${TABLE}`,
		);
		await sql.raw(`CREATE UNIQUE INDEX ${KEPT}_id ON ${KEPT} (id)`).execute(tx);
		means.report(`${TABLE}: ${there.join(", ")} of ${rows} rows kept in ${KEPT}`);
	},
};

/** Brings the columns back for every response that is still the same session. */
export const bringBackPhase1: BatchesStep = {
	id: "kept_phase_1",
	mode: "batches",
	about: "brings back what an undone phase 1 kept; nothing where it was never undone",
	probe: { rows: async (_db, _means, catalogue) => (catalogue.has(KEPT) ? "ledger" : "done") },
	locks: [{ table: TABLE, mode: "RowExclusiveLock" }],
	changes: { columns: COLUMNS.map((column) => `${TABLE}.${column}`) },
	batches: {
		table: KEPT,
		key: "id",
		size: 5000,
		version: 1,
		async run(tx, { from, to }, { dialect }) {
			const catalogue = await readCatalogue<LedgerSchema>(tx, dialect.name);
			const kept = catalogue.get(KEPT)?.columns;
			const type = dialect.name === "postgres" ? "sessionstatus" : "TEXT";
			const values: Record<string, string> = {
				// Finished meanwhile is finished.
				status: `CASE WHEN r.completed_at IS NOT NULL THEN CAST('completed' AS ${type}) ELSE CAST(k.status AS ${type}) END`,
				last_activity: "k.last_activity",
				current_page_id:
					"CASE WHEN EXISTS (SELECT 1 FROM pages p WHERE p.id = k.current_page_id) THEN k.current_page_id END",
			};
			const sets = COLUMNS.filter((column) => kept?.has(column)).map(
				(column) => `${column} = ${values[column]}`,
			);
			const result = await sql
				.raw(
					`UPDATE ${TABLE} SET ${sets.join(", ")} FROM ${KEPT} k, ${TABLE} r
					WHERE r.id = ${TABLE}.id AND k.id = r.id AND k.session_id = r.session_id
						AND k.id > ${from} AND k.id <= ${to}`,
				)
				.execute(tx);
			return Number(result.numAffectedRows ?? 0);
		},
		sql: { sqlite: [], postgres: [] },
	},
};

const forgetTask: Task = {
	name: "forget_kept_phase_1",
	version: 1,
	sql: "",
	run: (tx) => forget(tx, KEPT),
};

/** What is back needs no keeping. */
export const forgetKeptPhase1: WholeStep = change({
	id: "kept_phase_1_is_back",
	about: "drops the kept copy after it is back",
	probe: { rows: async (_db, _means, catalogue) => (catalogue.has(KEPT) ? "todo" : "done") },
	actions: { sqlite: [forgetTask], postgres: [forgetTask] },
});
