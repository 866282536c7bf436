import { mintUuid, type SessionId } from "@carhythm/core";
import { deleteSession } from "../storage/delete-session.ts";
import { type DeviceRecord, NEW_DEVICE, putDevice, readDevice } from "../storage/records.ts";
import { changeDevice, orFallback, type TabState } from "../storage/tab-state.ts";

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

/** Deletes what past visits left, as far as it is sent. */
export async function finishCleanup(tab: TabState): Promise<void> {
	const { left_behind } = await readDeviceOf(tab);
	if (left_behind.length === 0) return;
	await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				const before = await readDevice(tx);
				const waiting: SessionId[] = [];
				for (const session_id of before.left_behind) {
					if ((await tx.list("outbox", session_id)).length > 0) waiting.push(session_id);
					else await deleteSession(tx, session_id);
				}
				await putDevice(tx, { ...before, left_behind: waiting });
			}),
		undefined,
	);
}

function readDeviceOf({ storage }: TabState): Promise<DeviceRecord> {
	return orFallback(() => storage.read(readDevice), NEW_DEVICE);
}
