import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { aFolder } from "../../src/testing/a-folder.ts";
import { WITHOUT_LIMITS } from "../../src/testing/without-limits.ts";
import { chanceOf } from "../simulation/chance.ts";
import { aJournal } from "./journal.ts";
import { readQuestions } from "./questions.ts";
import type { Whereabouts } from "./requests.ts";
import { aStudent } from "./students.ts";
import { type Program, theProgram } from "./the-program.ts";

const WARM_UP = 40;
const PATIENCE_MS = 60_000;

const running = new Set<ChildProcess>();
// A campaign that is broken off leaves no server behind.
process.on("exit", () => {
	for (const child of running) child.kill("SIGKILL");
});

export type ServerOptions = {
	address: string;
	/** Programs and words before `node`, such as strace. */
	under?: readonly string[];
	/** Modules that are loaded before the server: only control arms have any. */
	preload?: readonly URL[];
	environment?: Readonly<Record<string, string>>;
	/** Its students never rest, so it has no limits unless they are the subject. */
	limits?: "default";
};

/** `carhythm serve` in a process of its own. */
export type RunningServer = {
	where: Whereabouts;
	pid: number;
	/** Ends it at once, as `kill -9` does. */
	kill(): Promise<void>;
	/** Asks it to end, as an operator does. */
	stop(): Promise<void>;
	/** Resolves when it has ended, however. */
	ended: Promise<void>;
	hasEnded(): boolean;
	/** Whether it was SIGKILL that ended it. */
	wasKilled(): boolean;
	/** What it said on its error output and in warnings. */
	said(): string;
};

type LaunchedServer = RunningServer & { ready: Promise<string> };

/** Starts the server and returns before it is ready, which `ready` tells. */
export async function launchServer(options: ServerOptions): Promise<LaunchedServer> {
	return launch(await theProgram(warmUp), options);
}

/**
 * Only a server that ends in order leaves what Node compiled of it to those that start after it: as much as a
 * student's first requests need.
 */
async function warmUp(program: Program): Promise<void> {
	using folder = aFolder();
	const server = await untilReady(launch(program, { address: `sqlite:${folder.file("warm-up.db")}` }));
	const journal = aJournal();
	const school = { where: server.where, journal, questions: await readQuestions(server.where) };
	await aStudent(school, chanceOf(1)).work(() => journal.writes.length < WARM_UP);
	await server.stop();
}

function launch(program: Program, options: ServerOptions): LaunchedServer {
	const imports = (options.preload ?? []).flatMap((url) => ["--import", url.href]);
	const words = [
		...imports,
		program.cli,
		"serve",
		"--port",
		"0",
		"--host",
		"127.0.0.1",
		"--log-level",
		"warn",
	];
	const [command = "", ...rest] = [...(options.under ?? []), process.execPath, ...words];
	const child = spawn(command, rest, {
		stdio: ["ignore", "pipe", "pipe"],
		env: {
			PATH: process.env["PATH"],
			NODE_COMPILE_CACHE: program.compile_cache,
			DATABASE_URL: options.address,
			...(options.limits === "default" ? {} : WITHOUT_LIMITS),
			...options.environment,
		},
	});
	const where: Whereabouts = { base: null };
	let said = "";
	const keep = (text: unknown) => {
		said = `${said}${text}`.slice(-20_000);
	};
	child.stderr?.on("data", keep);
	running.add(child);
	const ended = once(child, "close").then(() => {
		running.delete(child);
		where.base = null;
	});
	const ready = baseOf(child, keep).then((base) => {
		where.base = base;
		return base;
	});
	// Whoever does not wait for it is not interested in its failure either.
	ready.catch(() => {});
	return {
		where,
		pid: child.pid ?? 0,
		ready,
		ended,
		hasEnded: () => child.exitCode !== null || child.signalCode !== null,
		wasKilled: () => child.signalCode === "SIGKILL",
		said: () => said,
		async kill() {
			child.kill("SIGKILL");
			await ended;
		},
		async stop() {
			child.kill("SIGTERM");
			await ended;
		},
	};
}

async function baseOf(child: ChildProcess, keep: (line: string) => void): Promise<string> {
	if (!child.stdout) throw new Error("The server's output is not read.");
	return new Promise((resolve, reject) => {
		createInterface({ input: child.stdout as NonNullable<ChildProcess["stdout"]> })
			.on("line", (line) => {
				const found = /CaRhythm is ready: (\S+)/.exec(line)?.[1];
				if (found) resolve(found);
				else keep(`${line}\n`);
			})
			.on("close", () => reject(new Error("The server ended before it was ready.")));
	});
}

/**
 * Starts the server and waits until it serves.
 * @throws Error with what it said when it does not
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
	return untilReady(await launchServer(options));
}

async function untilReady(server: LaunchedServer): Promise<RunningServer> {
	const base = await Promise.race([server.ready.catch(() => null), sleep(PATIENCE_MS, null, { ref: false })]);
	if (base !== null) return server;
	await server.kill();
	throw new Error(`The server did not get ready. It said:\n${server.said()}`);
}

/** What a control arm adds: the server with one promise broken, as weaken.ts lists them. */
export function weakened(how: "normal" | "write-behind"): Pick<ServerOptions, "preload" | "environment"> {
	return { preload: [new URL("weaken.ts", import.meta.url)], environment: { CARHYTHM_WEAKEN: how } };
}
