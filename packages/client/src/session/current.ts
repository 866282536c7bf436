import { addDays, type Instant, RESTORE_DAYS, type SessionId } from "@carhythm/core";
import type { RestorableSession } from "../api.ts";
import type { Engine } from "../engine.ts";
import { serverTime } from "../storage/clock.ts";
import { type DeviceRecord, readDevice, readSession } from "../storage/records.ts";
import type { ReadTransaction } from "../storage/storage.ts";
import { deviceTime, orFallback, type TabState } from "../storage/tab-state.ts";

/**
 * The device with another session to come back to. One of a visit to a shared computer is left behind by it.
 * @param how.shared the visit to a shared computer to which the session belongs
 * @param how.set_aside what has been put away for it; what was before stays, but neither in a visit nor beyond one
 */
export function withCurrent(
	before: DeviceRecord,
	session_id: SessionId,
	how: { shared: string | null; set_aside?: RestorableSession | null },
): DeviceRecord {
	const { current, left_behind, shared } = before;
	const { set_aside = shared === how.shared ? before.set_aside : null } = how;
	const left = shared !== null && current !== null ? [...left_behind, current] : left_behind;
	return {
		...before,
		current: session_id,
		cookie_ignored: false,
		restoring: null,
		was_left: false,
		shared: how.shared,
		set_aside: set_aside?.session_id === session_id ? null : set_aside,
		left_behind: [...new Set(left)].filter((other) => other !== session_id),
	};
}

/** What has given way at a moment, for the student to return to; null where it holds no answer. */
export async function setAsideAt(
	{ views }: TabState,
	tx: ReadTransaction,
	session_id: SessionId,
	at: Instant,
): Promise<RestorableSession | null> {
	const state = views.get(session_id)?.shown ?? (await readSession(tx, session_id))?.state;
	if (!state || state.status === "completed" || state.answered === 0) return null;
	return { session_id, answered: state.answered, until: addDays(at, RESTORE_DAYS) };
}

/** Looks what the storage knows of answers that were put away, for {@link readRestorable} to tell. */
export async function recordSetAside(engine: Engine): Promise<void> {
	const stored = await orFallback(() => engine.tab.storage.read(readDevice), null);
	engine.set_aside = stored?.set_aside ?? null;
}

/** See `Client.restorable`. */
export function readRestorable({ tab, set_aside }: Engine): RestorableSession | null {
	const isOver = set_aside && set_aside.until <= serverTime(tab.clock, deviceTime(tab));
	return isOver ? null : set_aside;
}
