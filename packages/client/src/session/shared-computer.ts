import { mintUuid } from "@carhythm/core";
import { finishCleanup, readDeviceOf } from "../storage/left-behind.ts";
import type { DeviceRecord } from "../storage/records.ts";
import { changeDevice, type TabState } from "../storage/tab-state.ts";

/**
 * Begins a visit to a shared computer. While it lasts, answers are kept as safely as anywhere; afterwards
 * nothing of it is shown to anybody, and what is sent is gone.
 */
export function beginSharedVisit({ environment }: TabState): string {
	const visit = mintUuid(environment.randomBytes);
	environment.visit?.write(visit);
	return visit;
}

/**
 * The visit to a shared computer that this page is part of, by the note of its tab or by what is open in it;
 * null when there is none. What begins within a visit belongs to it.
 */
export function presentVisit({ environment, views }: TabState, { shared }: DeviceRecord): string | null {
	const open = [...views.values()].find((view) => view.shared !== null);
	const here = environment.visit?.read() ?? null;
	return open?.shared ?? (shared === here ? here : null);
}

/** Ends a visit of which only the storage still knows: its tab was closed. What is unsent stays until it is sent. */
export async function endPastVisit(tab: TabState): Promise<void> {
	const here = tab.environment.visit?.read() ?? null;
	const isOver = ({ shared }: DeviceRecord) => shared !== null && shared !== here;
	const stored = await readDeviceOf(tab);
	if (isOver(stored)) {
		await changeDevice(tab, (before) =>
			isOver(before)
				? {
						...before,
						current: null,
						shared: null,
						restoring: null,
						set_aside: null,
						cookie_ignored: true,
						left_behind: before.current ? [...before.left_behind, before.current] : before.left_behind,
					}
				: before,
		);
	}
	await finishCleanup(tab);
}
