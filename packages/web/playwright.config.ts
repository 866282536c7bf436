import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const systemChromium = "/usr/bin/chromium";
const named = process.env["CARHYTHM_CHROMIUM"] || (existsSync(systemChromium) ? systemChromium : undefined);

// Every test file starts a server of its own, with a database of its own, so there is none to start here.
export default defineConfig({
	testDir: "./e2e",
	outputDir: "./test-results",
	workers: 2,
	retries: 0,
	forbidOnly: true,
	timeout: 90_000,
	expect: { timeout: 10_000 },
	reporter: "list",
	use: {
		screenshot: "only-on-failure",
		viewport: { width: 390, height: 844 },
		launchOptions: {
			// Without a named browser Playwright takes its own.
			...(named === undefined ? {} : { executablePath: named }),
			args: [
				"--no-sandbox",
				"--disable-gpu",
				"--disable-quic",
				"--no-first-run",
				"--disable-background-networking",
				"--disable-component-update",
				"--disable-sync",
			],
		},
	},
	projects: [{ name: "chromium", use: { browserName: "chromium" } }],
});
