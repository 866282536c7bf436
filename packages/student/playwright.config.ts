import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "./e2e/support/chromium.ts";

// Every test has a server of its own, with a database of its own, so there is none to start here and none to
// wait for.
export default defineConfig({
	testDir: "./e2e",
	outputDir: "./test-results",
	workers: 2,
	fullyParallel: true,
	retries: 0,
	forbidOnly: true,
	timeout: 90_000,
	expect: { timeout: 10_000 },
	reporter: "list",
	use: {
		screenshot: "only-on-failure",
		viewport: { width: 390, height: 844 },
		launchOptions: CHROMIUM,
	},
	projects: [{ name: "chromium", use: { browserName: "chromium" } }],
});
