import type { FunctionComponent } from "preact";

/** A screen whose code is fetched after the first one is shown. */
export type LaterScreen<Props> = {
	/** Null until it is there. */
	component: FunctionComponent<Props> | null;
	/** Resolves when it is there; a failed fetch may be tried again. */
	fetch(): Promise<FunctionComponent<Props>>;
};

function laterScreen<Props>(load: () => Promise<FunctionComponent<Props>>): LaterScreen<Props> {
	const screen: LaterScreen<Props> = {
		component: null,
		async fetch() {
			screen.component = await load();
			return screen.component;
		},
	};
	return screen;
}

export const assessmentScreen = laterScreen(
	async () => (await import("./AssessmentScreen.tsx")).AssessmentScreen,
);
export const resultsScreen = laterScreen(
	async () => (await import("./results/ResultsScreen.tsx")).ResultsScreen,
);

/** Fetches all that may be needed, so that a connection lost later stops nobody. */
export async function fetchAhead(): Promise<void> {
	await Promise.allSettled([assessmentScreen.fetch(), resultsScreen.fetch()]);
}
