import { execFile, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { environmentOf, programFolders } from "../../config.ts";
import { OperatorError } from "../../operator-error.ts";
import type { Address } from "./postgres-connection.ts";

/** PostgreSQL's own programs, of one version. */
export type Tools = { folder: string; major: number };

/** Where packages of several versions lie side by side; the folders in the middle are versions. */
const USUAL_PLACES = [
	["/usr/lib/postgresql", "bin"],
	["/usr/local/pgsql", ""],
	["/Library/PostgreSQL", "bin"],
	["/Applications/Postgres.app/Contents/Versions", "bin"],
	["/opt/homebrew/opt", "bin"],
	["/usr/local/opt", "bin"],
	["/usr", "bin"],
] as const;

/**
 * Finds `pg_dump` and `pg_restore` for a server. Of those that are new enough the oldest is taken: a dump by
 * a newer one may say things that the server does not understand when it is restored.
 * @throws OperatorError `refused` when there are none, or only older ones
 */
export async function findTools(
	major: number,
	folders: readonly string[] = [...usualFolders(), ...programFolders()],
): Promise<Tools> {
	const found: Tools[] = [];
	for (const folder of new Set(folders)) {
		if (!existsSync(join(folder, "pg_dump")) || !existsSync(join(folder, "pg_restore"))) continue;
		const version = await versionOf(join(folder, "pg_dump"));
		if (version !== null) found.push({ folder, major: version });
	}
	const best = found.filter((tools) => tools.major >= major).sort((a, b) => a.major - b.major)[0];
	if (best) return best;
	const newest = Math.max(...found.map((tools) => tools.major));
	const why =
		found.length === 0
			? "pg_dump and pg_restore are not installed here"
			: `the newest pg_dump here is of version ${newest}, and the server is PostgreSQL ${major}`;
	throw new OperatorError(
		"refused",
		`No backup is possible: ${why}. Install PostgreSQL's client programs, version ${major} or newer (Debian and Ubuntu: apt install postgresql-client-${major}).`,
	);
}

function usualFolders(): string[] {
	return USUAL_PLACES.flatMap(([place, inner]) => {
		if (!existsSync(place)) return [];
		const versions = readdirSync(place).filter((name) =>
			/^(\d+|pgsql-\d+|(postgresql|libpq)(@\d+)?)$/.test(name),
		);
		return versions.map((version) => join(place, version, inner));
	});
}

async function versionOf(program: string): Promise<number | null> {
	try {
		const { stdout } = await promisify(execFile)(program, ["--version"]);
		const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
		return major === undefined ? null : Number(major);
	} catch {
		return null;
	}
}

type ToolName = "pg_dump" | "pg_restore" | "psql";

/** One of the programs while it runs; `ended` tells its exit code and what it complained of. */
export function startTool(
	{ folder }: Tools,
	name: ToolName,
	words: readonly string[],
	{ environment }: Address,
) {
	const child = spawn(join(folder, name), words, {
		stdio: "pipe",
		env: environmentOf({ ...environment, LC_ALL: "C" }),
	});
	let complaints = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		complaints = (complaints + text).slice(-MOST_COMPLAINTS);
	});
	const ended = new Promise<{ code: number | null; complaints: string }>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, complaints }));
	});
	return { child, ended };
}

/**
 * Runs one of the programs to its end.
 * @param onLine is given each line that it prints
 * @throws OperatorError `failed` with what the program itself complained of
 */
export async function runTool(
	tools: Tools,
	name: ToolName,
	words: readonly string[],
	address: Address,
	onLine: (line: string) => void = () => {},
): Promise<void> {
	const { child, ended } = startTool(tools, name, words, address);
	child.stdin.end();
	const lines = createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
	lines.on("line", onLine);
	const { code, complaints } = await ended;
	if (code !== 0) throw toolFailed(name, complaints);
}

export function toolFailed(name: ToolName, complaints: string): OperatorError {
	return new OperatorError("failed", `${name} did not succeed: ${firstComplaint(complaints)}`);
}

const MOST_COMPLAINTS = 10_000;

function firstComplaint(complaints: string): string {
	const lines = complaints.split("\n").filter((line) => line.trim() !== "");
	const line = lines.find((text) => /error|fatal/i.test(text)) ?? lines[0] ?? "it said nothing about why";
	return line.replace(/^(pg_dump|pg_restore|psql): (error: )?|^psql:<stdin>:\d+: /, "");
}
