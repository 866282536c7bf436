import { existsSync } from "node:fs";
import type { LaunchOptions } from "@playwright/test";

const systemChromium = "/usr/bin/chromium";
const named = process.env["CARHYTHM_CHROMIUM"] || (existsSync(systemChromium) ? systemChromium : undefined);

/** How every Chromium is started. */
export const CHROMIUM: LaunchOptions = {
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
};
