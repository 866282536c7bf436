import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runFolder, signal } from "../folders/run-folder.ts";
import { launch, type ServerOptions, startNew } from "./postgres-server.ts";

/** A server for one test alone, which may stop it, kill it and start it again. */
export async function aPostgresServer(options: ServerOptions = {}) {
	const folder = mkdtempSync(join(runFolder(), "own-"));
	const { server, data, ...first } = await startNew("small", folder, options);
	let { postmaster, ended } = first;
	const end = async (how: NodeJS.Signals) => {
		postmaster.kill(how);
		await ended;
	};
	/** PostgreSQL's immediate shutdown: as after a crash, the next start recovers from the log. */
	const stop = () => end("SIGQUIT");
	return {
		...server,
		data,
		stop,
		/** Ends its first process, or all of them, as `kill -9` does. Without the first the others end by themselves. */
		async kill(which: "first" | "all") {
			const children = which === "all" ? childrenOf(postmaster.pid) : [];
			const killed = end("SIGKILL");
			for (const pid of children) signal(pid, "SIGKILL");
			await killed;
		},
		/** @throws Error as long as processes of a killed server are still ending */
		async start() {
			({ postmaster, ended } = await launch(server, data, options.environment));
		},
		async [Symbol.asyncDispose]() {
			await stop();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** Linux tells; elsewhere they end by themselves when the first process is gone. */
function childrenOf(pid: number | undefined): number[] {
	const file = `/proc/${pid}/task/${pid}/children`;
	return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
}
