// `npm start`: from a fresh clone to a running CaRhythm. Runs on any Node that npm brings along, needs
// nothing installed, and passes its arguments on to `carhythm serve`.
import { spawn } from "node:child_process";
import { ensureBuilt } from "./lib/build.mjs";
import { ensureInstalled } from "./lib/install.mjs";
import { exitCodeOf, projectNode, root, stopChildrenOnInterrupt, toolEnvironment } from "./lib/run.mjs";

const ready = await prepare();
if (ready) serve(process.argv.slice(2));
else process.exitCode = 1;

async function prepare() {
	const stopListening = stopChildrenOnInterrupt();
	for (const step of [() => ensureInstalled(console.log), () => ensureBuilt({ say: console.log })]) {
		const done = await step();
		if (!done.ok) {
			console.error(`${done.log}\n\n${done.problem}`);
			return false;
		}
	}
	stopListening();
	return true;
}

/** The server prints its own address when it listens and its own sentence when it cannot. */
function serve(/** @type {readonly string[]} */ args) {
	const server = spawn(projectNode(), ["packages/server/bin/carhythm.js", "serve", ...args], {
		cwd: root,
		env: toolEnvironment(),
		stdio: "inherit",
	});
	// A terminal sends Ctrl-C to the server as well; sent a second time it would cut the orderly end short.
	process.on("SIGINT", () => process.stdin.isTTY || server.kill("SIGINT"));
	process.on("SIGTERM", () => server.kill("SIGTERM"));
	process.on("SIGHUP", () => server.kill("SIGHUP"));
	server.on("error", (error) => {
		console.error(`The server could not be started: ${error.message}`);
		process.exitCode = 1;
	});
	server.on("exit", (code, signal) => {
		process.exit(code ?? (signal === null ? 1 : exitCodeOf(signal)));
	});
}
