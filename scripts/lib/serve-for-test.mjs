import { spawn } from "node:child_process";
import { join } from "node:path";
import { projectNode, root } from "./run.mjs";

/**
 * The server from source on a new database, once it is ready.
 *
 * @returns {Promise<{ url: string, stop: () => void }>}
 */
export function serveForTest(/** @type {string} */ database) {
	const cli = join(root, "packages", "server", "src", "cli.ts");
	const child = spawn(projectNode(), [cli, "serve", "--port", "0", "--host", "127.0.0.1"], {
		env: { PATH: process.env["PATH"], DATABASE_URL: `sqlite:${database}` },
		stdio: ["ignore", "pipe", "pipe"],
	});
	return new Promise((resolve, reject) => {
		let said = "";
		const hear = (/** @type {Buffer} */ bytes) => {
			said += bytes;
			const url = /is ready: (\S+)/.exec(said)?.[1];
			if (url) resolve({ url, stop: () => void child.kill("SIGKILL") });
		};
		child.stdout.on("data", hear);
		child.stderr.on("data", hear);
		child.on("exit", () => reject(new Error(said)));
	});
}
