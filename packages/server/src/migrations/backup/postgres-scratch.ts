import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import { type Address, besides, withClient } from "./postgres-connection.ts";
import { isTooNewFor, restoreIntoOlder } from "./postgres-older-server.ts";
import { runTool, type Tools } from "./postgres-tools.ts";

const LONGEST_NAME = 63;

/** A name for a database beside another one. */
export function nameBeside(database: string, end: string): string {
	return `${database.slice(0, LONGEST_NAME - end.length)}${end}`;
}

/** Makes an empty database that sorts and encodes like the one that `client` is connected to. */
export async function createLike(client: Client, name: string): Promise<void> {
	const { rows } = await client.query<{ like: Record<string, string | null>; encoding: string }>(
		`select to_jsonb(d) as like, pg_encoding_to_char(encoding) as encoding
		from pg_database d where datname = current_database()`,
	);
	const { like = {}, encoding = "UTF8" } = rows[0] ?? {};
	// The names of the columns differ from version to version of the server.
	const locale = like["datlocale"] ?? like["daticulocale"];
	const options: [string, string | null | undefined][] = [
		["encoding", encoding],
		["lc_collate", like["datcollate"]],
		["lc_ctype", like["datctype"]],
		["locale_provider", PROVIDERS[like["datlocprovider"] ?? ""]],
		["icu_locale", like["datlocprovider"] === "i" ? locale : null],
		["builtin_locale", like["datlocprovider"] === "b" ? locale : null],
	];
	const clauses = options.flatMap(([option, value]) =>
		value ? [`${option} ${client.escapeLiteral(value)}`] : [],
	);
	await client.query(
		`create database ${client.escapeIdentifier(name)} template template0 ${clauses.join(" ")}`,
	);
}

const PROVIDERS: Readonly<Record<string, string>> = { i: "icu", b: "builtin" };

/** Removes a database that {@link createLike} made. */
export async function dropScratch(client: Client, name: string): Promise<void> {
	await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`);
}

/**
 * Restores a dump into an empty database, all of it or nothing. What it restores belongs to the role that
 * restores it.
 * @throws OperatorError `failed`
 */
export async function restoreInto(address: Address, file: string, tools: Tools): Promise<void> {
	const server_major = await withClient(address, readMajor);
	if (isTooNewFor(tools, server_major)) return restoreIntoOlder(address, file, tools, server_major);
	const words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-password"];
	await runTool(tools, "pg_restore", [...words, `--dbname=${address.database}`, file], address);
}

async function readMajor(client: Client): Promise<number> {
	const { rows } = await client.query<{ major: number }>(
		"select current_setting('server_version_num')::int / 10000 as major",
	);
	return rows[0]?.major ?? 0;
}

/** Restores into a database that lives only as long as `work`. */
export async function withScratch(
	client: Client,
	address: Address,
	work: (scratch: Address) => Promise<void>,
): Promise<void> {
	const name = nameBeside(address.database, `_proof_${randomBytes(4).toString("hex")}`);
	await createLike(client, name);
	try {
		await work(besides(address, name));
	} finally {
		await dropScratch(client, name);
	}
}

/** Whether this user may make databases, and the statement by which an administrator allows it. */
export async function readCreateRight(
	client: Client,
): Promise<{ role: string; mayCreate: boolean; grant: string }> {
	const { rows } = await client.query<{ role: string; may: boolean }>(
		"select rolname as role, rolcreatedb or rolsuper as may from pg_roles where rolname = current_user",
	);
	const { role = "", may = false } = rows[0] ?? {};
	return { role, mayCreate: may, grant: `ALTER ROLE ${client.escapeIdentifier(role)} CREATEDB` };
}
