import type { SessionId } from "@carhythm/core";
import { deleteSession } from "./delete-session.ts";
import { type DeviceRecord, NEW_DEVICE, putDevice, readDevice } from "./records.ts";
import { orFallback, type TabState } from "./tab-state.ts";

/**
 * Deletes what is left of sessions that are no longer this device's to show, each when all of it is sent:
 * those of past visits to a shared computer, and those whose student has left this device.
 */
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

/** What belongs to no session; that of a new device where the storage fails. */
export function readDeviceOf({ storage }: TabState): Promise<DeviceRecord> {
	return orFallback(() => storage.read(readDevice), NEW_DEVICE);
}
