import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { test as base, localeOf } from "./test.ts";

/** A browser with a profile on disk, whose process can be killed. */
export type OwnBrowser = {
	page: Page;
	context: BrowserContext;
	/** Ends the process as a crash or a flat battery would: nothing of it runs any more. */
	kill(): Promise<void>;
};

/** `openBrowser` starts a browser, each time on the same profile. */
export const test = base.extend<{ openBrowser: () => Promise<OwnBrowser> }>({
	openBrowser: async ({ playwright, launchOptions, viewport, language, calm }, use) => {
		const profile = mkdtempSync(join(tmpdir(), "carhythm-profile-"));
		const open = new Set<BrowserContext>();
		await use(async () => {
			const context = await playwright.chromium.launchPersistentContext(profile, {
				...launchOptions,
				viewport,
				locale: localeOf(language),
				reducedMotion: "reduce",
			});
			open.add(context);
			const [page = await context.newPage()] = context.pages();
			calm.watch(page);
			return {
				page,
				context,
				async kill() {
					const pid = await processOf(context);
					const closed = context.waitForEvent("close");
					process.kill(pid, "SIGKILL");
					await closed;
					open.delete(context);
				},
			};
		});
		for (const context of open) await context.close();
		rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
	},
});

async function processOf(context: BrowserContext): Promise<number> {
	const session = await context.browser()?.newBrowserCDPSession();
	const info = await session?.send("SystemInfo.getProcessInfo");
	const browser = info?.processInfo.find(({ type }) => type === "browser");
	if (!browser) throw new Error("The browser does not tell its process.");
	return browser.id;
}
