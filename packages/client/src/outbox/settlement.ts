import {
	apply,
	HeldBack,
	type Instant,
	type OperationResult,
	type SessionId,
	type SessionState,
	type SyncReply,
} from "@carhythm/core";
import * as z from "@carhythm/core/schema";
import { changeRecord } from "../storage/change-record.ts";
import { serverTime, withServerTime } from "../storage/clock.ts";
import {
	deleteOperation,
	isQueued,
	putClock,
	putRefused,
	putSession,
	type QueuedOperation,
	readOutbox,
	readSession,
	readStored,
	readStoredClock,
	type SessionRecord,
} from "../storage/records.ts";
import { StorageFailed, type WriteTransaction } from "../storage/storage.ts";
import {
	changeSession,
	deviceTime,
	loadSessionRecord,
	reload,
	sessionOf,
	type TabState,
} from "../storage/tab-state.ts";
import { showStored, type TabSessionView, update } from "../tab-session-view.ts";
import { applyResultsToRecord, type Settled } from "./settle-record.ts";

/**
 * Applies the server's results, in one transaction with the session's record.
 *
 *     queued → applied, superseded or late → leaves the outbox
 *            → refused → moves to the list that the student sees
 *
 * @returns false when no result matched, or the storage failed; sending on would then repeat itself
 */
export async function applyResults(
	tab: TabState,
	session_id: SessionId,
	sent: readonly QueuedOperation[],
	reply: SyncReply,
): Promise<boolean> {
	const settled = matchResults(sent, reply.results);
	const view = tab.views.get(session_id);
	if (view && reply.session.incarnation) view.announced_incarnation = reply.session.incarnation;
	const now = tab.environment.now();
	tab.clock = withServerTime(tab.clock, now, reply.server_time);
	const acknowledged = settled.filter(({ result }) => result.status !== "refused");
	try {
		const stored = await tab.storage.write(async (tx) => {
			const record = await loadSessionRecord(tab, tx, session_id);
			const refused_at = serverTime(tab.clock, deviceTime(tab));
			for (const { operation, result } of settled) {
				await takeOut(tx, record, operation, result.status === "refused" ? { ...result, refused_at } : null);
			}
			if (record) {
				const outbox = await readOutbox(tx, session_id);
				const state = view ? withAcknowledged(view, record.state, settled) : record.state;
				// What was never written here has times of its own making; the server's are better.
				const refresh_needed = record.refresh_needed || state !== record.state;
				await putSession(
					tx,
					applyResultsToRecord({ ...record, state, refresh_needed }, settled, outbox, reply.session),
				);
			}
			const clock = withServerTime(await readStoredClock(tx), now, reply.server_time);
			await putClock(tx, clock);
			return readStored(tx, session_id);
		});
		if (view)
			showStored(view, stored, { unstored: view.unstored.filter((entry) => !isSettled(entry, settled)) });
		tab.announce("settled");
		return settled.length > 0 || sent.length === 0;
	} catch (error) {
		if (!(error instanceof StorageFailed)) throw error;
		settleInMemory(
			tab,
			view,
			acknowledged.map(({ operation }) => operation),
		);
		return false;
	}
}

/** Tries again to write down acknowledgements that the storage failed to take. */
export async function settleLeftovers(tab: TabState): Promise<void> {
	const { views, acknowledged } = tab;
	if (acknowledged.size === 0) return;
	try {
		await tab.storage.write(async (tx) => {
			for (const operation of await readOutbox(tx)) {
				if (acknowledged.has(operation.operation_id)) await deleteOperation(tx, operation);
			}
			for (const view of views.values()) {
				const left = view.unstored.filter(({ stage }) => stage === "acknowledged");
				const record = left.length > 0 ? await sessionOf(tab, tx, view) : null;
				if (!record) continue;
				const state = left.reduce((base, { event }) => apply(view.index, base, event), record.state);
				await putSession(tx, { ...record, state, refresh_needed: true });
			}
		});
	} catch (error) {
		if (error instanceof StorageFailed) return;
		throw error;
	}
	acknowledged.clear();
	for (const view of views.values()) {
		view.unstored = view.unstored.filter(({ stage }) => stage !== "acknowledged");
	}
	await reload(tab);
	tab.announce("changed");
}

/** Moves one operation to the refused ones: the server will never take it, and the student should know. */
export async function refuseOperation(
	tab: TabState,
	operation: QueuedOperation,
	why: { code: string; detail: string },
): Promise<boolean> {
	const { session_id } = operation;
	const view = tab.views.get(session_id);
	try {
		const stored = await tab.storage.write(async (tx) => {
			const refused_at = serverTime(tab.clock, deviceTime(tab));
			const record = await loadSessionRecord(tab, tx, session_id);
			if (record) await putSession(tx, { ...record, refresh_needed: true });
			await takeOut(tx, record, operation, { ...why, refused_at });
			return readStored(tx, session_id);
		});
		const rest = view?.unstored.filter((entry) => entry.operation.operation_id !== operation.operation_id);
		if (view && rest) showStored(view, stored, { unstored: rest });
		tab.announce("changed");
		return true;
	} catch (error) {
		if (error instanceof StorageFailed) return false;
		throw error;
	}
}

/**
 * Notes that the server takes nothing of a session in, and that its state is to be fetched.
 * @returns false for a refusal of another kind
 */
export async function noteHeldBack(tab: TabState, session_id: SessionId, code: string): Promise<boolean> {
	const held = z.safeParse(HeldBack, code);
	if (!held.success) return false;
	const view = tab.views.get(session_id);
	const isNew = view && view.record.held_back !== held.data;
	if (isNew) await changeRecord(tab, view, { held_back: held.data, refresh_needed: true });
	return true;
}

/**
 * Notes whether the server knows the session at all. One whose student asked for its erasure, and that it does
 * not know any more, is erased; this device then forgets it too, with what was queued.
 */
export async function markKnownToServer(
	tab: TabState,
	session_id: SessionId,
	isKnown: boolean,
): Promise<void> {
	const view = tab.views.get(session_id);
	try {
		const record = isKnown ? null : await tab.storage.read((tx) => readSession(tx, session_id));
		if (record?.erase_at) {
			const { forgetErased } = await import("../storage/forget-erased.ts");
			return await forgetErased(tab, session_id);
		}
		const stored = await tab.storage.write(async (tx) => {
			await changeSession(tab, tx, session_id, { known_to_server: isKnown });
			return readStored(tx, session_id);
		});
		if (view) showStored(view, stored);
	} catch (error) {
		if (!(error instanceof StorageFailed)) throw error;
		if (view) update(view, { record: { ...view.record, known_to_server: isKnown } });
	}
}

function matchResults(sent: readonly QueuedOperation[], results: readonly OperationResult[]): Settled[] {
	const inOrder = results.length === sent.length;
	return sent.flatMap((operation, index) => {
		const beside = inOrder ? results[index] : undefined;
		const isBeside = beside && (beside.operation_id ?? operation.operation_id) === operation.operation_id;
		const result = isBeside ? beside : results.find((one) => one.operation_id === operation.operation_id);
		return result ? [{ operation, result }] : [];
	});
}

/**
 * Takes an operation out of the outbox. A refused one goes to the visible list, unless a reset has meanwhile
 * taken it away with its whole session: then it concerns no view here.
 */
async function takeOut(
	tx: WriteTransaction,
	record: SessionRecord | null,
	operation: QueuedOperation,
	refusal: { code: string; detail: string; refused_at: Instant } | null,
): Promise<void> {
	const isForgotten = record === null && !(await isQueued(tx, operation));
	await deleteOperation(tx, operation);
	if (refusal && !isForgotten) await putRefused(tx, operation, refusal);
}

/** The stored state with what was sent from memory because the storage had failed. */
function withAcknowledged(
	view: TabSessionView,
	state: SessionState,
	settled: readonly Settled[],
): SessionState {
	return view.unstored
		.filter((entry) => isSettled(entry, settled) && entry.stage !== "writing")
		.reduce((base, { event }) => apply(view.index, base, event), state);
}

function isSettled(entry: TabSessionView["unstored"][number], settled: readonly Settled[]): boolean {
	const isAnswered = settled.some(({ operation }) => operation.operation_id === entry.operation.operation_id);
	return entry.stage === "acknowledged" || isAnswered;
}

/** Notes that the server has operations which the storage failed to let go. */
export function settleInMemory(
	tab: TabState,
	view: TabSessionView | undefined,
	acknowledged: readonly QueuedOperation[],
): void {
	const ids = new Set(acknowledged.map(({ operation_id }) => operation_id));
	for (const id of ids) tab.acknowledged.add(id);
	if (!view) return;
	update(view, {
		unstored: view.unstored.map((entry) =>
			ids.has(entry.operation.operation_id) ? { ...entry, stage: "acknowledged" } : entry,
		),
	});
}
