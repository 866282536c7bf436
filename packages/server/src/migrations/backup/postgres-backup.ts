import { rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Client } from "pg";
import { OperatorError } from "../../operator-error.ts";
import { makePrivate, megabytes, placeFor, publish, requireRoom, temporaryName } from "./files.ts";
import { makeUsualBackupFolder } from "./folder.ts";
import { type Backup, BY_HAND, describe, type TableContent } from "./manifest.ts";
import { backupName, nameEnd } from "./names.ts";
import type { BackupOptions } from "./options.ts";
import { type Address, addressOf, withClient } from "./postgres-connection.ts";
import { countDump, newestMigration, proveDatabase, readTables } from "./postgres-content.ts";
import { readCreateRight, restoreInto, withScratch } from "./postgres-scratch.ts";
import { findTools, runTool, type Tools } from "./postgres-tools.ts";

/** Restoring takes about as long as dumping: a few seconds for so much. Beyond it the operator has to ask for it. */
const PROVEN_UNASKED = 256_000_000;

type Source = { version: string; major: number; size: number };
type Dumped = { tools: Tools; tables: Record<string, TableContent>; newest_migration: number | null };

/**
 * Dumps with a snapshot of our own, in which the rows were counted and hashed: the dump and its manifest
 * speak of the same moment however much is written meanwhile. No reader or writer is kept waiting.
 */
export async function backupPostgres(url: string, options: BackupOptions): Promise<Backup> {
	const address = addressOf(url);
	return withClient(address, async (client) => {
		const source = await look(client);
		const tools = await findTools(source.major);
		const folder = options.to === undefined ? makeUsualBackupFolder({ dialect: "postgres", url }) : ".";
		const { begin, end } = backupName({ dialect: "postgres", url });
		const file = placeFor(options.to, folder, { stem: `${begin}${nameEnd(options)}`, end });
		requireRoom(dirname(resolve(file)), source.size);
		const prove = await decideProof(client, source, options);
		const partial = temporaryName(file, "partial");
		try {
			const { tables, newest_migration } = await dump(client, address, tools, partial, source, options);
			options.onProgress?.("reading the dump again and counting its rows");
			await countDump(partial, tables, tools, address);
			if (prove) {
				options.onProgress?.("restoring the dump into a database made for that and comparing every row");
				await withScratch(client, address, async (scratch) => {
					await restoreInto(scratch, partial, tools);
					await proveDatabase(scratch, tables);
				});
			}
			const manifest = await describe(file, partial, {
				dialect: "postgres",
				server_version: source.version,
				created_at: options.now,
				reason: options.reason ?? BY_HAND,
				newest_migration,
				proven_by: prove ? "restoring" : "reading",
				schema: null,
				row_hash: "hashtextextended-sum-1",
				tables,
			});
			return publish(partial, file, manifest);
		} finally {
			rmSync(partial, { force: true });
		}
	});
}

async function look(client: Client): Promise<Source> {
	const { rows } = await client.query<{ version: string; number: number; size: string }>(
		`select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
			pg_database_size(current_database()) as size`,
	);
	const { version = "", number = 0, size = "0" } = rows[0] ?? {};
	return { version, major: Math.floor(number / 10_000), size: Number(size) };
}

async function decideProof(
	client: Client,
	{ size }: Source,
	{ prove, onProgress }: BackupOptions,
): Promise<boolean> {
	if (prove === false) return false;
	const { role, mayCreate, grant } = await readCreateRight(client);
	if (mayCreate) return prove ?? size <= PROVEN_UNASKED;
	const why = `the role ${role} may not make databases. ${grant} allows it.`;
	if (prove) {
		throw new OperatorError("refused", `The dump cannot be proven by restoring it: ${why} Nothing was done.`);
	}
	if (size <= PROVEN_UNASKED) {
		onProgress?.(`The dump is proven by reading it, not by restoring it: ${why}`);
	}
	return false;
}

async function dump(
	client: Client,
	address: Address,
	tools: Tools,
	partial: string,
	{ size }: Source,
	{ onProgress }: BackupOptions,
): Promise<Omit<Dumped, "tools">> {
	await client.query("begin isolation level repeatable read read only");
	const { rows } = await client.query<{ snapshot: string }>("select pg_export_snapshot() as snapshot");
	onProgress?.(`reading ${megabytes(size)}`);
	// What is read here stays as it is until the end: no connection can change a table under a reader.
	const tables = await readTables(client);
	const newest_migration = await newestMigration(client);
	onProgress?.("dumping");
	// pg_dump writes into the file that is there.
	makePrivate(partial);
	await runTool(
		tools,
		"pg_dump",
		["--format=custom", `--snapshot=${rows[0]?.snapshot}`, "--no-password", `--file=${partial}`],
		address,
	);
	await client.query("commit");
	return { tables, newest_migration };
}
