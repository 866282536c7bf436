import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { canInstallPackages, installPackages } from "./system-packages.mjs";

/**
 * Finds a Chromium for the browser tests: the one that CARHYTHM_CHROMIUM names, the system's, or
 * Playwright's. Where packages can be installed without a question, it installs the system's.
 *
 * @param {(line: string) => void} say
 * @returns {Promise<{ found: true, path?: string } | { found: false, problem: string }>}
 */
export async function ensureChromium(say) {
	const named = process.env["CARHYTHM_CHROMIUM"];
	if (named !== undefined && named !== "") {
		return existsSync(named)
			? { found: true, path: named }
			: { found: false, problem: `no Chromium: CARHYTHM_CHROMIUM names ${named}, which is not there` };
	}
	const installed = systemChromium();
	if (installed !== undefined) return { found: true, path: installed };
	if (existsSync(playwrightChromium())) return { found: true };
	if (canInstallPackages()) {
		say("Installing Chromium from the system's packages (first time, about a minute) …");
		const { last_line } = await installPackages(["chromium"]);
		const path = systemChromium();
		if (path !== undefined) return { found: true, path };
		return { found: false, problem: `no Chromium: apt-get could not install it (${last_line})` };
	}
	return { found: false, problem: "no Chromium: run `npx playwright install chromium`, then this again" };
}

function systemChromium() {
	return ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
}

/** The path under which Playwright would look; asking it starts nothing. */
function playwrightChromium() {
	const require = createRequire(import.meta.url);
	/** @type {typeof import("@playwright/test")} */
	const playwright = require("@playwright/test");
	return playwright.chromium.executablePath();
}
