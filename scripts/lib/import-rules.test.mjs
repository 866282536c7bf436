import { describe, expect, it } from "vitest";
import { checkImports, lineBudget } from "./import-rules.mjs";

const dependencies = { server: ["@carhythm/core", "hono", "kysely", "better-sqlite3", "zod"] };

/**
 * The problems in a small project, as `path:line problem`.
 *
 * @param {Readonly<Record<string, string>>} tree
 */
function problemsIn(tree) {
	const files = Object.entries(tree).map(([path, source]) => ({ path, source }));
	return checkImports(files, dependencies).map(({ path, line, problem }) => `${path}:${line} ${problem}`);
}

/**
 * Whether a line is refused at that place, and for what.
 *
 * @param {string} path
 * @param {string} source
 */
function problemOf(path, source) {
	return problemsIn({ [path]: source }).join("\n");
}

describe("what a package may import", () => {
	it("accepts a project that keeps to the rules", () => {
		const tree = {
			"packages/core/src/index.ts": 'export { a } from "./a.ts";',
			"packages/core/src/a.ts": 'import * as z from "zod/mini";\nexport const a = z.string();',
			"packages/core/src/a.test.ts":
				'import { it } from "vitest";\nimport { a } from "./a.ts";\nit("x", () => a);',
			"packages/client/src/index.ts": 'import { openDB } from "idb";\nimport { a } from "@carhythm/core";',
			"packages/server/src/config.ts": "const env = process.env;",
			"packages/server/test/simulation/clients/tab.ts": 'import { createClient } from "@carhythm/client";',
			"packages/server/src/http/app.ts": 'import { Hono } from "hono";\nimport "@carhythm/core";',
			"packages/server/src/db/open.ts": 'import Database from "better-sqlite3";\nconst d = "sqlite";',
			"packages/server/src/migrations/step.ts": 'if (d === "postgres") run();',
			"packages/server/src/db/sessions.ts": 'import { sql } from "kysely";\nimport { x } from "node:fs";',
			"packages/student/src/main.tsx":
				'import { render } from "preact";\nimport { useId } from "preact/hooks";\nimport { signal } from "@preact/signals";\n' +
				'import "@carhythm/ui/base.css";\nimport "./app.css";\nimport { open } from "@carhythm/client";',
			"packages/student/src/app.css": "body { margin: 0 }",
			"packages/ui/src/fonts.ts": 'import "@fontsource-variable/readex-pro";',
			"packages/server/test/campaigns/a-disk.ts": 'import { x } from "node:fs";',
			"packages/student/e2e/kills/power.ts":
				'import { aDisk } from "../../../server/test/campaigns/a-disk.ts";',
			"packages/student/vite.config.ts": 'import { defineConfig } from "vite";\nprocess.env["X"];',
		};
		expect(problemsIn(tree)).toEqual([]);
	});

	it.each([
		["packages/core/src/a.ts", 'import { z } from "zod";'],
		["packages/core/src/a.ts", 'import { readFile } from "node:fs";'],
		["packages/core/src/a.ts", 'import type { Session } from "@carhythm/client";'],
		["packages/client/src/a.ts", 'import { h } from "preact";'],
		["packages/client/src/a.ts", 'import "@carhythm/server";'],
		["packages/server/src/a.ts", 'import express from "express";'],
		["packages/server/src/a.ts", 'import "@carhythm/client";'],
		["packages/server/src/testing/a.ts", 'import "@carhythm/client";'],
		["packages/server/test/an-app.ts", 'import "@carhythm/student";'],
		["packages/student/src/a.ts", 'import { z } from "zod/mini";'],
		["packages/student/src/a.ts", 'const server = import("@carhythm/server");'],
	])("refuses in %s: %s", (path, source) => {
		expect(problemOf(path, source)).toMatch(/not among what|must not know/);
	});

	it("lets a test use tools, but not another package's inside or a package that its own must not know", () => {
		expect(problemOf("packages/core/src/a.test.ts", 'import fc from "fast-check";')).toBe("");
		expect(problemOf("packages/core/src/a.test.ts", 'import "@carhythm/server";')).toContain("must not know");
		expect(problemOf("packages/student/e2e/a.test.ts", 'import "@carhythm/core/src/a.ts";')).toContain(
			"the inside",
		);
		expect(problemOf("packages/student/e2e/a.test.ts", 'import "../../core/src/a.ts";')).toContain(
			"outside its package",
		);
	});

	it("refuses a way out of the package, a missing extension and a missing file", () => {
		const problems = problemsIn({
			"packages/student/src/a.ts": 'import "../../core/src/b.ts";\nimport "./b";\nimport "./c.ts";',
			"packages/core/src/b.ts": "",
		});
		expect(problems).toEqual([
			expect.stringContaining("packages/student/src/a.ts:1 imports ../../core/src/b.ts, which is outside"),
			expect.stringContaining("packages/student/src/a.ts:2 imports ./b without its extension"),
			expect.stringContaining("packages/student/src/a.ts:3 imports ./c.ts, which does not exist"),
		]);
	});

	it("keeps what is only for tests out of what ships", () => {
		const problems = problemsIn({
			"packages/client/src/a.ts": 'import "./testing/fake.ts";',
			"packages/client/src/testing/fake.ts": "",
		});
		expect(problems).toEqual([expect.stringContaining("only for tests")]);
	});
});

describe("the borders inside a package", () => {
	it("keeps drivers and dialect words in their two files and the migrations", () => {
		const path = "packages/server/src/db/sessions.ts";
		expect(problemOf(path, 'import Database from "better-sqlite3";')).toContain("the driver better-sqlite3");
		expect(problemOf(path, 'import type { Pool } from "pg";')).toContain("the driver pg");
		expect(problemOf(path, 'const a = kind === "sqlite";')).toContain('names the dialect "sqlite"');
		expect(problemOf(path, "const a = url.protocol === 'postgres:';")).toContain("names the dialect");
		expect(problemOf(path, 'const help = "sqlite:./carhythm.db"; // "sqlite"')).toBe("");
		expect(problemOf("packages/server/src/db/sessions.test.ts", 'const a = "sqlite";')).toBe("");
	});

	it("keeps kysely out of http and process.env in config", () => {
		expect(problemOf("packages/server/src/http/a.ts", 'import type { Kysely } from "kysely";')).toContain(
			"kysely",
		);
		expect(problemOf("packages/server/src/main.ts", "const port = process.env.PORT;")).toContain(
			"process.env",
		);
		expect(problemOf("packages/server/src/main.ts", "process.exitCode = 1;")).toBe("");
	});

	it("keeps the student's pages out of what they share with the console", () => {
		expect(problemOf("packages/ui/src/a.ts", 'import "@carhythm/client";')).toContain("must not know");
		expect(problemOf("packages/ui/src/a.ts", 'import "@carhythm/student";')).toContain("must not know");
	});

	it("lets http ask the database by Store alone", () => {
		const problems = problemsIn({
			"packages/server/src/http/a.ts":
				'import type { Store } from "../db/store.ts";\nimport { unknownSession } from "../db/sessions/refusals.ts";\n' +
				'import { sessionExpiry } from "../db/sessions/expiry.ts";\nimport type { Row } from "../db/session-rows.ts";',
			"packages/server/src/http/a.test.ts": 'import { openDatabase } from "../db/open.ts";',
			"packages/server/src/db/store.ts": "",
			"packages/server/src/db/sessions/refusals.ts": "",
			"packages/server/src/db/sessions/expiry.ts": "",
			"packages/server/src/db/open.ts": "",
			"packages/server/src/db/session-rows.ts": "",
		});
		expect(problems).toEqual([
			expect.stringMatching(/^packages\/server\/src\/http\/a\.ts:4 .*http\/ asks Store/),
		]);
	});

	it("finds folders that need each other where no two files do, and names the smaller direction", () => {
		const problems = problemsIn({
			"packages/server/src/db/open.ts": 'const a = 1;\nimport { LEDGER } from "../migrations/ledger.ts";',
			"packages/server/src/db/schema.ts": "",
			"packages/server/src/db/dialect.ts": "",
			"packages/server/src/migrations/ledger.ts": 'import type { Schema } from "../db/schema.ts";',
			"packages/server/src/migrations/run.ts": 'import type { Dialect } from "../db/dialect.ts";',
			"packages/server/src/migrations/run.test.ts": 'import { open } from "../db/open.ts";',
		});
		expect(problems).toEqual([
			"packages/server/src/db/open.ts:2 imports ../migrations/ledger.ts, and so closes a cycle of folders: db → migrations → db",
		]);
	});

	it("finds a cycle of three folders", () => {
		const problems = problemsIn({
			"packages/server/src/a/one.ts": 'import "../b/one.ts";',
			"packages/server/src/b/one.ts": "",
			"packages/server/src/b/two.ts": 'import "../c/one.ts";',
			"packages/server/src/c/one.ts": "",
			"packages/server/src/c/two.ts": 'import "../a/two.ts";',
			"packages/server/src/a/two.ts": "",
		});
		expect(problems).toEqual([expect.stringContaining("c → a → b → c")]);
	});

	it("finds a cycle of any length, once", () => {
		const problems = problemsIn({
			"packages/core/src/a.ts": 'import { b } from "./b.ts";',
			"packages/core/src/b.ts": 'import type { C } from "./c.ts";',
			"packages/core/src/c.ts": 'const x = 1;\nimport { a } from "./a.ts";',
		});
		expect(problems).toEqual([
			"packages/core/src/c.ts:2 closes a cycle: packages/core/src/a.ts → packages/core/src/b.ts → packages/core/src/c.ts → packages/core/src/a.ts",
		]);
	});
});

describe("what the code may say", () => {
	it.each([
		"Date.now()",
		"new Date()",
		"Date()",
		"Math.random()",
		"fetch(url)",
		"process.exit(1)",
		"window.alert",
		"document.title",
		"crypto.randomUUID()",
		"globalThis.crypto",
	])("core must not say %s", (expression) => {
		expect(problemOf("packages/core/src/a.ts", `export const a = () => ${expression};`)).toContain(
			"core gets time",
		);
		expect(problemOf("packages/core/src/a.test.ts", `export const a = () => ${expression};`)).toBe("");
		expect(problemOf("packages/client/src/a.ts", `export const a = () => ${expression};`)).toBe("");
	});

	it("core may still compute with a time that it was given", () => {
		const source =
			'const t = new Date(now); // not Date.now()\nconst d = "Math.random()";\nsession.document.fetch(); Date.parse(iso); new DateRange();';
		expect(problemOf("packages/core/src/a.ts", source)).toBe("");
	});

	it.each(["it.only", "test.skip", "describe.concurrent.only", "it.todo"])(
		"a test must not say %s",
		(word) => {
			expect(problemOf("packages/core/src/a.test.ts", `${word}("x", () => {});`)).toContain(
				"a test runs or goes",
			);
		},
	);

	it("counts lines", () => {
		const withinBudget = "a;\n".repeat(lineBudget);
		expect(problemOf("packages/core/src/a.ts", withinBudget)).toBe("");
		expect(problemOf("packages/core/src/a.ts", `${withinBudget}b;\n`)).toContain(`${lineBudget + 1} lines`);
		expect(problemOf("scripts/lib/a.test.mjs", `${withinBudget}b;\n`)).toContain("the budget is");
	});
});
