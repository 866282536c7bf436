import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import { OperatorError } from "../../operator-error.ts";
import type { DatabaseDialect, FoundTable } from "../dialect.ts";
import { isStillNamed } from "../errors.ts";
import { KEPT, LEDGER, OF_A_SESSION, type Schema, SERVED_TABLES } from "../schema.ts";
import { PLACEHOLDER } from "../sessions/person.ts";

// Other programs may have tables in the same database. Their rows that belong to a session by a foreign key
// are deleted with it. What else names the session or its person is found and told: what it is for, this
// program does not know.

/** What a session is known by. */
export type SessionNames = { response_id: number; session_id: string; display_id: string; email: string };

export type DeletedRows = { table: string; rows: number };

/** What other tables still hold: `left` by column, `unread` are tables that this user may not read. */
export type Traces = { left: { table: string; column: string; rows: number }[]; unread: string[] };

const OWN = new Set<string>([...SERVED_TABLES, LEDGER, KEPT]);
const CHILDREN = new Set<string>(OF_A_SESSION);

const isOwn = ({ schema, name }: Place) => schema === null && OWN.has(name);

type Place = Pick<FoundTable, "schema" | "name">;
type Condition = (alias: string) => RawBuilder<unknown>;

/**
 * Deletes the rows of other programs that a foreign key binds to a session, and the rows bound to those.
 * @throws OperatorError `refused` where that would reach rows of other sessions
 */
export async function deleteRowsOfOthers(
	tx: Transaction<Schema>,
	dialect: DatabaseDialect,
	session: SessionNames,
): Promise<DeletedRows[]> {
	const tables = await dialect.findTables(tx);
	const deleted = new Map<string, number>();
	for (const table of tables.filter(isOwn)) {
		const condition = rowsOf(table, session);
		if (condition) await deleteBound({ tx, tables, deleted }, table, condition, []);
	}
	return [...deleted].map(([table, rows]) => ({ table, rows }));
}

/** Which rows of one of our tables are the session's; null where none are. */
function rowsOf({ name }: Place, { response_id, session_id }: SessionNames): Condition | null {
	if (name === "student_responses") return (alias) => sql`${sql.id(alias, "id")} = ${response_id}`;
	if (name === "feedbacks") return (alias) => sql`${sql.id(alias, "session_id")} = ${session_id}`;
	return CHILDREN.has(name) ? (alias) => sql`${sql.id(alias, "response_id")} = ${response_id}` : null;
}

type Work = { tx: Transaction<Schema>; tables: readonly FoundTable[]; deleted: Map<string, number> };

/** Deletes what names the rows of `parent`, then those rows themselves, unless they are ours. */
async function deleteBound(
	work: Work,
	parent: FoundTable,
	condition: Condition,
	path: readonly FoundTable[],
): Promise<void> {
	for (const child of work.tables) {
		if (isOwn(child) || child === parent || path.includes(child)) continue;
		for (const key of child.foreign_keys) {
			if (!isSame(key.table, parent) || !key.to.every((column) => parent.columns.includes(column))) continue;
			// The database cuts this link by itself. Of the session's own rows the link is what they are known by.
			if (path.length > 0 && key.on_delete.startsWith("set ")) continue;
			const alias = `p${path.length}`;
			const bound: Condition = (outer) => sql`
				(${columnsOf(outer, key.columns)}) IN (SELECT ${columnsOf(alias, key.to)}
					FROM ${idOf(parent)} AS ${sql.id(alias)} WHERE ${condition(alias)})`;
			await refuseOwnParents(work, child, bound);
			await deleteBound(work, child, bound, [...path, parent]);
		}
	}
	if (isOwn(parent)) return;
	const gone = await sql`DELETE FROM ${idOf(parent)} AS d WHERE ${condition("d")}`.execute(work.tx);
	const rows = Number(gone.numAffectedRows ?? 0);
	const name = shownName(parent);
	if (rows > 0) work.deleted.set(name, (work.deleted.get(name) ?? 0) + rows);
}

/** A table that our tables name in turn (a school, say) holds rows for many sessions. */
async function refuseOwnParents({ tx, tables }: Work, table: FoundTable, bound: Condition): Promise<void> {
	const ours = tables.find((one) => isOwn(one) && one.foreign_keys.some((key) => isSame(key.table, table)));
	if (!ours) return;
	const { rows } = await sql`SELECT 1 FROM ${idOf(table)} AS d WHERE ${bound("d")} LIMIT 1`.execute(tx);
	if (rows.length === 0) return;
	throw new OperatorError(
		"refused",
		`Nothing was erased: the table ${shownName(table)} names this session, and ${ours.name} names rows of it in turn, maybe those of other sessions. Change or delete the row of ${shownName(table)} yourself, then erase again.`,
	);
}

/** The tables of other programs that name sessions by their id with a foreign key. */
export async function tablesNamingSessionIds(
	db: Kysely<Schema>,
	dialect: DatabaseDialect,
): Promise<string[]> {
	const sessions = { schema: null, name: "student_responses" };
	return (await dialect.findTables(db))
		.filter((table) => !isOwn(table))
		.filter(({ foreign_keys }) =>
			foreign_keys.some((key) => isSame(key.table, sessions) && key.to.includes("session_id")),
		)
		.map(shownName);
}

/** A row that no look at the catalogue finds: one that names its own table, for example. */
export function explainStillNamed(error: unknown): never {
	if (!isStillNamed(error)) throw error;
	throw new OperatorError(
		"refused",
		"Nothing was erased: a table of another program still names a row of this session by a foreign key. Delete its rows yourself, then erase again.",
		{ cause: error },
	);
}

/** Looks through every table of other programs for the session's ids and its person's address. */
export async function findTraces(
	db: Kysely<Schema>,
	dialect: DatabaseDialect,
	session: SessionNames,
): Promise<Traces> {
	const others = (await dialect.findTables(db)).filter((table) => !isOwn(table));
	const traces: Traces = { left: [], unread: [] };
	for (const table of others) {
		if (!table.readable) traces.unread.push(shownName(table));
		else traces.left.push(...(await tracesIn(db, table, session)));
	}
	return traces;
}

async function tracesIn(
	db: Kysely<Schema>,
	table: FoundTable,
	session: SessionNames,
): Promise<Traces["left"]> {
	if (table.columns.length === 0) return [];
	const counts = table.columns.map(
		(column, i) => sql`sum(CASE WHEN ${holds(column, session)} THEN 1 ELSE 0 END) AS ${sql.id(`c${i}`)}`,
	);
	const { rows } = await sql<Record<string, unknown>>`
		SELECT ${sql.join(counts)} FROM ${idOf(table)} AS t`.execute(db);
	return table.columns.flatMap((column, i) => {
		const count = Number(rows[0]?.[`c${i}`] ?? 0);
		return count > 0 ? [{ table: shownName(table), column, rows: count }] : [];
	});
}

/** Columns in which other programs keep the number of a response. A number elsewhere says nothing. */
const NUMBERED = /^(carhythm_?)?(response|student|student_?response)_?id$/i;
const LEAST_ADDRESS = 6;

/** The ids are unique wherever they stand, so they are found within longer texts too; so is an address. */
function holds(
	column: string,
	{ response_id, session_id, display_id, email }: SessionNames,
): RawBuilder<unknown> {
	const text = sql`lower(CAST(${sql.id("t", column)} AS TEXT))`;
	const within = (part: string) => sql`${text} LIKE ${likePattern(part.toLowerCase())} ESCAPE '\\'`;
	const conditions = [within(session_id), within(display_id)];
	if (NUMBERED.test(column)) conditions.push(sql`${text} = ${String(response_id)}`);
	const address = email.trim();
	if (address !== "" && address !== PLACEHOLDER.email) {
		const isAddress = address.includes("@") && address.length >= LEAST_ADDRESS;
		conditions.push(isAddress ? within(address) : sql`${text} = ${address.toLowerCase()}`);
	}
	return sql.join(conditions, sql` OR `);
}

function likePattern(text: string): string {
	return `%${text.replace(/[\\%_]/g, "\\$&")}%`;
}

function columnsOf(alias: string, columns: readonly string[]): RawBuilder<unknown> {
	return sql.join(columns.map((column) => sql.id(alias, column)));
}

function idOf({ schema, name }: Place): RawBuilder<unknown> {
	return schema === null ? sql.id(name) : sql.id(schema, name);
}

function shownName({ schema, name }: Place): string {
	return schema === null ? name : `${schema}.${name}`;
}

function isSame(one: Place, other: Place): boolean {
	return one.schema === other.schema && one.name === other.name;
}
