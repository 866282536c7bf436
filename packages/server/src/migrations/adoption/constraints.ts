import { sql } from "kysely";
import type { Actions, Lock, Probe, Step, Task } from "../migration.ts";
import { change } from "../steps/steps.ts";
import type { Column, SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { SQLITE_NOW } from "../versions/002-phase-1-session-management.ts";
import { catalogueOf, readOriginalFact, recordOriginalFact } from "./original-values.ts";
import { allowsOnlyOurLabels } from "./status/admit-our-labels.ts";
import { STATUS_LABELS } from "./status/status-mapping.ts";

// What migration 2 gives columns that it makes itself, for columns that were found: defaults, the check, no
// empty fields.

const TABLE = "student_responses";
const CHECK = "ck_student_responses_status";
const BRIEFLY: readonly Lock[] = [{ table: TABLE, mode: "AccessExclusiveLock" }];
const BESIDE: readonly Lock[] = [{ table: TABLE, mode: "ShareUpdateExclusiveLock" }];

function both(task: Task): Actions {
	return { sqlite: [task], postgres: [task] };
}

/** A step that sets the default of a found column, and gives back the one that it had. */
function defaultOf(
	column: string,
	expression: { sqlite: string; postgres: string },
	isDone: (found: Column) => boolean,
): Step {
	const fact = `default_of_${column}`;
	const set: Task = {
		name: `set_${fact}`,
		version: 1,
		sql: "",
		async run(tx, { dialect }) {
			const found = (await catalogueOf(tx, dialect)).get(TABLE)?.columns.get(column);
			await recordOriginalFact(tx, dialect, fact, found?.default ?? null);
			if (dialect.name === "sqlite") dialect.setColumnDefault(TABLE, column, expression.sqlite);
			else
				await sql
					.raw(`ALTER TABLE ${TABLE} ALTER COLUMN ${column} SET DEFAULT ${expression.postgres}`)
					.execute(tx);
		},
	};
	const giveBack: Task = {
		name: `give_back_${fact}`,
		version: 1,
		async run(tx, { dialect }) {
			const found = (await readOriginalFact(tx, dialect, fact)) as string | null | undefined;
			if (found === undefined) return;
			if (dialect.name === "sqlite") {
				dialect.setColumnDefault(TABLE, column, found ?? "NULL");
				return;
			}
			const change = found === null ? "DROP DEFAULT" : `SET DEFAULT ${found}`;
			await sql.raw(`ALTER TABLE ${TABLE} ALTER COLUMN ${column} ${change}`).execute(tx);
		},
	};
	return change({
		id: `default_of_found_${column}`,
		about: `gives ${column} its default`,
		probe: (catalogue) => {
			const found = catalogue.get(TABLE)?.columns.get(column);
			return found && isDone(found) ? "done" : "todo";
		},
		locks: BRIEFLY,
		actions: both(set),
		undo: both(giveBack),
	});
}

function isNow(column: Column): boolean {
	if (column.default === null) return false;
	return column.declared.startsWith("timestamp with")
		? /now\(\)|current_timestamp/i.test(column.default)
		: column.default.replace(/^\((.*)\)$/, "$1") === SQLITE_NOW;
}

const settled = (catalogue: SystemCatalogue): Probe => {
	const table = catalogue.get(TABLE);
	return table && allowsOnlyOurLabels(table) ? "done" : "todo";
};

const addCheck = (how: string): Task => ({
	name: "add_status_check",
	version: 1,
	sql: `ALTER TABLE ${TABLE} ADD CONSTRAINT ${CHECK} CHECK (status IN (${STATUS_LABELS}))${how}`,
	async run(tx, { dialect }) {
		await recordOriginalFact(tx, dialect, "status_check_added", true);
		const table = (await catalogueOf(tx, dialect)).get(TABLE);
		// A type with labels to spare is held to ours by the check as well.
		const column = table?.enums.has("status") ? "CAST(status AS TEXT)" : "status";
		await sql
			.raw(`ALTER TABLE ${TABLE} ADD CONSTRAINT ${CHECK} CHECK (${column} IN (${STATUS_LABELS}))${how}`)
			.execute(tx);
	},
});

const dropCheck: Task = {
	name: "drop_status_check",
	version: 1,
	async run(tx, { dialect }) {
		if ((await readOriginalFact(tx, dialect, "status_check_added")) !== true) return;
		await sql.raw(`ALTER TABLE ${TABLE} DROP CONSTRAINT ${CHECK}`).execute(tx);
	},
};

const checkSteps: readonly Step[] = [
	change({
		id: "status_check",
		about: "holds the status of responses to our three labels",
		probe: settled,
		locks: BRIEFLY,
		actions: { sqlite: [addCheck("")], postgres: [addCheck(" NOT VALID")] },
		undo: both(dropCheck),
	}),
	change({
		id: "status_check_validated",
		only: "postgres",
		about: "looks whether every response has one of our labels",
		probe: (catalogue) => {
			const check = catalogue.get(TABLE)?.checks.find(({ name }) => name === CHECK);
			return check && !check.validated ? "todo" : settled(catalogue);
		},
		locks: BESIDE,
		actions: { sqlite: [], postgres: [`ALTER TABLE ${TABLE} VALIDATE CONSTRAINT ${CHECK}`] },
	}),
];

/** PostgreSQL would hold up everybody while it looks at all rows, unless a valid check has done so before. */
function notNull(column: string): Step[] {
	const check = `ck_student_responses_${column}_there`;
	const fact = `empty_${column}_allowed`;
	const found = (catalogue: SystemCatalogue) => catalogue.get(TABLE)?.columns.get(column)?.not_null === true;
	const checkOf = (catalogue: SystemCatalogue) =>
		catalogue.get(TABLE)?.checks.find(({ name }) => name === check);
	const drop: Task = {
		name: `allow_empty_${column}`,
		version: 1,
		async run(tx, { dialect }) {
			if ((await readOriginalFact(tx, dialect, fact)) !== true) return;
			await sql.raw(`ALTER TABLE ${TABLE} ALTER COLUMN ${column} DROP NOT NULL`).execute(tx);
		},
	};
	const note: Task = {
		name: `note_${fact}`,
		version: 1,
		sql: "",
		run: (tx, { dialect }) => recordOriginalFact(tx, dialect, fact, true),
	};
	const setNotNull = `ALTER TABLE ${TABLE} ALTER COLUMN ${column} SET NOT NULL`;
	return [
		change({
			id: `${column}_there_checked`,
			only: "postgres",
			about: `demands a ${column} of new rows`,
			probe: (catalogue) => (found(catalogue) || checkOf(catalogue) ? "done" : "todo"),
			locks: BRIEFLY,
			actions: {
				sqlite: [],
				postgres: [`ALTER TABLE ${TABLE} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL) NOT VALID`],
			},
		}),
		change({
			id: `${column}_there_validated`,
			only: "postgres",
			about: `looks whether every row has a ${column}`,
			probe: (catalogue) => (found(catalogue) || checkOf(catalogue)?.validated ? "done" : "todo"),
			locks: BESIDE,
			actions: { sqlite: [], postgres: [`ALTER TABLE ${TABLE} VALIDATE CONSTRAINT ${check}`] },
		}),
		change({
			id: `${column}_there`,
			about: `lets ${column} no longer be empty`,
			probe: (catalogue) => (found(catalogue) ? "done" : "todo"),
			locks: BRIEFLY,
			actions: {
				sqlite: [note, setNotNull],
				postgres: [note, setNotNull, `ALTER TABLE ${TABLE} DROP CONSTRAINT ${check}`],
			},
			undo: both(drop),
		}),
	];
}

/** After the rows were repaired. */
export const constraints: readonly Step[] = [
	defaultOf("status", { sqlite: "'active'", postgres: "'active'" }, (column) =>
		/^\(?'active'/.test(column.default ?? ""),
	),
	defaultOf("last_activity", { sqlite: SQLITE_NOW, postgres: "CURRENT_TIMESTAMP" }, isNow),
	...checkSteps,
	...notNull("status"),
	...notNull("last_activity"),
];
