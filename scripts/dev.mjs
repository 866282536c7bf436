// `npm run dev`: the server from source, restarted when it changes, and the pages from Vite, which sends /api
// to it.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled } from "./lib/install.mjs";
import { projectNode, root, tool, toolEnvironment } from "./lib/run.mjs";

const installed = await ensureInstalled(console.log);
if (installed.ok) {
	const children = [
		start(projectNode(), ["--watch", "packages/server/src/cli.ts", "serve", ...process.argv.slice(2)], root),
		start(tool("vite"), [], join(root, "packages", "student")),
	];
	for (const child of children) {
		child.on("exit", (code) => {
			for (const other of children) other.kill();
			process.exitCode = code ?? 1;
		});
	}
	for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
		process.on(signal, () => {
			for (const child of children) child.kill(signal);
		});
	}
} else {
	console.error(`${installed.log}\n\n${installed.problem}`);
	process.exitCode = 1;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 */
function start(command, args, cwd) {
	return spawn(command, args, {
		cwd,
		env: toolEnvironment(),
		stdio: "inherit",
		shell: command.endsWith(".cmd"),
	});
}
