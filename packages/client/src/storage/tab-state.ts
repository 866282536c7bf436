import {
	type AssessmentIndex,
	apply,
	mintUuid,
	type OperationId,
	type SessionId,
	type SessionState,
	toInstant,
} from "@carhythm/core";
import type { Environment } from "../environment.ts";
import { createView, eventsOf, showStored, type TabSessionView, update } from "../tab-session-view.ts";
import { type DeviceClock, laterClock, readClock, serverTime, steadied } from "./clock.ts";
import {
	type DeviceRecord,
	deleteRefused,
	isGone,
	isResetSince,
	type KnownReset,
	putDevice,
	putOperation,
	putSession,
	type QueuedOperation,
	readDevice,
	readOutbox,
	readSession,
	readStored,
	readStoredClock,
	rememberVersion,
	type SessionRecord,
	type StoredSession,
} from "./records.ts";
import {
	type ReadTransaction,
	type SessionStorage,
	StorageFailed,
	type WriteTransaction,
} from "./storage.ts";
import type { TabMessage } from "./tabs.ts";

/** This tab's hold on the storage that all tabs share. */
export type TabState = {
	readonly storage: SessionStorage;
	readonly environment: Environment;
	readonly views: Map<SessionId, TabSessionView>;
	clock: DeviceClock;
	/** The last reset of which this tab knows. */
	last_reset: KnownReset;
	/** A request to leave other devices whose reply has not come, where the storage could not take it. */
	leaving: DeviceRecord["leaving"];
	/** This tab has learned of a session that it moved: what is left of it is deleted once it is sent. */
	has_moved: boolean;
	/**
	 * Acknowledged by the server although the storage then failed to let them go; they are not sent again from
	 * here.
	 */
	readonly acknowledged: Set<OperationId>;
	/** Sessions of visits to a shared computer, as of the last look at the outbox: no cookie may name them. */
	without_cookie: ReadonlySet<SessionId>;
	/** Why nothing counts as kept on this device for now: see storage-watch.ts. */
	doubt: StorageFailed["reason"] | null;
	/** Called when a view has changed: what is unsent is watched over. */
	watch(): void;
	/** The last wait for the sender lock timed out: see sender-lock.ts. */
	lock_is_stuck: boolean;
	/** Tells the other tabs that the storage has changed, or that the server takes operations. */
	announce(news: TabMessage): void;
};

const NOTHING_STORED = {
	record: null,
	queued: [],
	unreadable: 0,
	refused: [],
	last_reset: null,
	shared: null,
};

/**
 * The record of an open session, to be changed and put; null after a reset.
 *
 * If the browser cleared IndexedDB under an open tab, this tab's record and outbox are written back first.
 * Another tab may have written back a part already: then only the operations that are missing are added.
 */
export async function sessionOf(
	tab: TabState,
	tx: WriteTransaction,
	view: TabSessionView,
): Promise<SessionRecord | null> {
	const stored = await readDevice(tx);
	completeView(view, stored);
	if (isGone(stored, view)) return null;
	const record = await readSession(tx, view.session_id);
	if (record?.born === view.record.born) return record;
	// The student left this device, and all was sent: it is gone on purpose.
	if (!record && view.record.moved) return null;
	const outbox = new Set((await readOutbox(tx, view.session_id)).map(({ operation_id }) => operation_id));
	const missing = view.queued.filter(({ operation_id }) => !outbox.has(operation_id));
	for (const operation of missing) await putOperation(tx, operation);
	if (record) {
		if (missing.length === 0) return record;
		return { ...record, state: withOperations(tab, view, record.state, missing), refresh_needed: true };
	}
	await putDevice(tx, { ...stored, ...slotOf(stored, view) });
	const { version_id } = view.record.assessment;
	await rememberVersion(tx, { version_id, assessment: view.index.assessment });
	return { ...view.record, born: mintUuid(tab.environment.randomBytes) };
}

/** A view that opened while the storage failed learns of resets and shared visits by the first read that succeeds. */
export function completeView(view: TabSessionView, { last_reset, current, shared }: DeviceRecord): void {
	if (view.last_reset !== null) return;
	view.last_reset = last_reset;
	if (current === view.session_id) view.shared ??= shared;
}

/**
 * Where a session that is written back belongs. If another session has become the current one meanwhile, it
 * stays current.
 */
function slotOf(
	{ current, shared, left_behind }: DeviceRecord,
	{ session_id, shared: visit }: TabSessionView,
): Pick<DeviceRecord, "current" | "shared" | "left_behind"> {
	if (current === null || current === session_id) {
		return { current: session_id, shared: shared ?? visit, left_behind };
	}
	const isLeft = visit !== null && !left_behind.includes(session_id);
	return { current, shared, left_behind: isLeft ? [...left_behind, session_id] : left_behind };
}

function withOperations(
	tab: TabState,
	{ index }: TabSessionView,
	state: SessionState,
	operations: readonly QueuedOperation[],
): SessionState {
	if (state.status !== "active") return state;
	const now = deviceTime(tab);
	const times = { sent_at: toInstant(now), received: serverTime(tab.clock, now) };
	return eventsOf(index, state, operations, times).reduce((base, event) => apply(index, base, event), state);
}

/**
 * Opens this tab's view of a session.
 * @param record serves where the storage has none
 * @param last_reset as it was when the session was found; after another one the view is over already
 */
export async function openView(
	tab: TabState,
	index: AssessmentIndex,
	record: SessionRecord,
	last_reset: KnownReset,
): Promise<TabSessionView> {
	const { session_id } = record.state;
	const stored = await readView(tab, session_id);
	const open = tab.views.get(session_id);
	if (open) {
		if (stored) await showOrWriteBack(tab, open, stored);
		return open;
	}
	const view = createView(index, stored?.record ?? record, stored ?? NOTHING_STORED);
	if (stored && isResetSince(stored, last_reset)) forget(tab, view);
	else {
		tab.views.set(session_id, view);
		view.listeners.add(tab.watch);
	}
	return view;
}

/** Looks again into the storage, after another tab has changed it. */
export async function reload(tab: TabState): Promise<void> {
	for (const view of tab.views.values()) {
		const stored = await readView(tab, view.session_id);
		if (!stored) continue;
		if (isGone(stored, view)) forget(tab, view);
		else if (stored.record || isEmptied(view, stored)) await showOrWriteBack(tab, view, stored);
	}
}

/**
 * Writes back what the page still knows of a storage that the browser has emptied.
 * @returns whether all that is queued is in the storage
 */
export async function rewriteAfterEmptying(tab: TabState): Promise<boolean> {
	let isWhole = true;
	for (const view of tab.views.values()) {
		if (view.queued.length === 0) continue;
		const stored = await readView(tab, view.session_id);
		if (!stored) isWhole = false;
		else if (isGone(stored, view)) forget(tab, view);
		else if (isEmptied(view, stored)) isWhole = (await showOrWriteBack(tab, view, stored)) && isWhole;
	}
	return isWhole;
}

/**
 * Whether the browser has emptied the storage since the view's record was put into it. The records of a visit
 * to a shared computer are also deleted when all is sent; then the device's own record is still there.
 */
function isEmptied(
	{ record, shared }: TabSessionView,
	stored: StoredSession & { is_blank?: boolean },
): boolean {
	if (stored.record) return stored.record.born !== record.born;
	if (record.moved) return false;
	return shared === null || (stored.is_blank ?? false);
}

/**
 * Shows what the storage holds; first it gets back what the page knows of the one before.
 * @returns whether the storage took it
 */
async function showOrWriteBack(tab: TabState, view: TabSessionView, stored: StoredSession): Promise<boolean> {
	if (!isEmptied(view, stored) || view.queued.length === 0) {
		showStored(view, stored);
		return true;
	}
	const { session_id } = view;
	const whole = await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				await changeSession(tab, tx, session_id);
				return readStored(tx, session_id);
			}),
		null,
	);
	if (!whole) return false;
	showStored(view, whole);
	tab.announce("changed");
	return true;
}

/** Changes the record of a session, if there is one. */
export async function changeSession(
	tab: TabState,
	tx: WriteTransaction,
	session_id: SessionId,
	change: Partial<SessionRecord> = {},
): Promise<void> {
	const record = await loadSessionRecord(tab, tx, session_id);
	if (record) await putSession(tx, { ...record, ...change });
}

/** Reads the record of a session, whether it is open in this tab or not: see {@link sessionOf}. */
export function loadSessionRecord(
	tab: TabState,
	tx: WriteTransaction,
	session_id: SessionId,
): Promise<SessionRecord | null> {
	const view = tab.views.get(session_id);
	return view ? sessionOf(tab, tx, view) : readSession(tx, session_id);
}

function readView(
	tab: TabState,
	session_id: SessionId,
): Promise<
	(StoredSession & Pick<DeviceRecord, "last_reset" | "shared" | "erased"> & { is_blank: boolean }) | null
> {
	return orFallback(
		() =>
			tab.storage.read(async (tx) => {
				const known = await loadDevice(tab, tx);
				const view = tab.views.get(session_id);
				if (view) completeView(view, known);
				const stored = await readStored(tx, session_id);
				const { last_reset, current, shared, erased } = known;
				const is_blank = (await tx.get("meta", "device")) === undefined;
				return { ...stored, last_reset, erased, shared: current === session_id ? shared : null, is_blank };
			}),
		null,
	);
}

/**
 * Takes over what the storage knows of the device and its clock. After a reset the name that this tab knows
 * the clock by is the last person's: the next one's writes shall not be known by it, nor come under another
 * name than those of other tabs.
 */
export async function loadDevice(tab: TabState, tx: ReadTransaction): Promise<DeviceRecord> {
	const known = await readDevice(tx);
	if (isResetSince(known, tab.last_reset)) tab.clock = { ...tab.clock, id: null };
	tab.last_reset = known.last_reset;
	tab.clock = laterClock(tab.clock, await readStoredClock(tx));
	return known;
}

/** Ends a view after a reset. */
export function forget(tab: TabState, view: TabSessionView): void {
	tab.views.delete(view.session_id);
	update(view, { forgotten: true, queued: [], unreadable: 0, refused: [], unstored: [] });
}

/** Changes what belongs to no session. @returns null where the storage failed */
export function changeDevice(
	{ storage }: TabState,
	change: (before: DeviceRecord) => DeviceRecord,
): Promise<DeviceRecord | null> {
	return orFallback(
		() =>
			storage.write(async (tx) => {
				const after = change(await readDevice(tx));
				await putDevice(tx, after);
				return after;
			}),
		null,
	);
}

/**
 * What belongs to no session, where a change of it may have failed: a full disk can still be read. @returns
 * null where not even that
 */
export async function lastKnown(
	{ storage }: TabState,
	changed: DeviceRecord | null | undefined,
): Promise<DeviceRecord | null> {
	return changed ?? (await orFallback(() => storage.read(readDevice), null));
}

export async function dismissRefused(
	tab: TabState,
	view: TabSessionView,
	operation_id: OperationId,
): Promise<void> {
	const stored = await tab.storage.write(async (tx) => {
		await changeSession(tab, tx, view.session_id);
		await deleteRefused(tx, view.session_id, operation_id);
		return readStored(tx, view.session_id);
	});
	showStored(view, stored);
	tab.announce("changed");
}

/** The device's clock now, not before anything that was done here. */
export function deviceTime(tab: TabState): number {
	const now = tab.environment.now();
	tab.clock = steadied(tab.clock, now);
	return readClock(tab.clock, now);
}

/** Does without the storage where it fails. */
export async function orFallback<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof StorageFailed) return otherwise;
		throw error;
	}
}
