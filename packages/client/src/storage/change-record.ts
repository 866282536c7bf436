import { showStored, type TabSessionView, update } from "../tab-session-view.ts";
import { readStored, type SessionRecord } from "./records.ts";
import { changeSession, orFallback, type TabState } from "./tab-state.ts";

/** {@link changeSession} in a transaction of its own, shown at once; where the storage fails, shown all the same. */
export async function changeRecord(
	tab: TabState,
	view: TabSessionView,
	change: Partial<SessionRecord>,
): Promise<void> {
	const { session_id } = view;
	const stored = await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				await changeSession(tab, tx, session_id, change);
				return readStored(tx, session_id);
			}),
		null,
	);
	if (stored) showStored(view, stored);
	update(view, { record: { ...view.record, ...change } });
	tab.announce("changed");
}

/**
 * Notes that the server lacks something that it had, or has something that this device lacks: the session is
 * compared with it before anything is called saved.
 */
export function markServerDataLoss(tab: TabState, view: TabSessionView): Promise<void> {
	return changeRecord(tab, view, { refresh_needed: true });
}
