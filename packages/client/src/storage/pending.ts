import { pendingOperations, type TabSessionView } from "../tab-session-view.ts";
import { isGone, type QueuedOperation, readDevice, readOutbox, readSession } from "./records.ts";
import type { ReadTransaction } from "./storage.ts";
import { completeView, loadDevice, orFallback, type TabState } from "./tab-state.ts";

// What waits for the server: from the storage, from pages whose storage was emptied, and from memory.

/** Everything that waits for the server, of all sessions and from memory too, oldest first. */
export async function readPending(tab: TabState): Promise<QueuedOperation[]> {
	const views = [...tab.views.values()];
	const stored = await orFallback(
		() =>
			tab.storage.read(async (tx) => {
				// A page that has just opened knows nothing yet of the clock by which these were stamped.
				const { current, shared, left_behind } = await loadDevice(tab, tx);
				tab.without_cookie = new Set(shared && current ? [...left_behind, current] : left_behind);
				return [...(await readOutbox(tx)), ...(await queuedBeforeClearing(tx, views))];
			}),
		views.flatMap((view) => view.queued),
	);
	const failed = views
		.flatMap((view) => view.unstored)
		.filter(({ stage }) => stage === "failed")
		.map(({ operation }) => operation);
	const all = new Map([...stored, ...failed].map((operation) => [operation.operation_id, operation]));
	return [...all.values()]
		.filter(({ operation_id }) => !tab.acknowledged.has(operation_id))
		.sort((a, b) => (a.client_time < b.client_time ? -1 : 1));
}

/**
 * What open pages still know of an outbox that the browser has emptied under them; a reset by the student is
 * final.
 */
async function queuedBeforeClearing(
	tx: ReadTransaction,
	views: readonly TabSessionView[],
): Promise<QueuedOperation[]> {
	const queued: QueuedOperation[] = [];
	const stored = await readDevice(tx);
	for (const view of views) {
		completeView(view, stored);
		if (view.queued.length === 0 || isGone(stored, view)) continue;
		const record = await readSession(tx, view.session_id);
		if (record?.born !== view.record.born) queued.push(...view.queued);
	}
	return queued;
}

/** What waits of one session, as far as this tab has seen it. */
export function pendingOf(tab: TabState, view: TabSessionView): QueuedOperation[] {
	return pendingOperations(view, tab.acknowledged);
}
