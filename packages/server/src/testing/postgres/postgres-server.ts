import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	chownSync,
	closeSync,
	existsSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runFolder } from "../folders/run-folder.ts";
import { postgresPrograms, runProgram, type ServerKind, UNPRIVILEGED } from "./postgres-programs.ts";

export type PostgresServer = {
	port: number;
	/** The major version. */
	version: number;
	/** The folder of its programs. */
	bin: string;
};

const START_ATTEMPTS = 3;
const INITDB = ["--username=carhythm", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];
const SETTINGS = {
	listen_addresses: "127.0.0.1",
	unix_socket_directories: "",
	// In the data folder, where it is gone with everything else.
	dynamic_shared_memory_type: "mmap",
	max_connections: 300,
	shared_buffers: "64MB",
	max_wal_size: "256MB",
	deadlock_timeout: "200ms",
	// Otherwise a start after a crash opens and syncs every file by itself.
	...(process.platform === "linux" && { recovery_init_sync_method: "syncfs" }),
} as const;

/**
 * The server that all processes of this run share. The first process that asks starts it.
 * @throws Error that says what is missing when there is no PostgreSQL
 */
export async function postgresServer(kind: ServerKind): Promise<PostgresServer> {
	const folder = join(runFolder(), kind);
	const ready = join(folder, "ready.json");
	while (!existsSync(ready)) {
		const isFirst = mkdirSync(folder, { recursive: true }) !== undefined;
		if (isFirst) await startShared(kind, folder, ready);
		else await sleep(50);
	}
	return JSON.parse(readFileSync(ready, "utf8")) as PostgresServer;
}

async function startShared(kind: ServerKind, folder: string, ready: string): Promise<void> {
	try {
		const { server, postmaster } = await startNew(kind, folder, {});
		postmaster.unref();
		writeFileSync(`${ready}.new`, JSON.stringify(server));
		renameSync(`${ready}.new`, ready);
	} catch (error) {
		// The next process that asks tries by itself, and has its own error to show.
		rmSync(folder, { recursive: true });
		throw error;
	}
}

export type ServerOptions = {
	/** An existing folder for its data that nobody else uses; by default one in the folder of the run. */
	place?: string;
	/** What its processes find in their environment. */
	environment?: Readonly<Record<string, string>>;
	/** Puts a database cluster into the empty data folder; by default a new one. */
	fill?: (data: string) => Promise<unknown>;
};

/** Starts a server whose data is below `folder` or at the place of the options. */
export async function startNew(
	kind: ServerKind,
	folder: string,
	{ place = folder, environment, fill }: ServerOptions,
) {
	// The folder is the first in which the unprivileged user has to find something.
	chmodSync(folder, 0o755);
	const bin = await postgresPrograms(kind, folder);
	const data = join(place, "data");
	mkdirSync(data);
	if (UNPRIVILEGED.uid !== undefined) chownSync(data, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
	await (fill?.(data) ?? runProgram(join(bin, "initdb"), ["-D", data, ...INITDB]));
	const version = Number.parseInt(readFileSync(join(data, "PG_VERSION"), "utf8"), 10);
	for (let attempt = 1; ; attempt += 1) {
		const server = { port: await freePort(), version, bin };
		try {
			return { server, data, ...(await launch(server, data, environment)) };
		} catch (error) {
			// Another program may have taken the port meanwhile.
			if (attempt === START_ATTEMPTS) throw error;
		}
	}
}

/**
 * Starts the server process on its data.
 * @returns once it takes connections
 */
export async function launch(
	{ bin, port }: PostgresServer,
	data: string,
	environment: ServerOptions["environment"],
) {
	const log = join(data, "log.txt");
	const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
		"-c",
		`${name}=${value}`,
	]);
	const output = openSync(log, "w");
	const postmaster = spawn(join(bin, "postgres"), ["-D", data, ...settings], {
		...UNPRIVILEGED,
		env: { ...UNPRIVILEGED.env, ...environment },
		stdio: ["ignore", output, output],
		detached: true,
	});
	closeSync(output);
	const ended = once(postmaster, "exit");
	await Promise.race([once(postmaster, "spawn"), ended]);
	while (!isReady(data, postmaster.pid)) {
		const isOver = await Promise.race([ended.then(() => true), sleep(10, false)]);
		if (isOver) throw new Error(`PostgreSQL did not start:\n${readFileSync(log, "utf8")}`);
	}
	return { postmaster, ended };
}

/** As `pg_ctl --wait` does it. A file that a killed server left behind names another process. */
function isReady(data: string, pid: number | undefined): boolean {
	const file = join(data, "postmaster.pid");
	const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
	return lines[0] === String(pid) && /^(?:ready|standby)/.test(lines[7] ?? "");
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, "127.0.0.1");
	await once(probe, "listening");
	const { port } = probe.address() as AddressInfo;
	probe.close();
	await once(probe, "close");
	return port;
}
