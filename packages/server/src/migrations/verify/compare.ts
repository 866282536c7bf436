import { isBookkeeping } from "../ledger/ledger-schema.ts";
import type { Allowances } from "../migration.ts";
import type { Shape } from "../system-catalogue/shape.ts";
import { compareShapes } from "./differences.ts";
import type { Snapshot, TableSnapshot, Totals } from "./snapshot-types.ts";

type Difference = {
	what: "shape" | "rows" | "values" | "object" | "ids" | "foreign_keys" | "soundness";
	/** One sentence. */
	text: string;
};

export type ComparedSnapshots = {
	differences: readonly Difference[];
	/** What could not be compared, and why. */
	notes: readonly string[];
};

/**
 * What became of a database between two snapshots, less what steps said they would change. While others
 * write, rows change by normal use: then only what normal use never changes is compared, and a note says so.
 */
export function compareSnapshots(
	before: Snapshot,
	after: Snapshot,
	allowances: Allowances = {},
): ComparedSnapshots {
	const lasting = [
		...compareStructure(before, after, allowances),
		...compareObjects(before, after, allowances),
		...compareIds(before, after, allowances),
		...compareSoundness(before, after),
	];
	const strict = compareRows(before, after, (name, one) => ofTable(name, one, { before, after }, allowances));
	if (strict.length === 0 || !othersWrote(before, after)) {
		return { differences: [...lasting, ...strict], notes: [] };
	}
	const lenient = compareRows(before, after, (name, one) =>
		ofBusyTable(name, one, { before, after }, allowances),
	);
	return {
		differences: [...lasting, ...lenient],
		notes: [
			"Others wrote to the database meanwhile, so rows were compared only in what normal use never changes: none was lost, and their ids, session ids and times of creation are the same.",
		],
	};
}

function othersWrote(before: Snapshot, after: Snapshot): boolean {
	return (
		before.writers.data_version !== after.writers.data_version ||
		before.writers.others + after.writers.others > 0
	);
}

function compareStructure(before: Snapshot, after: Snapshot, allowances: Allowances): Difference[] {
	const { differences } = compareShapes(without(before.shape, allowances), after.shape);
	return differences.map((text) => ({ what: "shape", text: `${text}.` }));
}

/** A shape without what steps change or remove. */
function without(shape: Shape, { columns = [], gone = [] }: Allowances): Shape {
	const keep = <T>(known: Readonly<Record<string, T>>, isKept: (name: string) => boolean) =>
		Object.fromEntries(Object.entries(known).filter(([name]) => isKept(name)));
	const tables = Object.entries(shape).filter(([name]) => !gone.includes(name) && !isBookkeeping(name));
	return Object.fromEntries(
		tables.map(([name, table]) => {
			const changed = columns
				.filter((one) => one.startsWith(`${name}.`))
				.map((one) => one.split(".")[1] ?? "");
			return [
				name,
				{
					...table,
					columns: keep(table.columns, (column) => !changed.includes(column)),
					indexes: keep(table.indexes, (index) => !gone.includes(`index ${index}`)),
					foreign_keys: keep(
						table.foreign_keys,
						(foreignKey) => !changed.some((column) => foreignKey.startsWith(`${column} →`)),
					),
					checks: keep(table.checks, (check) => !changed.some((column) => check === `ck_${name}_${column}`)),
				},
			];
		}),
	);
}

function compareObjects(before: Snapshot, after: Snapshot, { gone = [] }: Allowances): Difference[] {
	return Object.entries(before.objects).flatMap(([name, text]): Difference[] => {
		const now = after.objects[name];
		if (now === text || gone.includes(name)) return [];
		// The shape has said it already.
		if (now === undefined && name.startsWith("index ")) return [];
		return [{ what: "object", text: `The ${name} is ${now === undefined ? "gone" : "another"}.` }];
	});
}

function compareIds(before: Snapshot, after: Snapshot, { gone = [] }: Allowances): Difference[] {
	return Object.entries(before.sequences)
		.filter(([table, last]) => !gone.includes(table) && (after.sequences[table] ?? 0) < last)
		.map(([table]) => ({ what: "ids", text: `The table ${table} would give ids again that it has given.` }));
}

function compareSoundness(before: Snapshot, after: Snapshot): Difference[] {
	const orphans = Object.entries(after.violations)
		.filter(([key, count]) => count > (before.violations[key] ?? 0))
		.map(([key, count]): Difference => {
			const text = `${count} rows name a row that is not there (${key}); before it were ${before.violations[key] ?? 0}.`;
			return { what: "foreign_keys", text };
		});
	if (after.soundness === "ok") return orphans;
	return [...orphans, { what: "soundness", text: `The file is damaged: ${after.soundness}.` }];
}

function compareRows(
	before: Snapshot,
	after: Snapshot,
	compare: (name: string, table: TableSnapshot) => Difference[],
): Difference[] {
	return Object.entries(before.tables)
		.filter(([name]) => after.tables[name] && !isBookkeeping(name))
		.flatMap(([name, table]) => compare(name, table));
}

function ofTable(
	name: string,
	one: TableSnapshot,
	{ before, after }: { before: Snapshot; after: Snapshot },
	allowances: Allowances,
): Difference[] {
	const other = after.tables[name];
	if (!other) return [];
	const keeps = allowances.moved_rows?.[name] ?? "";
	const kept = after.tables[keeps];
	const grows = allowances.more_rows?.includes(name) ?? false;
	if (grows && (one.key === null || one.rows === 0)) {
		return other.rows < one.rows ? [lost(name, one, other)] : [];
	}
	// Of a table that grows, what it held before is told apart by the key.
	const rest = grows ? (other.settled ?? other) : other;
	const now = kept ? combined(rest, kept, before.tables[keeps] ?? null) : rest;
	if (now.rows < one.rows) return [lost(name, one, now)];
	if (now.rows > one.rows) {
		return [{ what: "rows", text: `The table ${name} has ${now.rows - one.rows} more rows than before.` }];
	}
	const changed = allowances.columns ?? [];
	const hasChanged = changed.some((column) => column.startsWith(`${name}.`));
	return changedColumns(one, now)
		.filter((column) => !changed.includes(`${name}.${column}`) && !(column === "(row)" && hasChanged))
		.map((column) => ({ what: "values", text: `Values of ${name}.${column} have changed.` }));
}

function lost(name: string, one: Totals, now: Totals): Difference {
	return { what: "rows", text: `The table ${name} has lost ${one.rows - now.rows} of its ${one.rows} rows.` };
}

/** What stayed together with what was moved, less what had been moved there before. Of columns that both have. */
function combined(stayed: Totals, kept: Totals, keptBefore: Totals | null): Totals {
	const sum = (column: string) =>
		BigInt(stayed.columns[column] ?? 0) +
		BigInt(kept.columns[column] ?? 0) -
		BigInt(keptBefore?.columns[column] ?? 0);
	const columns = Object.keys(stayed.columns).filter((column) => kept.columns[column] !== undefined);
	return {
		rows: stayed.rows + kept.rows - (keptBefore?.rows ?? 0),
		columns: Object.fromEntries(columns.map((column) => [column, String(sum(column))])),
	};
}

/** A column that is gone is a matter of the shape. */
function changedColumns(one: Totals, now: Totals): string[] {
	return Object.entries(one.columns)
		.filter(([column, sum]) => now.columns[column] !== undefined && now.columns[column] !== sum)
		.map(([column]) => column);
}

/** Rows of these go by normal use: an answer is cleared, a draft becomes an answer, a dead code makes room. */
const ROWS_MAY_GO = ["question_answers", "session_drafts", "hand_offs"];
const NEVER_CHANGES = ["id", "session_id", "created_at"];

function ofBusyTable(
	name: string,
	one: TableSnapshot,
	{ before, after }: { before: Snapshot; after: Snapshot },
	allowances: Allowances,
): Difference[] {
	const now = after.tables[name]?.settled;
	if (!now || ROWS_MAY_GO.includes(name) || allowances.moved_rows?.[name]) return [];
	if (now.rows < one.rows) return [lost(name, one, now)];
	// A row whose id was given before and which was committed after the first look.
	if (now.rows > one.rows) return [];
	return changedColumns(one, now)
		.filter((column) => NEVER_CHANGES.includes(column) || column === one.key)
		.filter((column) => !allowances.columns?.includes(`${name}.${column}`))
		.filter((column) => column !== "session_id" || !haveMoved(before, after))
		.map((column) => ({ what: "values", text: `Values of ${name}.${column} have changed.` }));
}

/** Whether a student has left other devices in between: the session then has another id, and one more row here. */
function haveMoved(before: Snapshot, after: Snapshot): boolean {
	const rows = ({ tables }: Snapshot) => tables["session_former_ids"]?.rows ?? 0;
	return rows(after) > rows(before);
}
