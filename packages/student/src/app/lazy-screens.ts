import type { Client } from "@carhythm/client";
import { codeSheet, handOffSheet } from "../hand-off/lazy-sheets.ts";
import { fetchLanguages } from "../i18n/texts.ts";
import { lazyScreen } from "../lazy/lazy-screen.ts";
import { noticeSheet } from "../own-data/lazy-sheet.ts";
import { endedSheet } from "../resume/lazy-sheet.ts";
import { notYouSheet } from "../shared-computer/lazy-sheet.ts";

export const assessmentScreen = lazyScreen(
	async () => (await import("./AssessmentScreen.tsx")).AssessmentScreen,
);
export const resultsScreen = lazyScreen(
	async () => (await import("../results/ResultsScreen.tsx")).ResultsScreen,
);

/** Fetches all that may be needed, so that a connection lost later stops no student. */
export async function fetchAhead(client: Client): Promise<void> {
	const screens = [
		assessmentScreen,
		resultsScreen,
		handOffSheet,
		codeSheet,
		notYouSheet,
		noticeSheet,
		endedSheet,
	];
	await Promise.allSettled([...screens.map((screen) => screen.fetch()), fetchLanguages(), client.prepare()]);
}
