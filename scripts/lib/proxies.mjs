import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, run } from "./run.mjs";
import { canInstallPackages } from "./system-packages.mjs";

/** @typedef {"nginx" | "caddy"} Proxy */

/** Where packages are unpacked that are not installed: an installed nginx would start, and take port 80. */
const unpacked = join(root, "node_modules", ".cache", "carhythm", "proxies");

/** The program of a proxy, or undefined where it is not here. */
export function findProxy(/** @type {Proxy} */ name) {
	const folders = (process.env["PATH"] ?? "").split(delimiter);
	return [...folders, "/usr/sbin", join(unpacked, "usr/sbin"), join(unpacked, "usr/bin")]
		.map((folder) => join(folder, name))
		.find((path) => existsSync(path));
}

/**
 * Gets the proxies that the tests of deploy/ try: the system's, or else from its packages, without installing
 * them. It needs no rights.
 * @param {(line: string) => void} say
 * @returns {Promise<{ found: true } | { found: false, problem: string }>}
 */
export async function ensureProxies(say) {
	for (const name of /** @type {const} */ (["nginx", "caddy"])) {
		if (findProxy(name) !== undefined) continue;
		if (existsSync("/usr/bin/apt-get")) {
			say(`Getting ${name} from the system's packages …`);
			await unpackPackage(name);
		}
		if (findProxy(name) === undefined) {
			return { found: false, problem: `no ${name}: its file in deploy/ is not tried; install ${name}` };
		}
	}
	return { found: true };
}

async function unpackPackage(/** @type {Proxy} */ name) {
	const folder = join(unpacked, name);
	mkdirSync(folder, { recursive: true });
	if (canInstallPackages()) await run("apt-get", ["update"], { timeoutMs: 120_000 });
	await run("apt-get", ["download", name], { cwd: folder, timeoutMs: 60_000 });
	for (const file of readdirSync(folder).filter((one) => one.endsWith(".deb"))) {
		await run("dpkg-deb", ["--extract", join(folder, file), unpacked], { timeoutMs: 60_000 });
	}
}
