import type { Client } from "@carhythm/client";
import { fetchLanguages } from "../../shared/i18n/language.ts";
import { codeSheet, handOffSheet, notYouSheet } from "../hand-off/lazy-sheets.ts";
import { lazyScreen } from "./lazy-screen.ts";

export const assessmentScreen = lazyScreen(
	async () => (await import("../app/AssessmentScreen.tsx")).AssessmentScreen,
);
export const resultsScreen = lazyScreen(
	async () => (await import("../results/ResultsScreen.tsx")).ResultsScreen,
);

/** Fetches all that may be needed, so that a connection lost later stops no student. */
export async function fetchAhead(client: Client): Promise<void> {
	const screens = [assessmentScreen, resultsScreen, handOffSheet, codeSheet, notYouSheet];
	await Promise.allSettled([...screens.map((screen) => screen.fetch()), fetchLanguages(), client.prepare()]);
}
