import { type MovedSyncReply, parseSessionId, SessionChangedReply, type SessionId } from "@carhythm/core";
import type { UnreachableReason } from "../api.ts";
import { withServerTime } from "../storage/clock.ts";
import { finishCleanup, readDeviceOf } from "../storage/left-behind.ts";
import {
	type DeviceRecord,
	deleteOperation,
	isQueued,
	putClock,
	putDevice,
	putOperation,
	putSession,
	type QueuedOperation,
	readDevice,
	readOutbox,
	readStored,
	readStoredClock,
} from "../storage/records.ts";
import { StorageFailed, type WriteTransaction } from "../storage/storage.ts";
import {
	changeDevice,
	changeSession,
	loadSessionRecord,
	orFallback,
	type TabState,
} from "../storage/tab-state.ts";
import { showStored, update } from "../tab-session-view.ts";
import { type Reply, request, type Transport } from "../transport.ts";
import { settleInMemory } from "./settlement.ts";

/** A request to leave the other devices whose reply has not come. */
export type Leaving = NonNullable<DeviceRecord["leaving"]>;

/** What a device learns of a session that the server knows by another id. */
type Learned =
	/** The student left this device. */
	| { kind: "left" }
	/** This device left the others, and knows the new id by now. */
	| { kind: "here"; session_id: SessionId }
	/** This device may have left the others: the reply was lost, and no other has come yet. */
	| { kind: "unknown"; reason: UnreachableReason; retry_after_ms: number | null };

/**
 * Finds out who has moved a session: another device, or this one by a request whose reply was lost. That
 * request is repeated, so a lost reply does not lock the student out.
 */
export async function learnMoved(
	{ tab, transport }: { tab: TabState; transport: Transport },
	session_id: SessionId,
): Promise<Learned> {
	const leaving = await readLeaving(tab);
	if (leaving?.session_id === session_id) {
		const reply = await askToLeave(tab, transport, leaving);
		if (reply.kind === "unavailable") return { ...reply, kind: "unknown" };
		const present = reply.kind === "ok" ? parseSessionId(reply.value.session.session_id) : null;
		if (present) {
			await adoptNewId(tab, session_id, present);
			return { kind: "here", session_id: present };
		}
		await endLeaving(tab);
	}
	await markLeft(tab, session_id);
	return { kind: "left" };
}

async function readLeaving(tab: TabState): Promise<DeviceRecord["leaving"]> {
	return (await readDeviceOf(tab)).leaving ?? tab.leaving;
}

/** Asks the server for a new id; repeated, the same request gets the same one. */
export function askToLeave(
	{ views }: TabState,
	transport: Transport,
	{ session_id, operation_id }: Leaving,
): Promise<Reply<SessionChangedReply>> {
	const isShared = (views.get(session_id)?.shared ?? null) !== null;
	return request(transport, "POST", `/api/v2/session/${session_id}/leave-others`, SessionChangedReply, {
		body: { operation_id, ...(isShared && { shared: true }) },
	});
}

/** Forgets a request to leave that was answered. */
export async function endLeaving(tab: TabState): Promise<void> {
	tab.leaving = null;
	await changeDevice(tab, (before) => ({ ...before, leaving: null }));
}

/**
 * Goes on under the new id, with everything that is queued. Under the former one a note stays for the other
 * tabs of this browser until the next clean-up.
 */
export async function adoptNewId(tab: TabState, former: SessionId, present: SessionId): Promise<void> {
	tab.leaving = null;
	await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				const record = await loadSessionRecord(tab, tx, former);
				// Another tab, or this one by its next sync, may have been quicker.
				if (record && !record.moved) {
					const state = { ...record.state, session_id: present };
					await putSession(tx, { ...record, state, refresh_needed: true });
					for (const operation of await readOutbox(tx, former)) {
						await deleteOperation(tx, operation);
						await putOperation(tx, { ...operation, session_id: present });
					}
					await putSession(tx, { ...record, moved: true });
				}
				const before = await readDevice(tx);
				await putDevice(tx, {
					...withLeftBehind(before, former),
					current: before.current === former ? present : before.current,
					leaving: null,
				});
			}),
		undefined,
	);
	endView(tab, former);
	tab.announce("changed");
}

/** Notes that the student left this device: it takes nothing more, and shows nothing on the next visit. */
async function markLeft(tab: TabState, session_id: SessionId): Promise<void> {
	await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				await changeSession(tab, tx, session_id, { moved: true });
				const before = await readDevice(tx);
				const isCurrent = before.current === session_id;
				await putDevice(tx, {
					...withLeftBehind(before, session_id),
					// What had given way to it is the student's too.
					...(isCurrent && { ...LEFT, was_left: true }),
				});
			}),
		undefined,
	);
	endView(tab, session_id);
	tab.announce("changed");
}

const LEFT = { current: null, cookie_ignored: true, restoring: null, set_aside: null } as const;

function withLeftBehind(before: DeviceRecord, session_id: SessionId): DeviceRecord {
	return { ...before, left_behind: [...new Set([...before.left_behind, session_id])] };
}

function endView(tab: TabState, session_id: SessionId): void {
	tab.has_moved = true;
	const view = tab.views.get(session_id);
	if (view && !view.record.moved) update(view, { record: { ...view.record, moved: true } });
}

/**
 * Takes out of the outbox what the server has taken in under a former id. What it refuses goes too:
 * the server would refuse it again, and the student is no longer at this device to decide about it.
 * @returns as `applyResults`
 */
export async function applyMovedResults(
	tab: TabState,
	session_id: SessionId,
	sent: readonly QueuedOperation[],
	reply: MovedSyncReply,
): Promise<boolean> {
	const answered = new Set(reply.results.map(({ operation_id }) => operation_id));
	const settled = sent.filter(
		({ operation_id }, position) =>
			answered.has(operation_id) || reply.results[position]?.operation_id === null,
	);
	const view = tab.views.get(session_id);
	const now = tab.environment.now();
	tab.clock = withServerTime(tab.clock, now, reply.server_time);
	try {
		const stored = await tab.storage.write(async (tx) => {
			for (const operation of settled) await takeOut(tx, operation);
			await putClock(tx, withServerTime(await readStoredClock(tx), now, reply.server_time));
			return readStored(tx, session_id);
		});
		const gone = new Set(settled.map(({ operation_id }) => operation_id));
		const unstored = view?.unstored.filter(({ operation }) => !gone.has(operation.operation_id));
		if (view && unstored) showStored(view, stored, { unstored });
		tab.announce("settled");
		return settled.length > 0 || sent.length === 0;
	} catch (error) {
		if (!(error instanceof StorageFailed)) throw error;
		settleInMemory(tab, view, settled);
		return false;
	}
}

async function takeOut(tx: WriteTransaction, operation: QueuedOperation): Promise<void> {
	if (await isQueued(tx, operation)) await deleteOperation(tx, operation);
}

/** Deletes what is left of sessions of which this tab has learned that they moved, once nothing of them waits in memory. */
export async function forgetLeft(tab: TabState): Promise<void> {
	if (!tab.has_moved) return;
	const moved = [...tab.views.values()].filter(({ record }) => record.moved);
	if (moved.every(({ unstored }) => unstored.length === 0)) await finishCleanup(tab);
}
