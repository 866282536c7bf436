import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRelativeImports } from "./relative-imports.mjs";
import { root, tool } from "./run.mjs";

// A small project with the real configuration of Biome, in which each case is a file of its own.

/** @type {readonly [path: string, source: string, problem: RegExp][]} `*` is the number of the case */
const refused = [
	// What shipped code of a package imports.
	["packages/core/src/*.ts", 'import { z } from "zod";', /core imports zod\/mini/],
	["packages/core/src/*.ts", 'import { readFile } from "node:fs";', /core imports zod\/mini/],
	["packages/core/src/*.ts", 'import type { Session } from "@carhythm/client";', /core imports zod\/mini/],
	["packages/core/src/*.ts", 'export { h } from "preact";', /core imports zod\/mini/],
	["packages/core/src/*.ts", 'export * from "preact";', /core imports zod\/mini/],
	["packages/core/src/*.ts", 'const idb = await import("idb");', /core imports zod\/mini/],
	["packages/core/src/*.ts", "const idb = await import(`idb`);", /template literals/],
	["packages/client/src/*.ts", 'import { h } from "preact";', /client imports core, idb/],
	["packages/client/src/*.ts", 'import "@carhythm/server";', /client imports core, idb/],
	["packages/client/src/*.ts", 'import "@carhythm/ui";', /client imports core, idb/],
	["packages/server/src/*.ts", 'import express from "express";', /express isn't specified/],
	["packages/server/src/*.ts", 'import autocannon from "autocannon";', /autocannon isn't specified/],
	["packages/server/src/*.ts", 'import "@carhythm/client";', /server must not know/],
	["packages/ui/src/*.ts", 'import "@carhythm/client";', /ui imports core, preact/],
	["packages/ui/src/*.ts", 'import "@carhythm/student";', /ui imports core, preact/],
	["packages/student/src/*.ts", 'import { z } from "zod/mini";', /student imports core, client/],
	["packages/student/src/*.tsx", 'const server = import("@carhythm/server");', /student imports core/],
	["packages/student/src/*.ts", 'import "@carhythm/console";', /student imports core/],

	// What its tests import of other packages.
	["packages/core/src/*.test.ts", 'import "@carhythm/server";', /core must not know/],
	["packages/server/src/testing/*.ts", 'import "@carhythm/client";', /server must not know/],
	["packages/server/test/*.ts", 'import "@carhythm/student";', /server must not know/],
	["packages/ui/src/*.test.tsx", 'import "@carhythm/client";', /ui must not know/],
	["packages/student/e2e/*.ts", 'import "@carhythm/server";', /student must not know/],
	["packages/student/e2e/*.ts", 'import "@carhythm/core/src/a.ts";', /student must not know/],
	["packages/server/test/*.ts", 'import "@carhythm/client/src/a.ts";', /server must not know/],
	["scripts/lib/*.mjs", 'import "@carhythm/core/src/a.ts";', /inside of a package/],

	// Where a relative import leads.
	["packages/student/src/*.ts", 'import "../../core/src/b.ts";', /outside its package/],
	["packages/student/e2e/*.ts", 'export * from "../../core/src/b.ts";', /outside its package/],
	["packages/student/src/*.css", '@import "../../ui/src/styles/base.css";', /outside its package/],
	["packages/server/src/*.ts", 'import "../test/campaigns/a-disk.ts";', /only for tests/],
	["packages/client/src/*.ts", 'await import("./testing/fake.ts");', /only for tests/],
	["packages/core/src/*.ts", 'import "./b";', /useImportExtensions/],
	["packages/core/src/missing.ts", 'import "./nowhere.ts";', /Cannot find module/],

	// Drivers, queries and dialects.
	["packages/server/src/db/*.ts", 'import Database from "better-sqlite3";', /import a driver/],
	["packages/server/src/db/*.ts", 'import type { Pool } from "pg";', /import a driver/],
	["packages/server/src/http/*.ts", 'import Database from "better-sqlite3";', /import a driver/],
	["packages/server/src/db/*.ts", 'const a = kind === "sqlite";', /name a dialect/],
	["packages/server/src/db/*.ts", "const a = url.protocol === 'postgres:';", /name a dialect/],
	["packages/server/src/db/*.ts", "const a = `postgresql`;", /name a dialect/],
	["packages/server/src/http/endpoints/*.ts", 'import type { Kysely } from "kysely";', /http\/ asks db\//],
	["packages/server/src/http/*.ts", 'import "@carhythm/client";', /server must not know/],
	["packages/server/src/http/*.ts", 'import type { Row } from "../db/session-rows.ts";', /http\/ asks Store/],
	["packages/server/src/http/endpoints/*.ts", 'import "../../db/open.ts";', /http\/ asks Store/],

	// Words of code that ships.
	["packages/server/src/*.ts", "const port = process.env.PORT;", /process\.env/],
	["packages/client/src/*.ts", 'const port = process.env["PORT"];', /process\.env/],
	...[
		...["Date.now()", "new Date()", "new Date", "Date()", "Math.random()", "performance.now()"],
		...["fetch(url)", "setTimeout(f)", "setInterval(f)", "queueMicrotask(f)", "process.exit(1)"],
		...["window.alert", "document.title", "crypto.randomUUID()", "localStorage.length", "console.log(1)"],
		...["globalThis.crypto", "globalThis['fetch']"],
	].map(
		(word) =>
			/** @type {[string, string, RegExp]} */ ([
				"packages/core/src/*.ts",
				`export const a = () => ${word};`,
				/core gets|global variable/,
			]),
	),

	// Tests that do not run.
	...[
		"it.only",
		"test.skip",
		"it.todo",
		"test.fixme",
		"describe.concurrent.only",
		"test.describe.skip.each",
	].map(
		(word) =>
			/** @type {[string, string, RegExp]} */ ([
				"packages/core/src/*.test.ts",
				`${word}("x", () => {});`,
				/A test runs/,
			]),
	),
	["packages/student/e2e/*.spec.ts", 'test.fixme("x", () => {});', /A test runs/],

	// Size.
	["packages/core/src/*.ts", "f();\n".repeat(401), /too many lines \(401\)/],
	["scripts/lib/*.test.mjs", "f();\n".repeat(401), /too many lines/],
	["packages/ui/src/*.css", "a {\n\tcolor: red;\n}\n".repeat(134), /too many lines/],
];

/** @type {Readonly<Record<string, string>>} */
const accepted = {
	"packages/core/src/index.ts": 'export { a } from "./a.ts";',
	"packages/core/src/a.ts": 'import * as z from "zod/mini";\nexport const a = z.string();',
	"packages/core/src/a.test.ts":
		'import fc from "fast-check";\nimport { a } from "./a.ts";\nDate.now();\nit("x", () => a);',
	"packages/core/src/given-time.ts":
		'const t = new Date(now); // not Date.now()\nconst d = "Math.random()";\nsession.document.fetch(); Date.parse(iso); new DateRange();',
	"packages/core/src/long.ts": "f();\n".repeat(400),
	"packages/client/src/index.ts":
		'import { openDB } from "idb";\nimport { a } from "@carhythm/core";\nDate.now();',
	"packages/server/src/config.ts": "const env = process.env;",
	"packages/server/src/main.ts": "process.exitCode = 1;",
	"packages/server/src/http/app.ts":
		'import { Hono } from "hono";\nimport "hono/etag";\nimport "@carhythm/core";',
	"packages/server/src/http/handler.ts":
		'import type { Store } from "../db/store.ts";\nimport { b } from "../db/sessions/refusals.ts";\nimport { c } from "../db/sessions/expiry.ts";',
	"packages/server/src/http/handler.test.ts": 'import { openDatabase } from "../db/open.ts";',
	"packages/server/src/db/store.ts": 'const help = "sqlite:./carhythm.db"; // "sqlite"',
	"packages/server/src/db/store.test.ts": 'const a = "sqlite";',
	"packages/server/src/db/open.ts": 'import Database from "better-sqlite3";\nconst d = "sqlite";',
	"packages/server/src/db/sessions/start.ts": 'import { sql } from "kysely";\nimport { x } from "node:fs";',
	"packages/server/src/migrations/step.ts": 'import type { Pool } from "pg";\nif (d === "postgres") run();',
	"packages/server/test/simulation/tab.ts": 'import { createClient } from "@carhythm/client";',
	"packages/server/test/campaigns/a-disk.ts": 'import { x } from "node:fs";',
	"packages/server/test/campaigns/power.test.ts": 'test.skipIf(noDisks)("x", () => {});',
	"packages/ui/src/fonts.ts": 'import "@fontsource-variable/readex-pro";\nimport { h } from "preact";',
	"packages/ui/src/styles/base.css": "body { margin: 0 }",
	"packages/student/src/main.tsx":
		'import { useId } from "preact/hooks";\nimport { signal } from "@preact/signals";\nimport "@carhythm/ui/base.css";\nimport "./app.css";\nimport { open } from "@carhythm/client";\nimport "@carhythm/ui";',
	"packages/student/src/app.css": "body { margin: 0 }",
	"packages/student/e2e/power.ts": 'import { aDisk } from "../../server/test/campaigns/a-disk.ts";',
	"packages/student/vite.config.ts": 'import { defineConfig } from "vite";\nprocess.env["X"];',
};

/** @type {Readonly<Record<string, string>>} */
const cycles = {
	"packages/core/src/one.ts": 'import { two } from "./two.ts";\nexport const one = two;',
	"packages/core/src/two.ts": 'import type { three } from "./three.ts";\nexport const two: typeof three = 1;',
	"packages/core/src/three.ts": 'import { one } from "./one.ts";\nexport const three = one;',
	"packages/client/src/a/one.ts": 'import "../b/one.ts";',
	"packages/client/src/b/one.ts": "",
	"packages/client/src/b/two.ts": 'import type { T } from "../c/one.ts";',
	"packages/client/src/c/one.ts": "",
	"packages/client/src/c/two.ts": 'import "../a/two.ts";',
	"packages/client/src/a/two.ts": "",
	"packages/client/src/d/one.ts": 'import "../a/one.ts";',
	"packages/client/src/a/one.test.ts": 'import "../d/one.ts";',
};

/** Biome's rules of which this file is about; it finds unused variables and the like besides. */
const borderRules =
	/plugin|noRestricted|noProcessEnv|noImportCycles|noUndeclared|useImportExtensions|noExcessiveLinesPerFile|noUnusedTemplate|Tests$|config/;

const folder = mkdtempSync(join(tmpdir(), "carhythm-borders-"));
const pathOf = (/** @type {string} */ path, /** @type {number} */ index) =>
	path.replace("*", `case-${index}`);
/** @type {string[]} as `path: problem` */
let problems = [];

beforeAll(() => {
	const configuration = [
		"biome.json",
		"package.json",
		"scripts/lint/*",
		"packages/*/{biome.json,package.json,*.grit}",
	];
	for (const path of configuration.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
		cpSync(join(root, path), join(folder, path));
	}
	const cases = Object.fromEntries(refused.map(([path, source], index) => [pathOf(path, index), source]));
	const others = {
		"packages/core/src/b.ts": "export const b = 1;",
		"packages/client/src/testing/fake.ts": "",
	};
	for (const [path, source] of Object.entries({ ...others, ...accepted, ...cycles, ...cases })) {
		mkdirSync(join(folder, dirname(path)), { recursive: true });
		writeFileSync(join(folder, path), source);
	}
	problems = [...biome(), ...checkRelativeImports(folder), ...missingFiles()];
});

afterAll(() => rmSync(folder, { recursive: true }));

function biome() {
	const words = ["lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "."];
	const { stdout } = spawnSync(tool("biome"), words, { cwd: folder, encoding: "utf8", maxBuffer: 1e8 });
	/** @type {{ category: string, message: string, location: { path: string } }[]} */
	const diagnostics = JSON.parse(stdout).diagnostics;
	return diagnostics
		.filter(({ category }) => borderRules.test(category))
		.map(({ category, message, location }) => `${location.path}: ${category} ${message}`);
}

/** The compiler finds them; here in one file, without the settings that it needs for all. */
function missingFiles() {
	const words = [
		"--noEmit",
		"--allowImportingTsExtensions",
		"--module",
		"preserve",
		"--noUncheckedSideEffectImports",
	];
	const { stdout } = spawnSync(tool("tsc"), [...words, "packages/core/src/missing.ts"], {
		cwd: folder,
		encoding: "utf8",
	});
	return stdout.split("\n");
}

describe("the borders between and inside the packages", () => {
	it.each(
		refused.map(([path, source, problem], index) => ({
			file: pathOf(path, index),
			line: source.split("\n")[0],
			problem,
		})),
	)("refuses $line in $file", ({ file, problem }) => {
		expect(problems.filter((one) => one.startsWith(file)).join("\n")).toMatch(problem);
	});

	it("are drawn by every package", () => {
		const configured = (/** @type {string} */ name) =>
			globSync(`packages/*/${name}`, { cwd: root }).map(dirname).sort();
		expect(configured("biome.json")).toEqual(configured("package.json"));
	});

	it("accepts a project that keeps to them", () => {
		expect(problems.filter((one) => Object.keys(accepted).some((path) => one.startsWith(path)))).toEqual([]);
	});

	it("finds a cycle of files, also one that types alone close", () => {
		const found = problems.filter((one) => one.includes("noImportCycles")).map((one) => one.split(":")[0]);
		expect(new Set(found)).toEqual(
			new Set(["one", "two", "three"].map((name) => `packages/core/src/${name}.ts`)),
		);
	});

	it("finds folders that need each other where no two files do, and no tests among them", () => {
		const src = "packages/client/src";
		expect(problems.filter((one) => one.includes("cycle of folders")).sort()).toEqual([
			`${src}/a → ${src}/b is part of a cycle of folders, by ${src}/a/one.ts`,
			`${src}/b → ${src}/c is part of a cycle of folders, by ${src}/b/two.ts`,
			`${src}/c → ${src}/a is part of a cycle of folders, by ${src}/c/two.ts`,
		]);
	});
});
