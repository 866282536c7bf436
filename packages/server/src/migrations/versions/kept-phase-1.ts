import { type Kysely, sql } from "kysely";
import { statusOf, unknownLabels } from "../adoption/status/status-mapping.ts";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { BatchesStep, Decisions, Task, WholeStep } from "../migration.ts";
import { change } from "../steps/steps.ts";
import { dropKept, keepRows, keptName } from "../steps/undo-tables.ts";
import { readSystemCatalogue, type SystemCatalogue } from "../system-catalogue/read-catalogue.ts";

const TABLE = "student_responses";
const KEPT = keptName(2, TABLE);
const COLUMNS = ["status", "last_activity", "current_page_id"];

/** Keeps what the columns of phase 1 hold. The first of them that goes keeps all three. */
export const keepPhase1: Task = {
	name: "keep_phase_1",
	version: 1,
	async run(tx, context) {
		const catalogue = await readSystemCatalogue<LedgerSchema>(tx, context.dialect.name);
		if (catalogue.has(KEPT)) return;
		const there = COLUMNS.filter((column) => catalogue.get(TABLE)?.columns.has(column));
		// As text: the type itself goes with its column.
		const listed = there.map((column) => (column === "status" ? "CAST(status AS TEXT) AS status" : column));
		if (context.dialect.name === "postgres") {
			await sql.raw(`LOCK TABLE ${TABLE} IN ACCESS EXCLUSIVE MODE`).execute(tx);
		}
		const rows = await keepRows(
			tx,
			context,
			2,
			TABLE,
			`SELECT ${["id", "session_id", ...listed].join(", ")} FROM ${TABLE}`,
		);
		await sql.raw(`CREATE UNIQUE INDEX ${KEPT}_id ON ${KEPT} (id)`).execute(tx);
		context.report(`${TABLE}: ${there.join(", ")} of ${rows} rows kept in ${KEPT}`);
	},
};

/** Brings the columns back for every response that is still the same session. */
export const bringBackPhase1: BatchesStep = {
	id: "kept_phase_1",
	mode: "batches",
	about: "brings back what an undone phase 1 kept; nothing where it was never undone",
	probe: {
		rows: async (db, { decisions }, catalogue) => {
			if (!catalogue.has(KEPT)) return "done";
			const unknown = (await keptLabels(db, catalogue)).filter(
				({ label, unfinished }) => unfinished > 0 && statusOf(label, decisions.map_status) === null,
			);
			return unknown.length > 0 ? { conflict: unknownLabels(unknown) } : "ledger";
		},
	},
	locks: [{ table: TABLE, mode: "RowExclusiveLock" }],
	changes: { columns: COLUMNS.map((column) => `${TABLE}.${column}`) },
	batches: {
		table: KEPT,
		key: "id",
		size: 5000,
		version: 1,
		async run(tx, { from, to }, { dialect, decisions }) {
			const catalogue = await readSystemCatalogue<LedgerSchema>(tx, dialect.name);
			const kept = catalogue.get(KEPT)?.columns;
			const type = dialect.name === "postgres" ? "sessionstatus" : "TEXT";
			const labels = await keptLabels(tx, catalogue);
			// The previous program's labels are kept as it wrote them; the column takes ours only.
			const ours = labels.map(({ label }) => {
				const found = label === null ? "k.status IS NULL" : `k.status = '${label.replaceAll("'", "''")}'`;
				return `WHEN ${found} THEN '${statusOf(label, decisions.map_status) ?? "active"}'`;
			});
			const values: Record<string, string> = {
				// Finished meanwhile is finished.
				status: `CAST(CASE WHEN r.completed_at IS NOT NULL THEN 'completed' ${ours.join(" ")} ELSE 'active' END AS ${type})`,
				last_activity: keptActivity(catalogue, decisions),
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

type KeptLabel = { label: string | null; unfinished: number };

/** The labels that are kept of responses which are there, and how many of those are not finished. */
async function keptLabels(db: Kysely<LedgerSchema>, catalogue: SystemCatalogue): Promise<KeptLabel[]> {
	if (!catalogue.get(KEPT)?.columns.has("status")) return [];
	const { rows } = await sql<KeptLabel>`
		SELECT k.status AS label, sum(CASE WHEN r.completed_at IS NULL THEN 1 ELSE 0 END) AS unfinished
		FROM ${sql.table(KEPT)} k JOIN ${sql.table(TABLE)} r ON r.id = k.id AND r.session_id = k.session_id
		GROUP BY 1`.execute(db);
	return rows.map(({ label, unfinished }) => ({ label, unfinished: Number(unfinished) }));
}

/** PostgreSQL: a time that was kept without a zone is read in the zone that the operator named. */
function keptActivity(catalogue: SystemCatalogue, { assume_timezone }: Decisions): string {
	const declared = catalogue.get(KEPT)?.columns.get("last_activity")?.declared ?? "";
	if (!declared.endsWith("without time zone")) return "k.last_activity";
	return `k.last_activity AT TIME ZONE '${assume_timezone.replaceAll("'", "''")}'`;
}

/**
 * Drops the status with everything that is its own: SQLite keeps a column that a check of the table names,
 * PostgreSQL a type that another column has.
 */
export const dropStatus: Task = {
	name: "drop_status",
	version: 1,
	async run(tx, { dialect }) {
		const table = (await readSystemCatalogue<LedgerSchema>(tx, dialect.name)).get(TABLE);
		const checks = table?.checks.filter(({ expression }) => /\bstatus\b/i.test(expression)) ?? [];
		for (const { name } of checks) {
			if (name) await sql`ALTER TABLE ${sql.table(TABLE)} DROP CONSTRAINT ${sql.id(name)}`.execute(tx);
		}
		await sql.raw(`ALTER TABLE ${TABLE} DROP COLUMN status`).execute(tx);
		if (dialect.name !== "postgres") return;
		const used = await sql`SELECT 1 FROM pg_catalog.pg_attribute WHERE NOT attisdropped
			AND atttypid IN (to_regtype('sessionstatus'), to_regtype('sessionstatus[]')) LIMIT 1`.execute(tx);
		if (used.rows.length === 0) await sql`DROP TYPE IF EXISTS sessionstatus`.execute(tx);
	},
};

const forgetTask: Task = {
	name: "forget_kept_phase_1",
	version: 1,
	sql: "",
	run: (tx) => dropKept(tx, KEPT),
};

/** What is back needs no keeping. */
export const forgetKeptPhase1: WholeStep = change({
	id: "kept_phase_1_is_back",
	about: "drops the kept copy after it is back",
	probe: { rows: async (_db, _means, catalogue) => (catalogue.has(KEPT) ? "todo" : "done") },
	actions: { sqlite: [forgetTask], postgres: [forgetTask] },
});
