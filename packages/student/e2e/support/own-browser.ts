import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "@playwright/test";
import { CHROMIUM } from "./chromium.ts";
import { createStudent, type Student } from "./student.ts";
import { test as base, localeOf } from "./test.ts";

/** A browser with a profile on disk, whose process can be killed. */
export type OwnBrowser = {
	page: Page;
	context: BrowserContext;
	/** Where its profile lies. */
	profile: string;
	/** Ends all its processes at once, as a crash or a flat battery would. */
	kill(): Promise<void>;
};

type Fixtures = {
	/** Starts a browser, each time on the same profile; `preferences` are what its owner has set in it. */
	openBrowser(preferences?: object): Promise<OwnBrowser>;
	/**
	 * A student at question `offline_until` in a browser without a network: what was answered since question
	 * `online_until` is on this device only.
	 */
	studentWithUnsent(questions: {
		online_until: number;
		offline_until: number;
	}): Promise<{ browser: OwnBrowser; student: Student }>;
};

export const test = base.extend<Fixtures>({
	openBrowser: async ({ viewport, language, calm }, use) => {
		const profile = aProfile();
		const open: BrowserContext[] = [];
		await use(async (preferences) => {
			if (preferences) setPreferences(profile.folder, preferences);
			const browser = await openOwnBrowser(profile.folder, { viewport, locale: localeOf(language) });
			open.push(browser.context);
			calm.watch(browser.page);
			return browser;
		});
		// One that was killed is closed already, which does no harm.
		for (const context of open) await context.close();
		profile.remove();
	},
	studentWithUnsent: async ({ openBrowser, server, questionnaire }, use) => {
		await use(async ({ online_until, offline_until }) => {
			const browser = await openBrowser();
			const student = createStudent(browser.page, { server, questionnaire });
			await student.visit();
			await student.begin();
			await student.answerUntil(online_until);
			await student.seesSaveLine("Saved");
			await browser.context.setOffline(true);
			await student.answerUntil(offline_until);
			await student.seesSaveLine("On this device only. It will be sent when you are online.");
			return { browser, student };
		});
	},
});

/** A new profile in a temporary folder. */
export function aProfile(): { folder: string; remove(): void } {
	const folder = mkdtempSync(join(tmpdir(), "carhythm-profile-"));
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

function setPreferences(profile: string, preferences: object): void {
	const folder = join(profile, "Default");
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "Preferences"), JSON.stringify(preferences));
}

/** Starts a browser on a profile. */
export async function openOwnBrowser(
	profile: string,
	{ viewport, locale }: { viewport: { width: number; height: number } | null; locale: string },
): Promise<OwnBrowser> {
	const context = await chromium.launchPersistentContext(profile, {
		...CHROMIUM,
		viewport,
		locale,
		reducedMotion: "reduce",
	});
	const [page = await context.newPage()] = context.pages();
	const pid = await processOf(context);
	return {
		page,
		context,
		profile,
		async kill() {
			const closed = context.waitForEvent("close", { timeout: 0 });
			// It leads a process group of its own; Windows knows no such thing.
			process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
			await closed;
		},
	};
}

async function processOf(context: BrowserContext): Promise<number> {
	const session = await context.browser()?.newBrowserCDPSession();
	const info = await session?.send("SystemInfo.getProcessInfo");
	const browser = info?.processInfo.find(({ type }) => type === "browser");
	if (!browser) throw new Error("The browser does not tell its process.");
	return browser.id;
}
