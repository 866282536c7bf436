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
import { createView, eventsOf, pendingOperations, showStored, update, type View } from "../view.ts";
import { type DeviceClock, laterClock, readClock, serverTime, steadied } from "./clock.ts";
import {
	type DeviceRecord,
	deleteRefused,
	isResetSince,
	type KnownReset,
	type Operation,
	putDevice,
	putOperation,
	putSession,
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
import type { News } from "./tabs.ts";

/** This tab's hold on the storage that all tabs share. */
export type Device = {
	readonly storage: SessionStorage;
	readonly environment: Environment;
	readonly views: Map<SessionId, View>;
	clock: DeviceClock;
	/** The last reset of which this tab knows. */
	last_reset: KnownReset;
	/** Acknowledged by the server although the storage then failed to let them go; they are not sent again from here. */
	readonly acknowledged: Set<OperationId>;
	/** Sessions of visits to a shared computer, as of the last look at the outbox: no cookie may name them. */
	without_cookie: ReadonlySet<SessionId>;
	/** Why nothing counts as kept on this device for now: see storage-watch.ts. */
	doubt: StorageFailed["reason"] | null;
	/** Called when a view has changed: what is unsent is watched over. */
	watch(): void;
	/** The lock of those who send was waited for in vain: see exclusive.ts. */
	lock_is_stuck: boolean;
	/** Tells the other tabs that the storage has changed, or that the server takes operations. */
	announce(news: News): void;
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
 * The record of an open session, to be changed and put; null after a reset. When the browser emptied its storage under the open page,
 * what the page still knows goes back in, also when another page has filled the storage again with what that one knew.
 */
export async function sessionOf(
	device: Device,
	tx: WriteTransaction,
	view: View,
): Promise<SessionRecord | null> {
	const stored = await readDevice(tx);
	meet(view, stored);
	if (isResetSince(stored, view.last_reset)) return null;
	const record = await readSession(tx, view.session_id);
	if (record?.born === view.record.born) return record;
	const outbox = new Set((await readOutbox(tx, view.session_id)).map(({ operation_id }) => operation_id));
	const missing = view.queued.filter(({ operation_id }) => !outbox.has(operation_id));
	for (const operation of missing) await putOperation(tx, operation);
	if (record) {
		if (missing.length === 0) return record;
		return { ...record, state: withOperations(device, view, record.state, missing), refresh_needed: true };
	}
	await putDevice(tx, { ...stored, ...placeOf(stored, view) });
	const { version_id } = view.record.assessment;
	await rememberVersion(tx, { version_id, assessment: view.index.assessment });
	return { ...view.record, born: mintUuid(device.environment.randomBytes) };
}

/** What a failing storage did not tell when the view opened, the first look that succeeds tells. */
function meet(view: View, { last_reset, current, shared }: DeviceRecord): void {
	if (view.last_reset !== null) return;
	view.last_reset = last_reset;
	if (current === view.session_id) view.shared ??= shared;
}

/** Where a session that comes back into the storage has its place: another that has become the current one meanwhile stays it. */
function placeOf(
	{ current, shared, left_behind }: DeviceRecord,
	{ session_id, shared: visit }: View,
): Pick<DeviceRecord, "current" | "shared" | "left_behind"> {
	if (current === null || current === session_id) {
		return { current: session_id, shared: shared ?? visit, left_behind };
	}
	const isLeft = visit !== null && !left_behind.includes(session_id);
	return { current, shared, left_behind: isLeft ? [...left_behind, session_id] : left_behind };
}

function withOperations(
	device: Device,
	{ index }: View,
	state: SessionState,
	operations: readonly Operation[],
): SessionState {
	if (state.status !== "active") return state;
	const now = deviceTime(device);
	const times = { sent_at: toInstant(now), received: serverTime(device.clock, now) };
	return eventsOf(index, state, operations, times).reduce((base, event) => apply(index, base, event), state);
}

/**
 * Opens this tab's view of a session.
 * @param record serves where the storage has none
 * @param last_reset as it was when the session was found; after another one the view is over already
 */
export async function openView(
	device: Device,
	index: AssessmentIndex,
	record: SessionRecord,
	last_reset: KnownReset,
): Promise<View> {
	const { session_id } = record.state;
	const stored = await look(device, session_id);
	const open = device.views.get(session_id);
	if (open) {
		if (stored) await take(device, open, stored);
		return open;
	}
	const view = createView(index, stored?.record ?? record, stored ?? NOTHING_STORED);
	if (stored && isResetSince(stored, last_reset)) forget(device, view);
	else {
		device.views.set(session_id, view);
		view.listeners.add(device.watch);
	}
	return view;
}

/** Looks again into the storage, after another tab has changed it. */
export async function reload(device: Device): Promise<void> {
	for (const view of device.views.values()) {
		const stored = await look(device, view.session_id);
		if (!stored) continue;
		if (isResetSince(stored, view.last_reset)) forget(device, view);
		else if (stored.record || isEmptied(view, stored)) await take(device, view, stored);
	}
}

/**
 * Writes back what the page still knows of a storage that the browser has emptied.
 * @returns whether all that is queued is in the storage
 */
export async function restoreEmptied(device: Device): Promise<boolean> {
	let isWhole = true;
	for (const view of device.views.values()) {
		if (view.queued.length === 0) continue;
		const stored = await look(device, view.session_id);
		if (!stored) isWhole = false;
		else if (isResetSince(stored, view.last_reset)) forget(device, view);
		else if (isEmptied(view, stored)) isWhole = (await take(device, view, stored)) && isWhole;
	}
	return isWhole;
}

/**
 * Whether the browser has emptied the storage since the view's record was put into it. The records of a visit to a shared computer are
 * also deleted when all is sent; then the device's own record is still there.
 */
function isEmptied({ record, shared }: View, stored: StoredSession & { is_blank?: boolean }): boolean {
	if (stored.record) return stored.record.born !== record.born;
	return shared === null || (stored.is_blank ?? false);
}

/**
 * Shows what the storage holds; first it gets back what the page knows of the one before.
 * @returns whether the storage took it
 */
async function take(device: Device, view: View, stored: StoredSession): Promise<boolean> {
	if (!isEmptied(view, stored) || view.queued.length === 0) {
		showStored(view, stored);
		return true;
	}
	const { session_id } = view;
	const whole = await tolerant(
		() =>
			device.storage.write(async (tx) => {
				await changeSession(device, tx, session_id);
				return readStored(tx, session_id);
			}),
		null,
	);
	if (!whole) return false;
	showStored(view, whole);
	device.announce("changed");
	return true;
}

/** Changes the record of a session, if there is one. */
export async function changeSession(
	device: Device,
	tx: WriteTransaction,
	session_id: SessionId,
	change: Partial<SessionRecord> = {},
): Promise<void> {
	const record = await knownRecord(device, tx, session_id);
	if (record) await putSession(tx, { ...record, ...change });
}

/** The record of a session, open here or not: see {@link sessionOf}. */
export function knownRecord(
	device: Device,
	tx: WriteTransaction,
	session_id: SessionId,
): Promise<SessionRecord | null> {
	const view = device.views.get(session_id);
	return view ? sessionOf(device, tx, view) : readSession(tx, session_id);
}

/** Notes that the server lacks something that it had: the session is compared with it before anything is called saved. */
export async function noteLoss(device: Device, view: View): Promise<void> {
	const { session_id } = view;
	await tolerant(
		() => device.storage.write((tx) => changeSession(device, tx, session_id, { refresh_needed: true })),
		undefined,
	);
	update(view, { record: { ...view.record, refresh_needed: true } });
}

function look(
	device: Device,
	session_id: SessionId,
): Promise<(StoredSession & Pick<DeviceRecord, "last_reset" | "shared"> & { is_blank: boolean }) | null> {
	return tolerant(
		() =>
			device.storage.read(async (tx) => {
				const known = await meetDevice(device, tx);
				const view = device.views.get(session_id);
				if (view) meet(view, known);
				const stored = await readStored(tx, session_id);
				const { last_reset, current, shared } = known;
				const is_blank = (await tx.get("meta", "device")) === undefined;
				return { ...stored, last_reset, shared: current === session_id ? shared : null, is_blank };
			}),
		null,
	);
}

/**
 * Takes over what the storage knows of the device and its clock. After a reset the name that this tab knows the clock by is the last
 * person's: the next one's writes shall not be known by it, nor come under another name than those of other tabs.
 */
export async function meetDevice(device: Device, tx: ReadTransaction): Promise<DeviceRecord> {
	const known = await readDevice(tx);
	if (isResetSince(known, device.last_reset)) device.clock = { ...device.clock, id: null };
	device.last_reset = known.last_reset;
	device.clock = laterClock(device.clock, await readStoredClock(tx));
	return known;
}

/** Ends a view after a reset. */
export function forget(device: Device, view: View): void {
	device.views.delete(view.session_id);
	update(view, { forgotten: true, queued: [], unreadable: 0, refused: [], unstored: [] });
}

/** Everything that waits for the server, of all sessions and from memory too, oldest first. */
export async function readPending(device: Device): Promise<Operation[]> {
	const views = [...device.views.values()];
	const stored = await tolerant(
		() =>
			device.storage.read(async (tx) => {
				// A page that has just opened knows nothing yet of the clock by which these were stamped.
				const { current, shared, left_behind } = await meetDevice(device, tx);
				device.without_cookie = new Set(shared && current ? [...left_behind, current] : left_behind);
				return [...(await readOutbox(tx)), ...(await queuedBeforeClearing(tx, views))];
			}),
		views.flatMap((view) => view.queued),
	);
	const failed = views
		.flatMap((view) => view.unstored)
		.filter(({ phase }) => phase === "failed")
		.map(({ operation }) => operation);
	const all = new Map([...stored, ...failed].map((operation) => [operation.operation_id, operation]));
	return [...all.values()]
		.filter(({ operation_id }) => !device.acknowledged.has(operation_id))
		.sort((a, b) => (a.client_time < b.client_time ? -1 : 1));
}

/** What open pages still know of an outbox that the browser has emptied under them; a reset by the student is final. */
async function queuedBeforeClearing(tx: ReadTransaction, views: readonly View[]): Promise<Operation[]> {
	const queued: Operation[] = [];
	const stored = await readDevice(tx);
	for (const view of views) {
		meet(view, stored);
		if (view.queued.length === 0 || isResetSince(stored, view.last_reset)) continue;
		const record = await readSession(tx, view.session_id);
		if (record?.born !== view.record.born) queued.push(...view.queued);
	}
	return queued;
}

/** What waits of one session, as far as this tab has seen it. */
export function pendingOf(device: Device, view: View): Operation[] {
	return pendingOperations(view, device.acknowledged);
}

/** Changes what belongs to no session. @returns null where the storage failed */
export function changeDevice(
	{ storage }: Device,
	change: (before: DeviceRecord) => DeviceRecord,
): Promise<DeviceRecord | null> {
	return tolerant(
		() =>
			storage.write(async (tx) => {
				const after = change(await readDevice(tx));
				await putDevice(tx, after);
				return after;
			}),
		null,
	);
}

/** What belongs to no session, where a change of it may have failed: a full disk can still be read. @returns null where not even that */
export async function lastKnown(
	{ storage }: Device,
	changed: DeviceRecord | null | undefined,
): Promise<DeviceRecord | null> {
	return changed ?? (await tolerant(() => storage.read(readDevice), null));
}

export async function dismissRefused(device: Device, view: View, operation_id: OperationId): Promise<void> {
	const stored = await device.storage.write(async (tx) => {
		await changeSession(device, tx, view.session_id);
		await deleteRefused(tx, view.session_id, operation_id);
		return readStored(tx, view.session_id);
	});
	showStored(view, stored);
	device.announce("changed");
}

/** The device's clock now, not before anything that was done here. */
export function deviceTime(device: Device): number {
	const now = device.environment.now();
	device.clock = steadied(device.clock, now);
	return readClock(device.clock, now);
}

/** Does without the storage where it fails. */
export async function tolerant<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof StorageFailed) return otherwise;
		throw error;
	}
}
