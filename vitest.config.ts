import { defineConfig } from "vitest/config";

// What starts a process for each step takes more than half of the time.
const slow = ["src/cli/**", "src/migrations/runner.test.ts"];
const isQuick = process.env["CARHYTHM_QUICK"] === "1";

const projects = ["packages/core", "packages/client", "packages/server", "packages/web", "scripts"];

export default defineConfig({
	oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
	test: {
		// Two cores may be busy with a browser beside us; a test that hangs is still found soon enough.
		testTimeout: 60_000,
		hookTimeout: 60_000,
		projects: projects.map((root) => ({
			extends: true as const,
			test: {
				name: root.replace("packages/", ""),
				root,
				include: ["**/*.test.{ts,tsx,mjs}"],
				exclude: ["**/node_modules/**", "**/dist/**", "e2e/**", ...(isQuick ? slow : [])],
			},
		})),
	},
});
