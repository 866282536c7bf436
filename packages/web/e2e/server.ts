import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PROGRAM = fileURLToPath(new URL("../../server/bin/carhythm.js", import.meta.url));

/** The built product in a process of its own, with a database of its own in a temporary folder. */
export type ProductServer = {
	url: string;
	/** Ends it as a crash would. */
	kill(): Promise<void>;
	/** Starts it again on the same port and database. */
	restart(): Promise<void>;
	/** Runs a command of the command line on its database. */
	run(...args: string[]): Promise<string>;
	/** The export of all answers, as the operator gets it. */
	answers(): Promise<ExportedAnswer[]>;
	dispose(): Promise<void>;
};

export type ExportedAnswer = {
	display_id: string;
	question: string;
	value: unknown;
	[column: string]: unknown;
};

/** Starts the product. */
export async function startServer(): Promise<ProductServer> {
	const folder = mkdtempSync(join(tmpdir(), "carhythm-e2e-"));
	const port = await freePort();
	const env = { ...process.env, DATABASE_URL: `sqlite:${join(folder, "e2e.db")}`, LOG_LEVEL: "warn" };
	const start = () => launch(port, env);
	const run = async (...args: string[]) => {
		const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
			env,
			maxBuffer: 64 * 1024 * 1024,
		});
		return stdout;
	};
	let child = await start();
	return {
		url: `http://localhost:${port}`,
		run,
		async kill() {
			child.kill("SIGKILL");
			await once(child, "exit");
		},
		async restart() {
			child = await start();
		},
		async answers() {
			const lines = await run("export", "--rows", "answers", "--format", "jsonl");
			return lines
				.split("\n")
				.filter((line) => line !== "")
				.map((line) => JSON.parse(line) as ExportedAnswer);
		},
		async dispose() {
			if (child.exitCode === null && child.signalCode === null) {
				child.kill("SIGTERM");
				await once(child, "exit");
			}
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function launch(port: number, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
	const child = spawn(process.execPath, [PROGRAM, "serve", "--port", String(port), "--host", "localhost"], {
		env,
		stdio: ["ignore", "pipe", "inherit"],
	});
	const ended = once(child, "exit").then(() => {
		throw new Error("The server ended before it was ready.");
	});
	await Promise.race([ready(child), ended]);
	ended.catch(() => {});
	return child;
}

async function ready(child: ChildProcess): Promise<void> {
	if (!child.stdout) throw new Error("The server has no output to read.");
	const lines = createInterface({ input: child.stdout });
	for await (const line of lines) if (line.includes("is ready")) break;
	child.stdout.resume();
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
