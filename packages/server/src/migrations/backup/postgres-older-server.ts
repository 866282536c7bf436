import { existsSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { OperatorError } from "../../operator-error.ts";
import type { Address } from "./postgres-connection.ts";
import { startTool, type Tools, toolFailed } from "./postgres-tools.ts";

/** What `pg_restore` sets before anything else, from the version on that knows it. */
const SETTINGS_SINCE = [{ since: 17, line: "SET transaction_timeout = 0;" }] as const;
/** The settings stand in the first lines, before any statement that holds names or rows. */
const HEAD_BYTES = 4096;

/** The settings of these programs that an older server does not know; empty where it knows all. */
function unknownSettings({ major }: Tools, server_major: number): string[] {
	return SETTINGS_SINCE.filter(({ since }) => major >= since && server_major < since).map(({ line }) => line);
}

/** Whether these programs set something that the server does not know. */
export function isTooNewFor(tools: Tools, server_major: number): boolean {
	return unknownSettings(tools, server_major).length > 0;
}

/**
 * Restores with programs that are newer than the server, all of it or nothing: `pg_restore` writes its script,
 * `psql` runs it without the settings that the server does not know.
 *
 * @example PostgreSQL 15 with pg_restore 17, whose "SET transaction_timeout = 0;" it would refuse
 * @throws OperatorError `refused` where there is no `psql`, `failed` with what one of them complained of
 */
export async function restoreIntoOlder(
	address: Address,
	file: string,
	tools: Tools,
	server_major: number,
): Promise<void> {
	if (!existsSync(join(tools.folder, "psql"))) {
		throw new OperatorError(
			"refused",
			`pg_restore ${tools.major} alone cannot restore into PostgreSQL ${server_major}. Install the client programs of the server's version (Debian and Ubuntu: apt install postgresql-client-${server_major}), or psql ${tools.major} beside it.`,
		);
	}
	const script = startTool(tools, "pg_restore", ["--no-owner", "--file=-", file], address);
	script.child.stdin.end();
	const words = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password"];
	const psql = startTool(tools, "psql", [...words, `--dbname=${address.database}`], address);
	psql.child.stdout.resume();
	const settings = unknownSettings(tools, server_major);
	const broken = await pipeline(async function* () {
		yield "BEGIN;\n";
		yield* withoutLines(script.child.stdout, settings);
		const { code, complaints } = await script.ended;
		// Without the COMMIT, psql ends the transaction as if nothing had been.
		if (code !== 0) throw toolFailed("pg_restore", complaints);
		yield "COMMIT;\n";
	}, psql.child.stdin).then(
		() => null,
		(error: unknown) => error,
	);
	const { code, complaints } = await psql.ended;
	if (broken instanceof OperatorError) throw broken;
	if (code !== 0) throw toolFailed("psql", complaints);
	if (broken !== null) throw broken;
}

/** Drops lines from the head of a script; everything after its first bytes passes as it is. */
async function* withoutLines(
	script: AsyncIterable<Buffer>,
	lines: readonly string[],
): AsyncGenerator<Buffer> {
	let head: Buffer | null = Buffer.alloc(0);
	for await (const bytes of script) {
		if (head === null) {
			yield bytes;
			continue;
		}
		head = Buffer.concat([head, bytes]);
		if (head.length < HEAD_BYTES) continue;
		yield cut(head, lines);
		head = null;
	}
	if (head !== null) yield cut(head, lines);
}

/** @returns the head without the lines, as far as they stand before the first statement that makes something */
function cut(head: Buffer, lines: readonly string[]): Buffer {
	// Bytes, because the head may end within a character.
	const text = head.toString("latin1");
	const end = /^(CREATE|COPY|INSERT|ALTER) /m.exec(text)?.index ?? text.length;
	const kept = text
		.slice(0, end)
		.split("\n")
		.filter((line) => !lines.includes(line));
	return Buffer.from(kept.join("\n") + text.slice(end), "latin1");
}
