import { sql } from "kysely";
import type { Database } from "../../db/dialect.ts";
import { LEDGER } from "../../db/schema.ts";
import { TIME_COLUMNS } from "../adoption/times/time-columns.ts";
import { findRow, readLedger } from "../ledger/ledger.ts";
import type { LedgerRow } from "../ledger/ledger-schema.ts";
import type { Allowances } from "../migration.ts";
import { editedSteps, unknownSteps } from "../refusals.ts";
import { stepsOf } from "../runner.ts";
import { ledgerOf } from "../steps/run-context.ts";
import { readSystemCatalogue, type SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { fingerprint, onlyKnown, type Shape, shapeOf } from "../system-catalogue/shape.ts";
import { migrations } from "../versions/list.ts";
import { compareSnapshots } from "./compare.ts";
import { compareShapes } from "./differences.ts";
import { expectedShape } from "./expected.ts";
import { proveDefaults } from "./prove-defaults.ts";
import { readerOf, takeSnapshot } from "./snapshot.ts";
import type { Snapshot } from "./snapshot-types.ts";

type VerifyCheck = {
	name: "ledger" | "schema" | "validity" | "foreign_keys" | "soundness" | "defaults" | "answers" | "before";
	ok: boolean;
	/** What was found, in sentences. */
	detail: string;
	/** Each difference in one sentence; none where it is ok. */
	differences: readonly string[];
};
export type VerifyReport = {
	ok: boolean;
	/** The newest migration that the ledger says is applied as a whole; 0 for none. */
	migration: number;
	/** Of the canonical form: the same on both databases when the schema is as it should be. */
	fingerprint: string;
	checks: readonly VerifyCheck[];
	/** What differs and does no harm, and what could not be looked at. */
	notes: readonly string[];
};

/** The migration whose repairs make one shape of the databases that were taken over. */
const REPAIRS = 3;

type Part = { check: VerifyCheck; notes?: readonly string[] };

/**
 * Looks whether a database is what its ledger says. Changes nothing.
 * @param options.before a snapshot from before a change: whatever is not allowed for must be as it was
 */
export async function verify(
	database: Database,
	options: { before?: Snapshot; allowances?: Allowances } = {},
): Promise<VerifyReport> {
	const catalogue = await readSystemCatalogue(database.db, database.dialect.name);
	const ledger = catalogue.has(LEDGER) ? await readLedger(ledgerOf(database)) : null;
	const migration = ledger ? newestRecorded(database, ledger) : 0;
	const expected = await expectedShape(migration);
	const legacy = await expectedShape(Math.min(migration, 1));
	const shape = onlyKnown(shapeOf(catalogue), expected);
	const asFound = ledger ? foundByAdoption(ledger, migration) : {};

	const parts = [
		checkLedger(database, ledger, migration),
		checkSchema(shape, expected, legacy, asFound),
		checkValidity(catalogue, expected),
		...(await checkRows(database, catalogue, legacy)),
		...(migration >= 2 ? [await checkDefaults(database, asFound)] : []),
		...(migration >= 3 ? [await checkAnswers(database)] : []),
		...(options.before ? [await checkBefore(database, options.before, options.allowances ?? {})] : []),
	];
	const checks = parts.map(({ check }) => check);
	return {
		ok: checks.every(({ ok }) => ok),
		migration,
		fingerprint: fingerprint(shape),
		checks,
		notes: parts.flatMap(({ notes }) => notes ?? []),
	};
}

/** The newest migration of which the ledger says that it is whole: what is there then has to be as it makes it. */
function newestRecorded(database: Database, ledger: readonly LedgerRow[]): number {
	const open = stepsOf(database).find(
		({ migration, step }) => !isRecorded(ledger, migration.number, step.id),
	);
	return open ? open.migration.number - 1 : (migrations.at(-1)?.number ?? 0);
}

function isRecorded(ledger: readonly LedgerRow[], migration: number, step: string): boolean {
	return findRow(ledger, migration, step)?.cursor === null;
}

function checkLedger(database: Database, ledger: readonly LedgerRow[] | null, migration: number): Part {
	if (!ledger) return part("ledger", ["This database was neither made nor taken over by CaRhythm."], "");
	const known = stepsOf(database);
	const edited = editedSteps(ledger).map(
		({ migration, step }) =>
			`The step ${step} of migration ${migration} is not what it was when it was applied.`,
	);
	const strange = unknownSteps(ledger).map(
		({ migration, step }) =>
			`The ledger names a step that this program does not know: ${step} of migration ${migration}.`,
	);
	const begun = new Set(ledger.map((row) => row.migration));
	const open = known
		.filter(
			({ migration, step }) => begun.has(migration.number) && !isRecorded(ledger, migration.number, step.id),
		)
		.map(({ migration, step }) => {
			return `Migration ${migration.number} is not finished: its step ${step.id} is still to be done.`;
		});
	return part("ledger", [...edited, ...strange, ...open], `The migrations up to ${migration} are applied.`);
}

/** The columns that an adoption found, by table. */
type AsFound = Readonly<Record<string, readonly string[]>>;

/**
 * Before the repairs of the third migration, and after their undo, the columns that it repairs are what the
 * previous program made them. The ledger tells that they were found and not made.
 */
function foundByAdoption(ledger: readonly LedgerRow[], migration: number): AsFound {
	if (migration >= REPAIRS) return {};
	const found = ledger.filter(({ origin }) => origin === "adopted");
	if (!found.some(({ migration }) => migration === 1)) return {};
	const isFound = (column: string) => found.some(({ step }) => step === `column_${column}`);
	const tables = Object.entries(TIME_COLUMNS).map(([table, columns]): [string, readonly string[]] => {
		if (table !== "student_responses") return [table, columns];
		const phase1 = ["status", "last_activity", "current_page_id"];
		return [table, [...columns.filter((column) => !phase1.includes(column)), ...phase1.filter(isFound)]];
	});
	return Object.fromEntries(tables.filter(([, columns]) => columns.length > 0));
}

function checkSchema(found: Shape, expected: Shape, legacy: Shape, asFound: AsFound): Part {
	const { differences, notes } = compareShapes(expected, found, legacy);
	const others = compareShapes(without(expected, asFound), found, legacy).differences;
	const before = differences.filter((text) => !others.includes(text));
	const same = `${Object.keys(expected).length} tables are as the migrations make them${
		before.length > 0 ? ", with the columns of the previous program as found before the adoption" : ""
	}.`;
	return {
		...part("schema", others.map(sentence), same),
		notes: [
			...before.map((text) => sentence(`as found before the adoption: ${text}`)),
			...notes.map(sentence),
		],
	};
}

/** A shape without these columns and without the checks and foreign keys on them. */
function without(shape: Shape, columns: AsFound): Shape {
	return Object.fromEntries(
		Object.entries(shape).map(([name, table]) => {
			const left = columns[name] ?? [];
			const keep = <T>(all: Readonly<Record<string, T>>, isOf: (key: string, column: string) => boolean) =>
				Object.fromEntries(Object.entries(all).filter(([key]) => !left.some((column) => isOf(key, column))));
			return [
				name,
				{
					...table,
					columns: keep(table.columns, (key, column) => key === column),
					checks: keep(table.checks, (key, column) => key === `ck_${name}_${column}`),
					foreign_keys: keep(table.foreign_keys, (key, column) => key.startsWith(`${column} →`)),
				},
			];
		}),
	);
}

/** What PostgreSQL has but does not hold to. Of tables that are not ours it is only told. */
function checkValidity(catalogue: SystemCatalogue, expected: Shape): Part {
	const all = [...catalogue].flatMap(([table, { indexes, foreign_keys, checks }]) => {
		const broken = [
			...[...indexes.values()]
				.filter(({ valid }) => !valid)
				.map(({ name }) => `The index ${name} on ${table} is not valid; nothing uses it.`),
			...[...foreign_keys, ...checks]
				.filter(({ validated }) => !validated)
				.map(({ name }) => `The constraint ${name} on ${table} was never held against the rows.`),
		];
		return broken.map((text) => ({ text, isOurs: Object.hasOwn(expected, table) }));
	});
	const texts = (isOurs: boolean) => all.filter((one) => one.isOurs === isOurs).map(({ text }) => text);
	return {
		...part("validity", texts(true), "Every index and constraint is valid."),
		notes: texts(false),
	};
}

/** Rows without their parent may be as old as the previous program, which need not have switched foreign keys on. */
async function checkRows(database: Database, catalogue: SystemCatalogue, legacy: Shape): Promise<Part[]> {
	return database.reader.transaction().execute(async (tx) => {
		const reader = readerOf(database.dialect.name, tx);
		const orphans = Object.entries(await reader.violations(catalogue)).map(([key, count]) => ({
			text: `${count} rows name a row that is not there (${key}).`,
			isOld: Object.hasOwn(legacy, key.split(/[ :]/)[0] ?? ""),
		}));
		const texts = (isOld: boolean) => orphans.filter((one) => one.isOld === isOld).map(({ text }) => text);
		const soundness = await reader.soundness();
		return [
			{
				...part("foreign_keys", texts(false), "Every row that another one names is there."),
				notes: texts(true),
			},
			part(
				"soundness",
				soundness === "ok" ? [] : [`The file is damaged: ${soundness}.`],
				"The database finds no damage in itself.",
			),
		];
	});
}

async function checkDefaults(database: Database, asFound: AsFound): Promise<Part> {
	if (asFound["student_responses"]?.some((column) => column === "status" || column === "last_activity")) {
		return part("defaults", [], "Not tried: student_responses is as found before the adoption.");
	}
	const kept = "A response put in and taken back got every default, and what must be refused was refused.";
	return part("defaults", await proveDefaults(database), kept);
}

/**
 * The counts that are kept with a session equal its rows. One that was taken over may hold answers to what is
 * asked no more.
 */
async function checkAnswers(database: Database): Promise<Part> {
	const { rows } = await sql<{ wrong: number; without: number }>`
		SELECT
			(SELECT count(*) FROM session_details d
				LEFT JOIN (SELECT response_id, count(*) AS answers FROM question_answers GROUP BY response_id) a
					ON a.response_id = d.response_id
				WHERE (d.adopted_at IS NULL AND d.answered <> coalesce(a.answers, 0))
					OR d.answered > coalesce(a.answers, 0)) AS wrong,
			(SELECT count(*) FROM student_responses r
				WHERE NOT EXISTS (SELECT 1 FROM session_details d WHERE d.response_id = r.id)) AS without`.execute(
		database.reader,
	);
	const { wrong, without } = rows[0] ?? { wrong: 0, without: 0 };
	const differs = wrong > 0 ? [`${wrong} sessions have another number of answers than they say.`] : [];
	return {
		...part("answers", differs, "Every session has as many answers as it says."),
		notes:
			without > 0
				? [`${without} responses of another program are still to be taken over: carhythm migrate up.`]
				: [],
	};
}

async function checkBefore(database: Database, before: Snapshot, allowances: Allowances): Promise<Part> {
	const after = await takeSnapshot(database, { since: before });
	const { differences, notes } = compareSnapshots(before, after, allowances);
	const rows = Object.values(before.tables).reduce((sum, table) => sum + table.rows, 0);
	const same = `${rows} rows of ${Object.keys(before.tables).length} tables are what they were, less what was to change.`;
	return {
		...part(
			"before",
			differences.map(({ text }) => text),
			same,
		),
		notes,
	};
}

function part(name: VerifyCheck["name"], differences: readonly string[], otherwise: string): Part {
	const ok = differences.length === 0;
	return { check: { name, ok, detail: ok ? otherwise : differences.join(" "), differences } };
}

function sentence(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
