import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { WITHOUT_LIMITS } from "../src/testing/processes/without-limits.ts";

const started = new Set<ChildProcess>();
// A benchmark that is broken off leaves no server behind.
process.on("exit", () => {
	for (const child of started) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** A server in a process of its own, on a core of its own where the system can pin it. */
export type Running = { port: number; stop(): Promise<void> };

/** Starts a Node program and waits for the line that tells its port. */
export async function startNode(options: {
	args: readonly string[];
	env?: Record<string, string>;
	core: number;
	ready: RegExp;
}): Promise<Running> {
	const command = ["taskset", "-c", String(options.core), process.execPath, ...options.args];
	const [program = "", ...args] = process.platform === "linux" ? command : command.slice(3);
	const child = spawn(program, args, {
		env: { ...process.env, ...options.env },
		stdio: ["ignore", "pipe", "inherit"],
	});
	started.add(child);
	child.on("exit", () => started.delete(child));
	const port = await readPort(child, options.ready);
	return {
		port,
		async stop() {
			if (child.exitCode !== null) return;
			child.kill("SIGTERM");
			await once(child, "exit");
		},
	};
}

/** `carhythm serve` as it is shipped: `npm run build` comes first. */
export function startCarhythm(options: {
	database_url: string;
	core: number;
	env?: Record<string, string>;
}): Promise<Running> {
	const program = new URL("../bin/carhythm.js", import.meta.url).pathname;
	return startNode({
		args: [program, "serve", "--port", "0", "--host", "127.0.0.1"],
		env: { DATABASE_URL: options.database_url, LOG_LEVEL: "warn", ...WITHOUT_LIMITS, ...options.env },
		core: options.core,
		ready: /is ready: http:\/\/[^:]+:(\d+)/,
	});
}

async function readPort(child: ChildProcess, ready: RegExp): Promise<number> {
	if (!child.stdout) throw new Error("The process has no output to read.");
	const lines = createInterface({ input: child.stdout });
	for await (const line of lines) {
		const port = ready.exec(line)?.[1];
		if (!port) continue;
		lines.close();
		child.stdout.resume();
		return Number(port);
	}
	throw new Error("The server ended before it was ready.");
}
