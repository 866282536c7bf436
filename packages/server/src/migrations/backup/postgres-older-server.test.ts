import { chmodSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { aPostgresWithTools, type PostgresDatabase } from "../../testing/postgres/a-postgres.ts";
import { backup } from "./backup.ts";
import { addressOf } from "./postgres-connection.ts";
import { proveDatabase } from "./postgres-content.ts";
import { restoreIntoOlder } from "./postgres-older-server.ts";
import { restoreInto } from "./postgres-scratch.ts";
import type { Tools } from "./postgres-tools.ts";

// Runs on PostgreSQL only: it is about its programs.

const now = toInstant(Date.parse("2026-11-22T14:03:05.000Z"));
const SETTING = "SET transaction_timeout = 0;";
/** For a machine whose own programs know the setting. */
const OLDER_MAJOR = 15;

const restoreByNewer = ({ address, version }: PostgresDatabase, file: string, tools: Tools) =>
	version < 17
		? restoreInto(addressOf(address), file, tools)
		: restoreIntoOlder(addressOf(address), file, tools, OLDER_MAJOR);

/**
 * The system's `pg_restore`, made to do what version 17 does: it sets `transaction_timeout` first, and ends where
 * the server does not know that. `cutOff` makes it fail in the middle of its script.
 */
function newerTools(
	folder: ReturnType<typeof aFolder>,
	bin: string,
	{ cutOff = false, hasPsql = true } = {},
) {
	const file = folder.file("pg_restore");
	const script = `#!/bin/sh
case "$*" in *--dbname=*)
	echo 'pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"' >&2
	exit 1 ;;
esac
"${join(bin, "pg_restore")}" "$@" | sed '/^SET lock_timeout = 0;$/a ${SETTING}'${cutOff ? " | head -n 40\necho 'pg_restore: error: read failed' >&2\nexit 1" : ""}
`;
	writeFileSync(file, script);
	chmodSync(file, 0o755);
	if (hasPsql) symlinkSync(join(bin, "psql"), folder.file("psql"));
	return { folder: folder.path, major: 17 };
}

/** A dump with rows that look like what is left out of a script's head. */
async function aDump(folder: ReturnType<typeof aFolder>) {
	await using there = await aPostgresWithTools();
	await there.query("create table words (word text primary key)");
	await there.query("insert into words values ($1), ('COMMIT;'), (E'two\\nlines')", [SETTING]);
	const { file, manifest } = await backup(there.url, { now, to: folder.path });
	return { file, manifest };
}

test("programs newer than the server restore into it, without the setting that it does not know", async () => {
	using folder = aFolder();
	using programs = aFolder();
	const { file, manifest } = await aDump(folder);
	await using fresh = await aPostgresWithTools();
	const tools = newerTools(programs, fresh.bin);
	await restoreByNewer(fresh, file, tools);
	await proveDatabase(addressOf(fresh.address), manifest.tables);
	expect(await fresh.query("select 1 from words where word = $1", [SETTING])).toHaveLength(1);
	// The key is the last statement of the script.
	await expect(fresh.query("insert into words values ('COMMIT;')")).rejects.toThrow("words_pkey");
});

test("a newer pg_restore that fails in the middle leaves the older server's database empty", async () => {
	using folder = aFolder();
	using programs = aFolder();
	const { file } = await aDump(folder);
	await using fresh = await aPostgresWithTools();
	const tools = newerTools(programs, fresh.bin, { cutOff: true });
	await expect(restoreByNewer(fresh, file, tools)).rejects.toThrow("did not succeed");
	expect(await fresh.query("select 1 from pg_tables where schemaname = 'public'")).toEqual([]);
});

test("a newer pg_restore without psql says which programs to install", async () => {
	using folder = aFolder();
	using programs = aFolder();
	const { file } = await aDump(folder);
	await using fresh = await aPostgresWithTools();
	const tools = newerTools(programs, fresh.bin, { hasPsql: false });
	expect(existsSync(join(tools.folder, "psql"))).toBe(false);
	await expect(restoreByNewer(fresh, file, tools)).rejects.toThrow(
		`apt install postgresql-client-${fresh.version < 17 ? fresh.version : OLDER_MAJOR}`,
	);
});
