import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { aFolder } from "../../../src/testing/folders/a-folder.ts";
import { WITHOUT_LIMITS } from "../../../src/testing/processes/without-limits.ts";
import { chanceOf } from "../../simulation/chance.ts";
import { createJournal } from "../students/journal.ts";
import { readQuestions } from "../students/questions.ts";
import type { ServerAddress } from "../students/requests.ts";
import { createStudent } from "../students/student.ts";
import { bundleServer, type ServerBundle } from "./server-bundle.ts";

const WARM_UP = 40;
const PATIENCE_MS = 60_000;

const running = new Set<ChildProcess>();
// An interrupted campaign leaves no server behind.
process.on("exit", () => {
	for (const child of running) child.kill("SIGKILL");
});

export type ServerOptions = {
	address: string;
	/** A program with its arguments that starts `node`, such as strace. */
	under?: readonly string[];
	/** Modules that are loaded before the server, for control arms. */
	preload?: readonly URL[];
	environment?: Readonly<Record<string, string>>;
	/** Its students never rest, so it has no limits unless they are the subject. */
	limits?: "default";
};

/** `carhythm serve` in a process of its own. */
export type RunningServer = {
	where: ServerAddress;
	pid: number;
	/** Ends it with SIGKILL. */
	kill(): Promise<void>;
	/** Ends it with SIGTERM, as an operator does. */
	stop(): Promise<void>;
	/** Resolves when the process has ended, for whichever reason. */
	ended: Promise<void>;
	hasEnded(): boolean;
	/** Whether SIGKILL ended it. */
	wasKilled(): boolean;
	/** Its error output and its log. */
	output(): string;
};

type LaunchedServer = RunningServer & { ready: Promise<string> };

/** Starts the server and returns before it is ready; `ready` resolves when it is. */
export async function launchServer(options: ServerOptions): Promise<LaunchedServer> {
	return launch(await bundleServer(warmUp), options);
}

/**
 * Fills Node's compile cache by serving a student's first requests once. Only a server that ends in order
 * writes it, and the campaign's servers are killed.
 */
async function warmUp(program: ServerBundle): Promise<void> {
	using folder = aFolder();
	const server = await untilReady(launch(program, { address: `sqlite:${folder.file("warm-up.db")}` }));
	const journal = createJournal();
	const setup = { where: server.where, journal, questions: await readQuestions(server.where) };
	await createStudent(setup, chanceOf(1)).work(() => journal.writes.length < WARM_UP);
	await server.stop();
}

function launch(program: ServerBundle, options: ServerOptions): LaunchedServer {
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
	const where: ServerAddress = { base: null };
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
	// A caller that does not await `ready` must not fail by it.
	ready.catch(() => {});
	return {
		where,
		pid: child.pid ?? 0,
		ready,
		ended,
		hasEnded: () => child.exitCode !== null || child.signalCode !== null,
		wasKilled: () => child.signalCode === "SIGKILL",
		output: () => said,
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
 * @throws Error with its output when it does not get ready
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
	return untilReady(await launchServer(options));
}

async function untilReady(server: LaunchedServer): Promise<RunningServer> {
	const base = await Promise.race([server.ready.catch(() => null), sleep(PATIENCE_MS, null, { ref: false })]);
	if (base !== null) return server;
	await server.kill();
	throw new Error(`The server did not get ready. Its output:\n${server.output()}`);
}

/** The options of a control arm: a server with one of its guarantees broken, as weaken.ts lists them. */
export function weakenedServer(
	how: "normal" | "write-behind",
): Pick<ServerOptions, "preload" | "environment"> {
	return { preload: [new URL("weaken.ts", import.meta.url)], environment: { CARHYTHM_WEAKEN: how } };
}
