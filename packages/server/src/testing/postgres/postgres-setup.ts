import { removeKilledRuns, runFolder } from "../folders/run-folder.ts";

/** Creates the folder in which the run's servers start when a test first asks for one. */
export function setup(): void {
	removeKilledRuns();
	runFolder();
}
