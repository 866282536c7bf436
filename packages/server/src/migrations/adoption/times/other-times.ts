import { sql } from "kysely";
import type { BatchesStep, Task } from "../../migration.ts";
import { dropKept } from "../../steps/undo-tables.ts";
import { countOriginals, createOriginalsTable, hasTable, originalsTable } from "../original-values.ts";
import { TIME_COLUMNS } from "./time-columns.ts";
import { asFoundText, isOurs, readTime } from "./times.ts";

/** The tables beside the responses whose times this program reads, and whose row of a session they belong to. */
const OWNERS = { feedbacks: "session_id", assessment_scores: "response_id" } as const;

type Table = keyof typeof OWNERS;
type Row = { id: number } & Readonly<Record<string, unknown>>;

/** SQLite keeps times as texts: they get our form. What is no time stays as it is. */
function timesOf(table: Table): BatchesStep {
	const columns = TIME_COLUMNS[table] ?? [];
	const found = originalsTable(table);
	const undo: Task = {
		name: `undo_times_of_${table}`,
		version: 1,
		async run(tx, { dialect }) {
			const there = await hasTable(tx, dialect, found);
			for (const column of there ? columns : []) {
				await sql
					.raw(
						`UPDATE ${table} SET ${column} = u.found_${column} FROM ${found} u
						WHERE u.id = ${table}.id AND u.our_${column} IS ${table}.${column}`,
					)
					.execute(tx);
			}
			for (const column of columns) {
				await sql
					.raw(`UPDATE ${table} SET ${column} = ${asFoundText(column)} WHERE ${isOurs(column)}`)
					.execute(tx);
			}
			await dropKept(tx, found);
		},
	};
	return {
		id: `texts_of_${table}`,
		mode: "batches",
		only: "sqlite",
		about: `writes the times of ${table} in one form; what was found is kept`,
		probe: "ledger",
		locks: [{ table, mode: "RowExclusiveLock" }],
		changes: { columns: columns.map((column) => `${table}.${column}`) },
		batches: {
			table,
			key: "id",
			size: 5000,
			version: 1,
			async run(tx, { from, to }, { dialect, decisions }) {
				const { rows } = await sql<Row>`
					SELECT id, ${sql.raw(columns.join(", "))} FROM ${sql.table(table)}
					WHERE id > ${from} AND id <= ${to}`.execute(tx);
				const changes = rows.flatMap((row) => {
					const ours = columns.map(
						(column) => [column, readTime(row[column], decisions.assume_timezone)] as const,
					);
					const changed = ours.filter(([column, time]) => time !== null && time !== row[column]);
					return changed.length > 0 ? [{ id: row.id, ...Object.fromEntries(changed) }] : [];
				});
				if (changes.length === 0) return 0;
				const owner = OWNERS[table];
				const kept = columns.flatMap((column) => [`found_${column}`, `our_${column}`]);
				await createOriginalsTable(
					tx,
					dialect,
					found,
					`id INTEGER NOT NULL PRIMARY KEY, ${owner}, ${kept.join(", ")}`,
				);
				const types = Object.fromEntries(columns.map((column) => [column, "time" as const]));
				const values = dialect.rows({ id: "integer", ...types }, changes);
				const both = columns.flatMap((column) => [`t.${column}`, `coalesce(v.${column}, t.${column})`]);
				await sql`
					INSERT INTO ${sql.table(found)} (id, ${sql.raw([owner, ...kept].join(", "))})
					SELECT t.id, ${sql.raw([`t.${owner}`, ...both].join(", "))}
					FROM ${values} AS v JOIN ${sql.table(table)} AS t ON t.id = v.id WHERE true
					ON CONFLICT (id) DO NOTHING`.execute(tx);
				await countOriginals(tx, found, changes.length);
				const sets = columns.map((column) => `${column} = coalesce(v.${column}, ${table}.${column})`);
				await sql`
					UPDATE ${sql.table(table)} SET ${sql.raw(sets.join(", "))}
					FROM ${values} AS v WHERE ${sql.ref(`${table}.id`)} = v.id`.execute(tx);
				return changes.length;
			},
			sql: { sqlite: [], postgres: [] },
		},
		undo: { sqlite: [undo], postgres: [undo] },
	};
}

export const otherTimes = [timesOf("feedbacks"), timesOf("assessment_scores")];
