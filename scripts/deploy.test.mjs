// What can be checked of the files in deploy/, of the image and of .github without an engine that runs them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { projectNode, root, run } from "./lib/run.mjs";

const read = (/** @type {string} */ path) => readFileSync(join(root, path), "utf8");
const packageJson = JSON.parse(read("package.json"));

/** Known to programs below the server: SQLite, and the standard for folders of users. */
const otherVariables = ["SQLITE_TMPDIR", "XDG_DATA_HOME"];
let help = "";
/** @type {readonly string[]} */
let settings = [];

beforeAll(async () => {
	const { output } = await run(projectNode(), ["packages/server/src/cli.ts", "--help"]);
	help = output;
	settings = [...output.matchAll(/^ {2}([A-Z][A-Z_]+) {2,}/gm)].map(([, name]) => name ?? "");
	expect(settings).toContain("DATABASE_URL");
});

/** A setting, by itself or as the file that holds it. */
function isSetting(/** @type {string} */ variable) {
	return [...settings, ...otherVariables].includes(variable.replace(/_FILE$/, ""));
}

/** The instructions, with what follows them; continued lines are one. */
function instructions() {
	return read("Containerfile")
		.replace(/\\\n/g, " ")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"))
		.map((line) => ({ word: line.split(" ")[0] ?? "", rest: line.replace(/^\S+ /, "") }));
}

/** @returns {string[]} what follows each instruction of one kind */
const all = (/** @type {string} */ word) =>
	instructions().flatMap((one) => (one.word === word ? one.rest : []));

describe("the Containerfile", () => {
	test("takes the Node of .nvmrc, on one Debian, from names without a host", () => {
		const stages = all("FROM").map((from) => /^(?<base>\S+)(?: AS (?<name>\S+))?$/.exec(from)?.groups ?? {});
		const names = stages.map(({ name }) => name);
		const bases = stages.map(({ base }) => base ?? "").filter((base) => !names.includes(base));
		const version = read(".nvmrc").trim();
		expect(packageJson.devDependencies.node).toBe(version);
		expect(bases).toContain(`node:${version}-trixie-slim`);
		expect(new Set(bases)).toEqual(new Set([`node:${version}-trixie-slim`, "debian:trixie-slim"]));
		// What is built without a target.
		expect(stages.at(-1)?.["base"]).toBe("sqlite");
	});

	test("ends each stage that is run as a user by number who is not root", () => {
		expect(all("USER")).toEqual(["10001:10001", "root", "10001:10001"]);
		expect(all("VOLUME")).toEqual(["/data"]);
	});

	test("copies files that are there, and the package.json of each workspace", () => {
		const copied = all("COPY").filter((rest) => !rest.startsWith("--from="));
		const sources = copied.flatMap((rest) => rest.split(" ").slice(0, -1));
		for (const source of sources) expect(existsSync(join(root, source)), source).toBe(true);
		for (const workspace of packageJson.workspaces) expect(sources).toContain(`${workspace}/package.json`);
	});

	test("sets only what the server knows, and no secret", () => {
		const variables = all("ENV").flatMap((rest) =>
			[...rest.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name ?? ""),
		);
		expect(variables).toContain("DATABASE_URL");
		expect(variables.filter((variable) => !isSetting(variable))).toEqual([]);
		expect(read("Containerfile")).not.toMatch(/^ARG |PASSWORD|TOKEN|SECRET/m);
	});

	test("asks for the server's health by a command that there is", () => {
		const [check] = all("HEALTHCHECK");
		const [program, command] = JSON.parse(/CMD (.*)$/.exec(check ?? "")?.[1] ?? "");
		expect(program).toBe("carhythm");
		expect(help).toMatch(new RegExp(`^  ${command} `, "m"));
	});

	test("gets only what .dockerignore allows, and of that no database and no secret", () => {
		const rules = read(".dockerignore")
			.split("\n")
			.filter((line) => line !== "" && !line.startsWith("#"));
		expect(rules[0]).toBe("*");
		const allowed = rules.flatMap((rule) => (rule.startsWith("!") ? rule.slice(1) : []));
		for (const path of allowed) expect(existsSync(join(root, path)), path).toBe(true);
		for (const path of ["secrets", ".env", ".git"]) expect(allowed).not.toContain(path);
		for (const rule of ["**/*.db", "**/*.db-*", "**/*.db.*", "**/*.dump", "**/node_modules"]) {
			expect(rules.indexOf(rule)).toBeGreaterThan(rules.indexOf("!packages"));
		}
	});
});

describe.each(["compose.yaml", "compose.postgres.yaml"])("%s", (file) => {
	const { services, volumes, secrets = {} } = parse(read(file), { merge: true });

	test("runs the server without rights on a read-only root", () => {
		const ours = Object.entries(services).filter(([name]) => name !== "database");
		for (const [, service] of ours) {
			expect(service).toMatchObject({
				read_only: true,
				cap_drop: ["ALL"],
				security_opt: ["no-new-privileges:true"],
				volumes: ["data:/data"],
			});
		}
		expect(services.carhythm).not.toHaveProperty("privileged");
		expect(services.carhythm).not.toHaveProperty("user");
	});

	test("builds a stage of the Containerfile and sets what the server knows", () => {
		const { context, dockerfile, target } = services.carhythm.build;
		expect({ context, dockerfile }).toEqual({ context: ".", dockerfile: "Containerfile" });
		expect(all("FROM").some((from) => from.endsWith(` AS ${target}`))).toBe(true);
		const variables = Object.keys(services.carhythm.environment ?? {});
		expect(variables.filter((variable) => !isSetting(variable))).toEqual([]);
		// Every setting without an edit here; without the file the defaults hold.
		expect(services.carhythm.env_file).toEqual([{ path: "settings.env", required: false }]);
	});

	test("declares its volumes, holds no secret and names images without a host", () => {
		for (const service of Object.values(services)) {
			expect(service.image).toMatch(/^[a-z-]+(:[\w.-]+)?$/);
			for (const volume of service.volumes) {
				const source = volume.split(":")[0];
				if (source.startsWith("./")) expect(existsSync(join(root, source)), source).toBe(true);
				else expect(volumes).toHaveProperty(source);
			}
			for (const name of service.secrets ?? []) expect(secrets[name].file).toMatch(/^\.\/secrets\//);
			for (const [variable, value] of Object.entries(service.environment ?? {})) {
				if (/PASSWORD|SECRET|DATABASE_URL/.test(variable)) expect(value).toMatch(/^\/run\/secrets\//);
			}
		}
		// As a file that git does not take.
		expect(read(".gitignore").split("\n")).toEqual(expect.arrayContaining(["secrets/", "settings.env"]));
	});
});

describe("compose.postgres.yaml", () => {
	const { services, secrets } = parse(read("compose.postgres.yaml"), { merge: true });
	const { carhythm, tables, rights, database } = services;

	test("starts the server when the database is ready and its role has its rights", () => {
		expect(carhythm.depends_on).toEqual({
			database: { condition: "service_healthy" },
			rights: { condition: "service_completed_successfully" },
		});
		expect(rights.depends_on).toEqual({ tables: { condition: "service_completed_successfully" } });
		expect(tables.depends_on).toEqual({ database: { condition: "service_healthy" } });
		expect(database.healthcheck.test).toContain("pg_isready");
		// The pg_dump in the image must not be older than the server.
		const [, major] = /^postgres:(\d+)-/.exec(database.image) ?? [];
		expect(read("Containerfile")).toContain(`postgresql-client-${major}`);
	});

	test("serves as a role that owns nothing, and gives the owner's password to no server", () => {
		const owner = ["owner_password", "owner_url"];
		expect(carhythm.secrets.filter((/** @type {string} */ name) => owner.includes(name))).toEqual([]);
		expect(carhythm.environment).toEqual({ DATABASE_URL_FILE: "/run/secrets/server_url" });
		expect(database.environment.POSTGRES_USER).not.toBe("carhythm");
		const [, made] = /CREATE ROLE (\w+) LOGIN PASSWORD/.exec(read("deploy/postgres-role.sh")) ?? [];
		expect(rights.command).toEqual(["grants", "--role", made, "--with-purge", "--apply"]);
		const guide = read("docs/operation.md");
		for (const { file } of Object.values(secrets)) {
			const [, role, kind] = /^\.\/secrets\/(owner|server)-(password|url)$/.exec(file) ?? [];
			expect(guide).toContain(kind === "url" ? `> secrets/${role}-url` : "> secrets/$role-password");
		}
		expect(guide).toContain(`'postgres://${made}:%s@database/carhythm`);
		expect(guide).toContain(`'postgres://${database.environment.POSTGRES_USER}:%s@database/carhythm`);
	});

	test("runs commands that there are", async () => {
		for (const { command } of [tables, rights]) {
			const words = command.flatMap((/** @type {string} */ word) =>
				word === "up" ? ["up", "--help"] : [word],
			);
			const { ok, output } = await run(projectNode(), ["packages/server/src/cli.ts", ...words, "--help"]);
			expect([ok, output.startsWith("Usage: carhythm ")]).toEqual([true, true]);
		}
	});
});

describe("deploy/carhythm.service", () => {
	const lines = read("deploy/carhythm.service").split("\n");
	/** @returns {string[]} */
	const values = (/** @type {string} */ key) =>
		lines.flatMap((line) => (line.startsWith(`${key}=`) ? line.slice(key.length + 1) : []));

	test("does not start again after an exit code that needs a person", () => {
		const [, codes = ""] = /^Exit codes: ([^.]*)\./m.exec(help) ?? [];
		const told = [...codes.matchAll(/\b(\d) /g)].map(([, code]) => code);
		expect(told.slice(0, 2)).toEqual(["0", "1"]);
		expect(values("Restart")).toEqual(["on-failure"]);
		expect(values("RestartPreventExitStatus")).toEqual([told.slice(2).join(" ")]);
	});

	test("starts a program of the checkout, with what the server knows", () => {
		const program = values("ExecStart")[0]?.split(" ")[1] ?? "";
		expect(existsSync(join(root, program)), program).toBe(true);
		const variables = values("Environment").map((text) => text.split("=")[0] ?? "");
		expect(variables.filter((variable) => !isSetting(variable))).toEqual([]);
	});

	test("has no rights, and writes to its own folder alone", () => {
		for (const [key, value] of [
			["NoNewPrivileges", "true"],
			["ProtectSystem", "strict"],
			["CapabilityBoundingSet", ""],
			["StateDirectory", "carhythm"],
			["StateDirectoryMode", "0700"],
			["UMask", "0077"],
		]) {
			expect(values(key ?? "")).toEqual([value]);
		}
		expect(values("User")).toEqual(["carhythm"]);
		expect(values("SystemCallFilter")[0]).toBe("@system-service");
	});

	test("is a unit that systemd accepts, with an exposure of at most 2 of 10", async () => {
		const unit = join(root, "deploy/carhythm.service");
		const verified = await run("systemd-analyze", ["verify", unit]);
		if (verified.code === null) {
			console.warn("systemd-analyze is not here: deploy/carhythm.service was only read, not tried.");
			return;
		}
		// The checkout is not in /srv on this machine. What systemd says about units of the system is not ours.
		const problems = verified.output.split("\n").filter((line) => line.includes("carhythm.service"));
		expect(problems.filter((line) => !line.includes("is not executable: No such file"))).toEqual([]);
		const rated = await run("systemd-analyze", ["security", "--offline=true", "--threshold=20", unit]);
		expect(rated.output).toMatch(/Overall exposure level for carhythm.service: [01]\.\d OK/);
		expect(rated.ok).toBe(true);
	});
});

describe(".github", () => {
	/** @returns {any} */
	const readYaml = (/** @type {string} */ path) => parse(read(join(".github", path)));

	test.each(["test.yml", "audit.yml"])(
		"workflow %s may only read, ends in time, and runs what there is",
		(file) => {
			const workflow = readYaml(`workflows/${file}`);
			expect(workflow.permissions).toEqual({ contents: "read" });
			expect(Object.keys(workflow.on).length).toBeGreaterThan(0);
			for (const job of Object.values(workflow.jobs)) {
				expect(job["timeout-minutes"]).toBeLessThanOrEqual(60);
				const commands = job.steps.flatMap((/** @type {{ run?: string }} */ step) => step.run ?? []);
				expect(commands.length).toBeGreaterThan(0);
				for (const command of commands) expect(command).toMatch(/^npm (test|audit)\b/);
				const setup = job.steps.find((/** @type {{ uses?: string }} */ step) =>
					step.uses?.includes("setup-node"),
				);
				expect(existsSync(join(root, setup.with["node-version-file"]))).toBe(true);
			}
		},
	);

	test("Dependabot and the forms have what they must have", () => {
		expect(readdirSync(join(root, ".github/workflows")).sort()).toEqual(["audit.yml", "test.yml"]);
		const { version, updates } = readYaml("dependabot.yml");
		expect(version).toBe(2);
		for (const update of updates)
			expect(update).toMatchObject({ directory: "/", schedule: { interval: expect.any(String) } });
		const forms = readdirSync(join(root, ".github/ISSUE_TEMPLATE")).filter((name) => name !== "config.yml");
		expect(forms.length).toBeGreaterThan(0);
		for (const name of forms) {
			const form = readYaml(`ISSUE_TEMPLATE/${name}`);
			expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) });
			for (const field of form.body) expect(field.attributes.label, name).toBeTruthy();
		}
		expect(read(".github/pull_request_template.md")).toContain("npm test");
	});
});
