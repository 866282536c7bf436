import { sql } from "kysely";
import { LEDGER } from "../../db/schema.ts";
import type { BatchesStep, Migration, Probe, Prober, Task } from "../migration.ts";
import { addColumn, change, createIndex } from "../steps/steps.ts";
import type { SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { bringBackPhase1, dropStatus, forgetKeptPhase1, keepPhase1 } from "./kept-phase-1.ts";

const ISO = "%Y-%m-%dT%H:%M:%fZ";
/** The present moment as this program writes it on SQLite. */
export const SQLITE_NOW = `strftime('${ISO}','now')`;

const EPOCH = "1970-01-01T00:00:00.000Z";
const TABLE = "student_responses";
const FORMATTED = (column: string) => `coalesce(strftime('${ISO}', ${column}), '${EPOCH}')`;

/**
 * The newest moment that is known of a response, never the moment of the migration: that would give every old session
 * thirty more days. A response of which no time is known counts as old.
 */
const LAST_KNOWN = {
	sqlite: `max(${FORMATTED("completed_at")}, ${FORMATTED("created_at")})`,
	postgres: `coalesce(greatest(completed_at, created_at), TIMESTAMP WITH TIME ZONE '${EPOCH}')`,
};

const STATUS_LABELS = "'active', 'completed', 'user_abandoned_not_completed'";

/** The type may be there already: where the guide's statements were half done, or left by an earlier undo. */
const typeSessionstatus: Task = {
	name: "type_sessionstatus",
	version: 1,
	sql: `CREATE TYPE sessionstatus AS ENUM (${STATUS_LABELS})`,
	sqlFor: () => [
		`DO $$ BEGIN CREATE TYPE sessionstatus AS ENUM (${STATUS_LABELS}); EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
	],
	async run(tx) {
		const { rows } = await sql`
			SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
			WHERE t.typname = 'sessionstatus' AND n.nspname = current_schema()`.execute(tx);
		if (rows.length === 0) await sql.raw(typeSessionstatus.sql ?? "").execute(tx);
	},
};

/** What the phase 1 document asks for, with its names, in a form that also works on a table with rows. */
export const phase1SessionManagement: Migration = {
	number: 2,
	name: "phase_1_session_management",
	steps: [
		addColumn(
			TABLE,
			"status",
			{
				sqlite: `TEXT NOT NULL DEFAULT 'active'
					CONSTRAINT ck_student_responses_status CHECK (status IN (${STATUS_LABELS}))`,
				postgres: "sessionstatus NOT NULL DEFAULT 'active'",
			},
			{
				before: { sqlite: [], postgres: [typeSessionstatus] },
				undo: { sqlite: [keepPhase1, dropStatus], postgres: [keepPhase1, dropStatus] },
			},
		),
		addColumn(
			TABLE,
			"last_activity",
			{ sqlite: "TIMESTAMP", postgres: "TIMESTAMP WITH TIME ZONE" },
			{
				about: "adds the column last_activity to student_responses; only new rows get the present moment",
				after: {
					// SQLite refuses a computed default in ADD COLUMN on a table with rows.
					sqlite: [{ set_default: { table: TABLE, column: "last_activity", expression: SQLITE_NOW } }],
					postgres: [`ALTER TABLE ${TABLE} ALTER COLUMN last_activity SET DEFAULT CURRENT_TIMESTAMP`],
				},
				undo: {
					sqlite: [keepPhase1, `ALTER TABLE ${TABLE} DROP COLUMN last_activity`],
					postgres: [keepPhase1, `ALTER TABLE ${TABLE} DROP COLUMN last_activity`],
				},
			},
		),
		addColumn(
			TABLE,
			"current_page_id",
			{ sqlite: "INTEGER REFERENCES pages (id)", postgres: "INTEGER REFERENCES pages (id)" },
			{
				locks: [{ table: "pages", mode: "ShareRowExclusiveLock" }],
				undo: {
					sqlite: [keepPhase1, `ALTER TABLE ${TABLE} DROP COLUMN current_page_id`],
					postgres: [keepPhase1, `ALTER TABLE ${TABLE} DROP COLUMN current_page_id`],
				},
			},
		),
		bringBackPhase1,
		forgetKeptPhase1,
		overResponses({
			id: "status_of_finished_responses",
			about: "marks the responses that were finished as completed",
			probe: onlyIfApplied("column_status"),
			column: "status",
			set: { sqlite: "status = 'completed'", postgres: "status = 'completed'" },
			where: "completed_at IS NOT NULL AND status <> 'completed'",
		}),
		overResponses({
			id: "last_activity_of_existing_responses",
			about: "gives every old response the newest moment that is known of it as its last activity",
			probe: onlyIfApplied("column_last_activity"),
			column: "last_activity",
			set: {
				sqlite: `last_activity = ${LAST_KNOWN.sqlite}`,
				postgres: `last_activity = ${LAST_KNOWN.postgres}`,
			},
			where: "last_activity IS NULL",
		}),
		change({
			id: "default_of_last_activity",
			only: "sqlite",
			about: "lets last_activity no longer be empty",
			probe: onlyIfApplied("column_last_activity", (catalogue) => (isNotNull(catalogue) ? "done" : "todo")),
			actions: {
				sqlite: [`ALTER TABLE ${TABLE} ALTER COLUMN last_activity SET NOT NULL`],
				postgres: [],
			},
		}),
		// PostgreSQL would hold up everybody while it looks at all rows, unless a valid constraint has done so before.
		change({
			id: "last_activity_checked",
			only: "postgres",
			about: "demands last_activity of new rows",
			probe: onlyIfApplied("column_last_activity", (catalogue) =>
				isNotNull(catalogue) || proof(catalogue) ? "done" : "todo",
			),
			locks: [{ table: TABLE, mode: "AccessExclusiveLock" }],
			actions: {
				sqlite: [],
				postgres: [
					`ALTER TABLE ${TABLE} ADD CONSTRAINT ck_student_responses_last_activity
						CHECK (last_activity IS NOT NULL) NOT VALID`,
				],
			},
		}),
		change({
			id: "last_activity_validated",
			only: "postgres",
			about: "looks whether every row has a last_activity",
			probe: onlyIfApplied("column_last_activity", (catalogue) =>
				isNotNull(catalogue) || proof(catalogue)?.validated ? "done" : "todo",
			),
			locks: [{ table: TABLE, mode: "ShareUpdateExclusiveLock" }],
			actions: {
				sqlite: [],
				postgres: [`ALTER TABLE ${TABLE} VALIDATE CONSTRAINT ck_student_responses_last_activity`],
			},
		}),
		change({
			id: "last_activity_not_null",
			only: "postgres",
			about: "lets last_activity no longer be empty, which is proven by now",
			probe: onlyIfApplied("column_last_activity", (catalogue) =>
				isNotNull(catalogue) && !proof(catalogue) ? "done" : "todo",
			),
			locks: [{ table: TABLE, mode: "AccessExclusiveLock" }],
			actions: {
				sqlite: [],
				postgres: [
					`ALTER TABLE ${TABLE} ALTER COLUMN last_activity SET NOT NULL`,
					`ALTER TABLE ${TABLE} DROP CONSTRAINT IF EXISTS ck_student_responses_last_activity`,
				],
			},
		}),
		createIndex("idx_student_responses_status", TABLE, ["status"]),
		createIndex("idx_student_responses_current_page", TABLE, ["current_page_id"]),
	],
};

function isNotNull(catalogue: SystemCatalogue): boolean {
	return catalogue.get(TABLE)?.columns.get("last_activity")?.not_null ?? false;
}

/** The constraint that proves that no last_activity is empty, while it is there. */
function proof(catalogue: SystemCatalogue) {
	return catalogue.get(TABLE)?.checks.find(({ name }) => name === "ck_student_responses_last_activity");
}

/**
 * Where the column was found, the database had phase 1 before: what its rows say is looked at by the repairs
 * of the next migration, which keep what they change.
 */
function onlyIfApplied(column_step: string, look?: (catalogue: SystemCatalogue) => Probe): Prober {
	return {
		async rows(db, _means, catalogue) {
			const isThere = catalogue.get(TABLE)?.columns.has(column_step.replace(/^column_/, "")) ?? false;
			if (!catalogue.has(LEDGER)) return isThere ? "done" : "todo";
			const row = await db
				.selectFrom(LEDGER)
				.select("origin")
				.where("migration", "=", 2)
				.where("step", "=", column_step)
				.executeTakeFirst();
			if (row?.origin === "adopted" || (!row && isThere)) return "done";
			return look ? look(catalogue) : "ledger";
		},
	};
}

function overResponses(step: {
	id: string;
	about: string;
	probe: Prober;
	column: string;
	set: { sqlite: string; postgres: string };
	where: string;
}): BatchesStep {
	const { id, about, probe, column, set, where } = step;
	const statement = (dialect: "sqlite" | "postgres", from: string, to: string) =>
		`UPDATE ${TABLE} SET ${set[dialect]} WHERE id > ${from} AND id <= ${to} AND ${where}`;
	return {
		id,
		mode: "batches",
		about,
		probe,
		locks: [{ table: TABLE, mode: "RowExclusiveLock" }],
		changes: { columns: [`${TABLE}.${column}`] },
		batches: {
			table: TABLE,
			key: "id",
			size: 5000,
			version: 1,
			async run(tx, { from, to }, { dialect }) {
				const result = await sql.raw(statement(dialect.name, String(from), String(to))).execute(tx);
				return Number(result.numAffectedRows ?? 0);
			},
			sql: {
				sqlite: [statement("sqlite", ":from", ":to")],
				postgres: [statement("postgres", ":from", ":to")],
			},
		},
	};
}
