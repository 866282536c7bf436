import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { engineTests } from "./scripts/lib/engine-tests.mjs";

// Tests that start processes and databases for each step take most of the time. `npm run test:quick` leaves
// them out, and the repeated runs too.
const slow = ["src/cli/**", "src/migrations/**", "test/**"];
const isQuick = process.env["CARHYTHM_QUICK"] === "1";

const projects = [
	"packages/core",
	"packages/client",
	"packages/server",
	"packages/ui",
	"packages/student",
	"scripts",
];

// `server` is on SQLite. What uses a database runs once more on PostgreSQL: see engine-tests.mjs.
const { both, postgresOnly } = engineTests(join(import.meta.dirname, "packages/server"));

// A zone with daylight saving, on other days than Europe's: calendar arithmetic in local time gives other
// results than in UTC, and fails.
const env = { TZ: "America/Santiago" };

/** Another seed in every run. A failure names it, and the same seed finds the failure again. */
process.env["CARHYTHM_TEST_SEED"] ||= String(Math.floor(Math.random() * 2 ** 31));
const seedSetup = join(import.meta.dirname, "scripts/lib/seed-setup.mjs");

// The engine is tested with the schema library that browsers get. light.test.ts holds it against zod.
const light = join(import.meta.dirname, "packages/core/src/schema/light.ts");
const asInBrowsers = { alias: { "#schema": light, "@carhythm/core/schema": light } };

const exclude = ["**/node_modules/**", "**/dist/**", "e2e/**", ...(isQuick ? slow : [])];
const globalSetup = ["postgres/postgres-setup.ts", "processes/programs-setup.ts"].map((name) =>
	join(import.meta.dirname, "packages/server/src/testing", name),
);

export default defineConfig({
	oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
	test: {
		// Two cores may be busy with a browser beside us; a test that hangs is still found soon enough.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		// What is waited for may take long on a busy machine; it is looked for often.
		expect: { poll: { timeout: 20_000 } },
		// By itself vitest leaves a core to others.
		maxWorkers: 2,
		projects: [
			...projects.map((root) => ({
				extends: true as const,
				...(root === "packages/client" && { resolve: asInBrowsers }),
				test: {
					name: root.replace("packages/", ""),
					root,
					setupFiles: seedSetup,
					include: ["**/*.test.{ts,tsx,mjs}"],
					exclude: [...exclude, ...(root === "packages/server" ? postgresOnly : [])],
					...(["packages/core", "packages/server"].includes(root) && { env }),
					...(root === "packages/server" && { globalSetup }),
				},
			})),
			...(isQuick ? [] : repeatedRuns()),
		],
	},
});

function repeatedRuns() {
	return [
		{
			extends: true as const,
			resolve: asInBrowsers,
			test: {
				name: "client on plain http",
				root: "packages/client",
				include: ["src/*.test.ts", "src/{outbox,session,storage}/*.test.ts"],
				setupFiles: [seedSetup, join(import.meta.dirname, "packages/client/src/testing/plain-http-setup.ts")],
				env: { CARHYTHM_TEST_PLACE: "plain-http" },
			},
		},
		{
			extends: true as const,
			test: {
				name: "server on PostgreSQL",
				root: "packages/server",
				setupFiles: seedSetup,
				include: [...both, ...postgresOnly],
				exclude,
				globalSetup,
				env: { ...env, CARHYTHM_TEST_ENGINE: "postgres" },
			},
		},
	];
}
