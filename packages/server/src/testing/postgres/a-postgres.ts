import { randomUUID } from "node:crypto";
import { Client } from "pg";
import type { DatabaseUrl } from "../../db/dialect.ts";
import type { ServerKind } from "./postgres-programs.ts";
import { postgresServer } from "./postgres-server.ts";

/** What new databases begin as: made once a run by whoever needs it first, then copied. */
export type Template = { name: string; fill: (url: DatabaseUrl) => Promise<void> };

type Options = {
	/** Without one the database is empty. */
	template?: Template;
};

/** A database of its own on the run's real server, gone after the test. */
export async function aPostgresDatabase(options: Options = {}) {
	return aDatabaseOn("small", options);
}

/** The same on a server whose `pg_dump`, `pg_restore` and `psql` are in the folder `bin`. */
export async function aPostgresWithTools(options: Options = {}) {
	return aDatabaseOn("tools", options);
}

export type PostgresDatabase = Awaited<ReturnType<typeof aPostgresDatabase>>;

async function aDatabaseOn(kind: ServerKind, { template }: Options) {
	const { port, version, bin } = await postgresServer(kind);
	const addressOf = (database: string) => `postgres://carhythm@127.0.0.1:${port}/${database}`;
	const name = `test_${randomUUID().replaceAll("-", "")}`;
	await asAdmin(addressOf("postgres"), async (admin) => {
		const source = template ? await ensureTemplate(admin, template, addressOf) : "template0";
		await admin.query(`create database ${name} template ${source}`);
	});
	const address = addressOf(name);
	const url: DatabaseUrl & { dialect: "postgres" } = { dialect: "postgres", url: address };
	return {
		/** For `openDatabase`. */
		url,
		/** For DATABASE_URL and --database-url. */
		address,
		name,
		port,
		version,
		bin,
		/** See {@link runSql}. */
		query: (text: string, parameters?: readonly unknown[]) => runSql(address, text, parameters),
		[Symbol.asyncDispose]: () =>
			asAdmin(addressOf("postgres"), async (admin) => {
				await admin.query(`drop database ${name} with (force)`);
			}),
	};
}

/**
 * Runs SQL as the superuser `carhythm`: several statements, or one with parameters. Values come as the driver
 * gives them.
 */
export function runSql(
	address: string,
	text: string,
	parameters?: readonly unknown[],
): Promise<Record<string, unknown>[]> {
	return asAdmin(address, async (client) => {
		const result = await client.query(text, parameters && [...parameters]);
		return (Array.isArray(result) ? result.at(-1) : result).rows as Record<string, unknown>[];
	});
}

async function ensureTemplate(
	admin: Client,
	{ name, fill }: Template,
	addressOf: (database: string) => string,
): Promise<string> {
	const source = `template_${name}`;
	const isMade = async () =>
		(await admin.query("select 1 from pg_database where datname = $1", [source])).rows.length > 0;
	if (await isMade()) return source;
	// One process makes it, the others wait here.
	await admin.query("select pg_advisory_lock(hashtext($1))", [source]);
	try {
		if (await isMade()) return source;
		await admin.query(`drop database if exists ${source}_unfinished with (force)`);
		await admin.query(`create database ${source}_unfinished template template0`);
		await fill({ dialect: "postgres", url: addressOf(`${source}_unfinished`) });
		await admin.query(`alter database ${source}_unfinished rename to ${source}`);
		return source;
	} finally {
		await admin.query("select pg_advisory_unlock(hashtext($1))", [source]);
	}
}

async function asAdmin<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
	const client = new Client(address);
	// Closing a database under its connections is what some tests are about.
	client.on("error", () => {});
	await client.connect();
	try {
		return await work(client);
	} finally {
		await client.end();
	}
}
