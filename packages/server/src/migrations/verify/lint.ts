import type { DatabaseUrl } from "../../db/dialect.ts";
import { type Token, tokens, unquote } from "../../db/sqlite/column-default.ts";

export type Finding = { rule: RuleName; statement: string };

type RuleName = keyof typeof RULES;

/**
 * What each rule is for: all of it loses data, holds up everybody, or hides that something is not as it
 * should be.
 */
export const RULES = {
	"computed-default": "SQLite refuses a computed default in ADD COLUMN as soon as the table has rows.",
	"double-quoted-default":
		"SQLite takes a word in double quotes for a name first and a text only if there is none.",
	"pragma-in-transaction":
		"PRAGMA foreign_keys does nothing inside a transaction, and DROP TABLE then deletes children.",
	"renamed-away": "A table renamed away takes its children's foreign keys with it.",
	"careless-rebuild":
		"DROP TABLE takes indexes, triggers, views and the sequence of ids with it; nobody brings them back.",
	"if-not-exists": "IF NOT EXISTS takes any object of the same name for the right one; a probe looks at it.",
	"update-without-range": "An UPDATE of all rows holds up every writer for as long as it takes.",
	"foreign-key-without-index": "Deleting a row looks through the whole table that refers to it.",
	"volatile-default": "PostgreSQL writes the whole table anew for a default that differs from row to row.",
	"time-without-zone": "What a timestamp without time zone means depends on who reads it.",
	cascade: "DROP … CASCADE drops whatever depends on it, columns with data among it.",
} as const;

/** One statement as its words, in lower case where they are not in quotation marks. */
type Statement = { text: string; words: readonly Token[] };

/**
 * The rules for our own SQL that no other linter has.
 * @param sql statements one after the other; whether a foreign key has an index is seen from all of them together
 */
export function lint(sql: string, dialect: DatabaseUrl["dialect"]): Finding[] {
	const statements = split(sql);
	const find = (rule: RuleName, found: readonly Statement[]) =>
		found.map(({ text }) => ({ rule, statement: text }));
	return [
		...(dialect === "sqlite"
			? [
					...find("computed-default", statements.filter(addsComputedDefault)),
					...find("double-quoted-default", statements.filter(hasQuotedDefault)),
					...find("pragma-in-transaction", pragmasInTransactions(statements)),
					...find("renamed-away", renamedAway(statements)),
					...find("careless-rebuild", carelessRebuilds(statements)),
				]
			: [
					...find("volatile-default", statements.filter(addsVolatileDefault)),
					...find("time-without-zone", statements.filter(hasTimeWithoutZone)),
				]),
		...find(
			"if-not-exists",
			statements.filter(({ words }) => has(words, "if", "not", "exists")),
		),
		...find("update-without-range", statements.filter(updatesEverything)),
		...find("foreign-key-without-index", withoutIndex(statements)),
		...find(
			"cascade",
			statements.filter(({ words }) => words[0]?.text === "drop" && has(words, "cascade")),
		),
	];
}

function addsComputedDefault({ words }: Statement): boolean {
	if (!isAddColumn(words)) return false;
	const value = words[indexOf(words, "default") + 1];
	return has(words, "default") && /^(\(|current_)/.test(value?.text ?? "");
}

function hasQuotedDefault({ words }: Statement): boolean {
	return words.some(({ text }, i) => text === "default" && words[i + 1]?.text.startsWith('"'));
}

function pragmasInTransactions(statements: readonly Statement[]): Statement[] {
	let isInside = false;
	return statements.filter(({ words }) => {
		const first = words[0]?.text ?? "";
		if (first === "begin") isInside = true;
		if (/^(commit|rollback|end)$/.test(first)) isInside = false;
		return isInside && first === "pragma";
	});
}

function renamedAway(statements: readonly Statement[]): Statement[] {
	return statements.filter((statement, i) => {
		const renamed = renameOf(statement);
		return renamed && statements.slice(i + 1).some((later) => createdTable(later) === renamed.from);
	});
}

function carelessRebuilds(statements: readonly Statement[]): Statement[] {
	return statements.filter((statement, i) => {
		const table = statement.words[0]?.text === "drop" ? nameAfter(statement.words, "table") : null;
		if (!table) return false;
		const rename = statements.findIndex((later, j) => j > i && renameOf(later)?.to === table);
		if (rename === -1) return false;
		const after = statements.slice(rename + 1);
		return !["index", "trigger", "view", "sqlite_sequence"].every((kind) =>
			after.some(({ words }) => has(words, kind)),
		);
	});
}

const VOLATILE = /^(clock_timestamp|random|gen_random_uuid|uuid_generate_v4|timeofday|nextval)$/;

function addsVolatileDefault({ words }: Statement): boolean {
	const at = indexOf(words, "default");
	return isAddColumn(words) && at !== -1 && words.slice(at).some(({ text }) => VOLATILE.test(text));
}

function hasTimeWithoutZone({ words }: Statement): boolean {
	return words.some(({ text }, i) => {
		if (text !== "timestamp") return false;
		const rest = words.slice(i + 1).filter((word) => !/^[()\d]+$/.test(word.text));
		return !has(rest.slice(0, 3), "with", "time", "zone");
	});
}

function updatesEverything({ words }: Statement): boolean {
	const isUpdate = words[0]?.text === "update";
	const where = indexOf(words, "where");
	if (!isUpdate) return false;
	const condition = where === -1 ? [] : words.slice(where);
	return !(condition.some(({ text }) => text === ">") && has(condition, "<", "="));
}

function withoutIndex(statements: readonly Statement[]): Statement[] {
	const indexed = new Set(statements.flatMap(({ words }) => indexedColumns(words)));
	return statements
		.flatMap(({ words, text }) =>
			foreignKeys(words).map((column) => ({ column, words, text: `${column}: ${text.slice(0, 60)}` })),
		)
		.filter(({ column }) => !indexed.has(column));
}

/** The columns of a table that refer to another one: `notes.response_id`. */
function foreignKeys(words: readonly Token[]): string[] {
	const table = createdTable({ words }) ?? (isAddColumn(words) ? nameAfter(words, "table") : null);
	if (!table) return [];
	const columns: string[] = [];
	let first: string | null = null;
	for (const [i, { text, depth }] of words.entries()) {
		const begins = depth === 1 && /^[(,]$/.test(text);
		if (begins || text === "column") first = unquote(words[i + 1]?.text ?? "");
		if (text === "references" && first && first !== "foreign") columns.push(`${table}.${first}`);
		if (text === "foreign") columns.push(`${table}.${unquote(words[i + 3]?.text ?? "")}`);
	}
	return [...new Set(columns)];
}

/** The first columns of indexes and primary keys: only those help to find a row. */
function indexedColumns(words: readonly Token[]): string[] {
	if (words[0]?.text === "create" && has(words.slice(0, 3), "index")) {
		const on = indexOf(words, "on");
		return [`${unquote(words[on + 1]?.text ?? "")}.${unquote(words[on + 3]?.text ?? "")}`];
	}
	const table = createdTable({ words });
	if (!table) return [];
	const columns: string[] = [];
	let first = "";
	for (const [i, { text, depth }] of words.entries()) {
		if (depth === 1 && /^[(,]$/.test(text)) first = unquote(words[i + 1]?.text ?? "");
		if (text !== "primary" && text !== "unique") continue;
		const open = words.slice(i, i + 3).findIndex((word) => word.text === "(" && word.depth === 2);
		columns.push(`${table}.${open === -1 ? first : unquote(words[i + open + 1]?.text ?? "")}`);
	}
	return columns;
}

function isAddColumn(words: readonly Token[]): boolean {
	return (
		has(words.slice(0, 2), "alter", "table") && has(words, "add") && !has(words, "constraint", "foreign")
	);
}

function createdTable({ words }: Pick<Statement, "words">): string | null {
	return words[0]?.text === "create" ? nameAfter(words.slice(0, 6), "table") : null;
}

function renameOf({ words }: Statement): { from: string; to: string } | null {
	if (!has(words, "rename", "to")) return null;
	const from = nameAfter(words, "table");
	const to = nameAfter(words, "to");
	return from && to ? { from, to } : null;
}

/** The name after a word, whatever IF EXISTS stands between. */
function nameAfter(words: readonly Token[], word: string): string | null {
	const at = indexOf(words, word);
	if (at === -1) return null;
	const next = words.slice(at + 1).find(({ text }) => !/^(if|not|exists)$/.test(text));
	return next ? unquote(next.text) : null;
}

function indexOf(words: readonly Token[], word: string): number {
	return words.findIndex(({ text }) => text === word);
}

/** Whether the words stand there one after the other. */
function has(words: readonly Token[], ...wanted: readonly string[]): boolean {
	return words.some((_, i) => wanted.every((word, k) => words[i + k]?.text === word));
}

/** A trigger holds statements of its own, and ends with END. */
function split(sql: string): Statement[] {
	const statements: Statement[] = [];
	let words: Token[] = [];
	const end = () => {
		const [first] = words;
		const last = words.at(-1);
		if (first && last) statements.push({ text: sql.slice(first.start, last.end), words });
		words = [];
	};
	for (const token of tokens(sql)) {
		const text = /^["'`[]/.test(token.text) ? token.text : token.text.toLowerCase();
		const isTrigger = words[0]?.text === "create" && has(words.slice(0, 4), "trigger");
		if (text === ";" && (!isTrigger || words.at(-1)?.text === "end")) end();
		else words.push({ ...token, text });
	}
	end();
	return statements;
}
