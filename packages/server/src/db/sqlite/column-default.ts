import { isDeepStrictEqual } from "node:util";
import SqliteFile from "better-sqlite3";

/** A piece of a statement. A bracket has the depth that it opens or closes. */
export type Token = { text: string; start: number; end: number; depth: number };

/**
 * Sets a column's default by editing the text of its table in the schema, which costs nothing however many
 * rows there are. SQLite has no statement for it, and refuses a computed default in ADD COLUMN on a table
 * with rows.
 *
 * The edit is proven before it is made: both texts are created in an empty database in memory, and nothing
 * but this one default may differ. It is part of the transaction under way, like any other statement.
 */
export function setColumnDefault(
	database: SqliteFile.Database,
	table: string,
	column: string,
	expression: string,
): void {
	if (!database.inTransaction) throw new Error("A default is set inside a transaction.");
	const old = database
		.prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?")
		.pluck()
		.get(table) as string | undefined;
	if (!old) throw new Error(`There is no table ${table}.`);
	const edited = withDefault(old, column, expression);
	prove(old, edited, table, column, expression);

	database.unsafeMode(true);
	try {
		database.pragma("writable_schema=ON");
		const { changes } = database
			.prepare("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ? AND sql = ?")
			.run(edited, table, old);
		if (changes !== 1) throw new Error(`The schema of ${table} has changed meanwhile.`);
		const version = database.pragma("schema_version", { simple: true });
		database.pragma(`schema_version=${Number(version) + 1}`);
	} finally {
		database.pragma("writable_schema=OFF");
		database.unsafeMode(false);
	}
	if (!isDeepStrictEqual(shape(database, table), shapeOf(edited, table))) {
		throw new Error(`SQLite reads the edited schema of ${table} differently than it was proven.`);
	}
}

function prove(old: string, edited: string, table: string, column: string, expression: string): void {
	const before = shapeOf(old, table);
	const after = shapeOf(edited, table);
	const expected = {
		...before,
		columns: before.columns.map((one) => (one.name === column ? { ...one, dflt_value: expression } : one)),
	};
	if (!isDeepStrictEqual(after, expected)) {
		throw new Error(`The default of ${table}.${column} cannot be set without changing more of the table.`);
	}
}

type Shape = { columns: { name: string; dflt_value: string | null }[]; keys: unknown; indexes: unknown };

function shapeOf(sql: string, table: string): Shape {
	const memory = new SqliteFile(":memory:");
	try {
		memory.exec(sql);
		return shape(memory, table);
	} finally {
		memory.close();
	}
}

/** What SQLite understands of a table: columns, foreign keys, and the indexes that its constraints make. */
function shape(database: SqliteFile.Database, table: string): Shape {
	const all = (sql: string) => database.prepare(sql).all(table);
	return {
		columns: all("SELECT * FROM pragma_table_xinfo(?)") as Shape["columns"],
		keys: all("SELECT * FROM pragma_foreign_key_list(?)"),
		indexes: all(`SELECT name, "unique", origin, partial FROM pragma_index_list(?) WHERE origin <> 'c'`),
	};
}

/** The text of CREATE TABLE with the column's default replaced or added. */
export function withDefault(sql: string, column: string, expression: string): string {
	const definition = definitionOf(sql, column);
	const last = definition.at(-1);
	if (!last) throw new Error(`The table has no column ${column}.`);
	const found = definition.findIndex((token) => token.depth === 1 && /^default$/i.test(token.text));
	if (found === -1) return `${sql.slice(0, last.end)} DEFAULT (${expression})${sql.slice(last.end)}`;
	const [start, value] = [definition[found], endOfValue(definition, found + 1)];
	if (!start || !value) throw new Error(`The default of column ${column} cannot be read.`);
	return `${sql.slice(0, start.start)}DEFAULT (${expression})${sql.slice(value.end)}`;
}

function endOfValue(definition: readonly Token[], from: number): Token | undefined {
	const first = definition[from];
	if (first?.text === "(") {
		return definition.slice(from).find((token) => token.text === ")" && token.depth === first.depth);
	}
	return first?.text === "+" || first?.text === "-" ? definition[from + 1] : first;
}

/** The tokens of one column's definition, its name first. */
function definitionOf(sql: string, column: string): Token[] {
	let definition: Token[] = [];
	for (const token of tokens(sql)) {
		const isEnd = token.depth === 1 && (token.text === "," || token.text === ")");
		if (token.depth === 0 || (token.depth === 1 && token.text === "(") || isEnd) {
			if (definition[0] && unquote(definition[0].text) === column.toLowerCase()) return definition;
			definition = [];
		} else {
			definition.push(token);
		}
	}
	return [];
}

const TOKEN =
	/(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\s+)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}\p{N}_$.]+|[\s\S]/gu;

/** The tokens of a statement, without comments and spaces. */
export function* tokens(sql: string): Generator<Token> {
	let depth = 0;
	for (const match of sql.matchAll(TOKEN)) {
		if (match[1] !== undefined) continue;
		const text = match[0];
		if (text === "(") depth += 1;
		yield { text, start: match.index, end: match.index + text.length, depth };
		if (text === ")") depth -= 1;
	}
}

/** A name without its quotation marks, in lower case: SQLite does not tell upper from lower case in names. */
export function unquote(name: string): string {
	const mark = /^["'`[]/.exec(name)?.[0];
	if (mark === undefined) return name.toLowerCase();
	const inner = name.slice(1, -1).toLowerCase();
	return mark === "[" ? inner : inner.replaceAll(mark + mark, mark);
}
