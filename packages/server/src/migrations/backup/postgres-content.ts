import type { Client } from "pg";
import { LEDGER } from "../../db/schema.ts";
import { OperatorError } from "../../operator-error.ts";
import { differences, type TableContent } from "./manifest.ts";
import { type Address, withClient } from "./postgres-connection.ts";
import { runTool, type Tools } from "./postgres-tools.ts";

type Tables = Record<string, TableContent>;

/** The tables that a dump holds: those of extensions come with the extension. */
const TABLES = `
	select n.nspname as schema, c.relname as name
	from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
		and not exists (
			select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
		)
	order by 1, 2`;

/**
 * Counts and hashes every table, whatever the order of its rows. For a content of one moment, inside a
 * transaction.
 */
export async function readTables(client: Client): Promise<Tables> {
	const { rows } = await client.query<{ schema: string; name: string }>(TABLES);
	const tables: Tables = {};
	for (const { schema, name } of rows) {
		const from = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`;
		// A column of the same name would go before the row, so the row's name is one that no column has.
		const read = await client.query<{ rows: string; hash: string }>(`
			select count(*) as rows, coalesce(sum(hashtextextended("the whole row"::text, 0)::numeric), 0)::text as hash
			from only ${from} as "the whole row"`);
		const [found] = read.rows;
		if (found) tables[nameOf(schema, name)] = { rows: Number(found.rows), hash: found.hash };
	}
	return tables;
}

function nameOf(schema: string, name: string): string {
	return `${schema}.${name}`;
}

/** The newest migration in the ledger that this connection sees; null without one. */
export async function newestMigration(client: Client): Promise<number | null> {
	const { rows: ledgers } = await client.query<{ there: boolean }>(
		"select to_regclass($1) is not null as there",
		[LEDGER],
	);
	if (!ledgers[0]?.there) return null;
	const { rows } = await client.query<{ newest: number | null }>(
		`select max(migration) as newest from ${LEDGER}`,
	);
	return rows[0]?.newest ?? null;
}

/**
 * Holds a restored database against what was backed up, row by row.
 * @throws OperatorError `difference`
 */
export async function proveDatabase(address: Address, expected: Tables): Promise<void> {
	const found = await withClient(address, readTables);
	const problems = differences(expected, found);
	if (problems.length > 0) {
		throw new OperatorError(
			"difference",
			`What was restored is not what was backed up: ${problems.join("; ")}.`,
		);
	}
}

/**
 * Reads a dump from end to end, which needs no database, and counts its rows.
 * @throws OperatorError `difference` when a table lacks rows; `failed` when the dump cannot be read
 */
export async function countDump(
	file: string,
	expected: Tables,
	tools: Tools,
	address: Address,
): Promise<void> {
	const counts = new Map<string, number>();
	let current: string | null = null;
	await runTool(tools, "pg_restore", ["--data-only", "--file=-", file], address, (line) => {
		if (current === null) {
			current = tableOf(line);
			if (current !== null) counts.set(current, 0);
		} else if (line === "\\.") current = null;
		else counts.set(current, (counts.get(current) ?? 0) + 1);
	});
	const found = Object.fromEntries(
		[...counts].map(([name, rows]) => [name, { rows, hash: expected[name]?.hash ?? "" }]),
	);
	const problems = differences(expected, found);
	if (problems.length > 0) {
		throw new OperatorError("difference", `The dump ${file} is not whole: ${problems.join("; ")}.`);
	}
}

const COPY =
	/^COPY (?:"(?<quotedSchema>(?:[^"]|"")+)"|(?<schema>[^".\s]+))\.(?:"(?<quotedName>(?:[^"]|"")+)"|(?<name>[^"\s]+)) .*FROM stdin;$/;

function tableOf(line: string): string | null {
	const { schema, quotedSchema, name, quotedName } = COPY.exec(line)?.groups ?? {};
	const [place, table] = [schema ?? unquoted(quotedSchema), name ?? unquoted(quotedName)];
	return place === undefined || table === undefined ? null : nameOf(place, table);
}

function unquoted(text: string | undefined): string | undefined {
	return text?.replaceAll('""', '"');
}
