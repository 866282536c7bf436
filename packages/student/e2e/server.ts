import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { templateDatabase } from "./support/template-database.ts";

const PROGRAM = fileURLToPath(new URL("../../server/bin/carhythm.js", import.meta.url));
/** Many processes start the same program: compiling it once saves much of each start. */
const COMPILE_CACHE = join(tmpdir(), "carhythm-compile-cache");
const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The built product in a process of its own, with a database of its own in a temporary folder. */
export type ProductServer = {
	url: string;
	/** Ends it as a crash would. */
	kill(): Promise<void>;
	/** Starts it again on the same port and database; that much later by its clock. */
	restart(how?: { days_later?: number; minutes_later?: number }): Promise<void>;
	/** Starts it again on the same port with another, empty database. */
	restartAnew(): Promise<void>;
	/** Runs a command of the command line on its database. */
	run(...args: string[]): Promise<string>;
	/** A reply of its API; throws for anything but success. */
	api<Reply>(path: string, body?: unknown): Promise<Reply>;
	/** The export of all answers, as the operator gets it. */
	answers(): Promise<ExportedAnswer[]>;
	/** The history of a session, as the operator sees it. */
	history(display_id: string): Promise<HistoryEvent[]>;
	/** Everything it has logged so far, over all its starts. */
	log(): string;
	dispose(): Promise<void>;
};

type ExportedAnswer = {
	display_id: string;
	question: string;
	value: unknown;
	[column: string]: unknown;
};

type HistoryEvent = { kind: string; question: string | null; value: unknown; outcome: string };

type Run = { env: NodeJS.ProcessEnv; port: number; heard: (text: string) => void };

/**
 * Starts the product.
 * @param options.assessment the one that new sessions get
 * @param options.settings further environment variables
 */
export async function startServer(
	options: { assessment?: string; log_level?: string; settings?: Readonly<Record<string, string>> } = {},
): Promise<ProductServer> {
	const { assessment = "career-rhythm" } = options;
	const folder = mkdtempSync(join(tmpdir(), "carhythm-e2e-"));
	const port = await freePort();
	const log: string[] = [];
	const environment = {
		NODE_COMPILE_CACHE: COMPILE_CACHE,
		...process.env,
		LOG_LEVEL: options.log_level ?? "warn",
		// Some databases are on disks of a few MiB.
		LIMIT_FREE_DISK_MIB: "0",
		LIMIT_FREE_DISK_PERCENT: "0",
		...options.settings,
	};
	const databaseAt = (path: string) => ({ ...environment, DATABASE_URL: `sqlite:${path}` });
	let env: NodeJS.ProcessEnv = databaseAt(join(folder, "e2e.db"));
	const start = (clock = {}) => launch({ port, env: { ...env, ...clock }, heard: (text) => log.push(text) });
	const run = (...args: string[]) => runProgram(args, env);
	const template = await templateDatabase(assessment, (path) =>
		runProgram(["assessment", "default", assessment], databaseAt(path)),
	);
	copyFileSync(template, join(folder, "e2e.db"));
	let child = await start();
	const kill = async () => {
		if (!isRunning(child)) return;
		child.kill("SIGKILL");
		await once(child, "exit");
	};
	const url = `http://localhost:${port}`;
	return {
		url,
		run,
		kill,
		log: () => log.join(""),
		api: (path, body) => callApi(url + path, body),
		async restart({ days_later = 0, minutes_later = 0 } = {}) {
			await kill();
			const ahead_ms = days_later * DAY_MS + minutes_later * MINUTE_MS;
			child = await start(ahead_ms === 0 ? {} : { NODE_OPTIONS: clockAheadBy(ahead_ms) });
		},
		async restartAnew() {
			await kill();
			env = databaseAt(join(folder, "another.db"));
			child = await start();
		},
		async answers() {
			const lines = await run("export", "--rows", "answers", "--format", "jsonl");
			return lines
				.split("\n")
				.filter((line) => line !== "")
				.map((line) => JSON.parse(line) as ExportedAnswer);
		},
		async history(display_id) {
			const shown = JSON.parse(await run("session", "show", display_id, "--json")) as {
				events: HistoryEvent[];
			};
			return shown.events;
		},
		async dispose() {
			if (isRunning(child)) {
				child.kill("SIGTERM");
				await once(child, "exit");
			}
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function runProgram(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
	const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
		env,
		maxBuffer: 64 * 1024 * 1024,
	});
	return stdout;
}

function isRunning(child: ChildProcess): boolean {
	return child.exitCode === null && child.signalCode === null;
}

async function callApi<Reply>(url: string, body: unknown): Promise<Reply> {
	const response = await fetch(
		url,
		body === undefined
			? {}
			: {
					method: "POST",
					headers: { "content-type": "application/json" },
					body: JSON.stringify(body),
				},
	);
	const text = await response.text();
	if (!response.ok) throw new Error(`${response.status} for ${url}: ${text}`);
	return JSON.parse(text) as Reply;
}

/** Months pass for the server's process alone: nothing but its clock can say that a session has expired. */
function clockAheadBy(ahead_ms: number): string {
	const program = `const{now}=Date;Date.now=()=>now()+${ahead_ms}`;
	return `${process.env["NODE_OPTIONS"] ?? ""} --import data:text/javascript,${encodeURIComponent(program)}`;
}

async function launch({ env, port, heard }: Run): Promise<ChildProcess> {
	const child = spawn(process.execPath, [PROGRAM, "serve", "--port", String(port), "--host", "localhost"], {
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	child.stderr.setEncoding("utf8").on("data", heard);
	const ended = once(child, "exit").then(() => {
		throw new Error("The server ended before it was ready.");
	});
	const ready = new Promise<void>((resolve) => {
		createInterface({ input: child.stdout }).on("line", (line) => {
			heard(`${line}\n`);
			if (line.includes("is ready")) resolve();
		});
	});
	await Promise.race([ready, ended]);
	ended.catch(() => {});
	return child;
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, "localhost");
	await once(probe, "listening");
	const address = probe.address();
	probe.close();
	await once(probe, "close");
	if (!address || typeof address === "string") throw new Error("No free port.");
	return address.port;
}
