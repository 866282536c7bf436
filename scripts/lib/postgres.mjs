import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canInstallPackages, installPackages } from "./system-packages.mjs";

const versionsFolder = "/usr/lib/postgresql";
const clusterSettings = "/etc/postgresql-common/createcluster.conf";

/**
 * Finds `pg_dump` and the other tools for the tests of backups: those that CARHYTHM_TEST_POSTGRES names, or
 * the system's. Where packages can be installed without a question, it installs the system's. The server of
 * the other tests comes with the dependencies.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<{ found: true } | { found: false, problem: string }>}
 */
export async function ensurePostgresTools(say) {
	const named = process.env["CARHYTHM_TEST_POSTGRES"];
	if (named !== undefined && named !== "" && !existsSync(join(named, "postgres"))) {
		return {
			found: false,
			problem: `no PostgreSQL: CARHYTHM_TEST_POSTGRES names ${named}, where there is no postgres`,
		};
	}
	if ((named && existsSync(join(named, "pg_dump"))) || hasTools()) return { found: true };
	if (!canInstallPackages()) {
		return { found: false, problem: "no pg_dump: install your system's PostgreSQL, then run this again" };
	}
	say("Installing PostgreSQL's tools from the system's packages (first time, about a minute) …");
	const { last_line } = await addPackages();
	return hasTools()
		? { found: true }
		: { found: false, problem: `no pg_dump: apt-get could not install it (${last_line})` };
}

function hasTools() {
	if (!existsSync(versionsFolder)) return false;
	return readdirSync(versionsFolder).some((version) =>
		["pg_dump", "postgres"].every((name) => existsSync(join(versionsFolder, version, "bin", name))),
	);
}

function addPackages() {
	createNoCluster();
	// A settings file that is there already is kept, without a question.
	const options = ["-o", "Dpkg::Options::=--force-confold"];
	return installPackages(["postgresql", "postgresql-client"], { options });
}

/** The package would make a database cluster and start a server, which nobody asked for. */
function createNoCluster() {
	const before = existsSync(clusterSettings) ? readFileSync(clusterSettings, "utf8") : "";
	if (/^\s*create_main_cluster\s*=/m.test(before)) return;
	mkdirSync("/etc/postgresql-common", { recursive: true });
	writeFileSync(clusterSettings, `${before}create_main_cluster = false\n`);
}
