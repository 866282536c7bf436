import { existsSync } from "node:fs";
import { run } from "./run.mjs";

const minute = 60_000;

/** Whether packages of the system can be installed without asking anyone: as root, on Debian or Ubuntu. */
export function canInstallPackages() {
	return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get") && existsSync("/etc/debian_version");
}

/**
 * Installs packages of the system.
 * @param {readonly string[]} names
 * @param {{ options?: readonly string[] }} [settings] further words for apt-get
 * @returns {Promise<{ last_line: string }>} its last line, for a message if something is missing
 */
export async function installPackages(names, { options = [] } = {}) {
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
	// A list that could not be refreshed may still be good enough, so its failure alone stops nothing.
	await run("apt-get", ["update"], { env, timeoutMs: 2 * minute });
	const words = ["install", "-y", "--no-install-recommends", ...options, ...names];
	const { output } = await run("apt-get", words, { env, timeoutMs: 4 * minute });
	return { last_line: output.trimEnd().split("\n").at(-1) ?? "" };
}
