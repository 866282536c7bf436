import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { engineTests, sortByEngine } from "./engine-tests.mjs";
import { root } from "./run.mjs";

const helpers = {
	"src/testing/stores/an-engine.ts": 'export const engine = "sqlite";',
	"src/testing/stores/a-store.ts": 'import { type Engine, engine } from "./an-engine.ts";',
	"test/an-app.ts": 'import {\n\taStore,\n} from "../src/testing/stores/a-store.ts";',
};

describe("the engines on which a test of the server runs", () => {
	it("are both for a file that uses a database of the engine at hand, also by way of a helper", () => {
		const { both, once } = sortByEngine({
			...helpers,
			"src/db/a.test.ts": 'import { aStore } from "../testing/stores/a-store.ts";',
			"src/http/a.test.ts": 'import { anApp } from "../../test/an-app.ts";',
			"src/http/b.test.ts": 'const { anApp } = await import("../../test/an-app.ts");',
			"test/a.test.ts": 'import { aDatabase, ENGINES } from "../src/testing/stores/an-engine.ts";',
			"src/csv.test.ts": 'import { csv } from "./csv.ts";',
		});
		expect(both).toEqual(["src/db/a.test.ts", "src/http/a.test.ts", "src/http/b.test.ts", "test/a.test.ts"]);
		expect(once).toEqual(["src/csv.test.ts"]);
	});

	it("are one for a file that names its engine, and for one that says why it runs once", () => {
		const { both, once, postgresOnly } = sortByEngine({
			...helpers,
			"src/a.test.ts": 'import { aDatabaseOn, ENGINES, type Engine } from "./testing/stores/an-engine.ts";',
			"src/b.test.ts": 'import type { TestStore } from "./testing/stores/a-store.ts";',
			"src/c.test.ts":
				'// Runs once: SQLite keeps no roles.\nimport { aStore } from "./testing/stores/a-store.ts";',
			"src/d.test.ts":
				'// Runs on PostgreSQL only: roles.\nimport { aStore } from "./testing/stores/a-store.ts";',
		});
		expect(both).toEqual([]);
		expect(once).toEqual(["src/a.test.ts", "src/b.test.ts", "src/c.test.ts"]);
		expect(postgresOnly).toEqual(["src/d.test.ts"]);
	});

	it("are both where a file says that it runs once, but not why", () => {
		const files = {
			...helpers,
			"src/a.test.ts": '// Runs once:\nimport { aStore } from "./testing/stores/a-store.ts";',
		};
		expect(sortByEngine(files).both).toEqual(["src/a.test.ts"]);
	});

	it("are both for the tests of this project that store sessions", () => {
		const { both, postgresOnly } = engineTests(join(root, "packages/server"));
		expect(both).toEqual(
			expect.arrayContaining([
				"src/db/sessions/session-store.test.ts",
				"src/http/endpoints/answers.test.ts",
				"test/phase-1.test.ts",
			]),
		);
		expect(postgresOnly).toContain("src/cli/postgres.test.ts");
	});
});
