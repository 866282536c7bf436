import {
	type AssessmentIndex,
	apply,
	chooseResume,
	isUntouched,
	type LocalSession,
	type RemoteSession,
	type SessionId,
	type SessionSnapshot,
	type SessionState,
	toInstant,
} from "@carhythm/core";
import type { Resumed } from "../api.ts";
import type { Engine } from "../engine.ts";
import { loadReset } from "../lazy-modules.ts";
import { learnMoved } from "../outbox/moved.ts";
import { rebase, recordOf } from "../outbox/rebase.ts";
import { drain } from "../outbox/sender.ts";
import { markKnownToServer } from "../outbox/settlement.ts";
import { pendingOf } from "../storage/pending.ts";
import {
	type DeviceRecord,
	isResetSince,
	type KnownReset,
	putDevice,
	putSession,
	type QueuedOperation,
	readDevice,
	readStored,
	type SessionRecord,
} from "../storage/records.ts";
import type { ReadTransaction } from "../storage/storage.ts";
import { changeDevice, deviceTime, loadDevice, orFallback, type TabState } from "../storage/tab-state.ts";
import { eventsOf } from "../tab-session-view.ts";
import { fetchSnapshot } from "../transport.ts";
import { fetchVersion } from "./assessments.ts";
import { recordSetAside, withCurrent } from "./current.ts";
import { endPastVisit } from "./shared-computer.ts";

type Held = { record: SessionRecord; operations: readonly QueuedOperation[] };
/** What this device holds of the session to come back to, and what it knew when that was read. */
type Look = {
	held: Held | null;
	current: SessionId | null;
	/** The session that the current one replaced. It may be active again: the reply to a restore can be lost. */
	replaced: SessionId | null;
	cookie_ignored: boolean;
	/** The student left this device, and has not been told so here. */
	was_left: boolean;
	last_reset: KnownReset;
};

// The next visit tries again.
const ignore = () => {};

const MOVED = { kind: "moved" } as const;
const NOTHING = { kind: "nothing" } as const;
const NOT_FOUND = { kind: "not_found" } as const;
const UNREACHABLE = { kind: "unreachable" } as const;

/** See `Client.resume`. */
export async function resume(engine: Engine): Promise<Resumed> {
	const { tab } = engine;
	await endPastVisit(tab);
	const look = await readLook(tab);
	const resumed = await findSession(engine, look);
	const isPast = await orFallback(
		async () => isOvertaken(look, resumed, await tab.storage.read(readDevice)),
		false,
	);
	if (isPast) return resume(engine);
	await recordSetAside(engine);
	return resumed;
}

/**
 * Whether another tab has decided meanwhile what there is to come back to: it has begun or brought back a
 * session, or has let this browser forget everything, and another person may sit here by now.
 */
function isOvertaken(look: Look, { choice }: Resumed, now: DeviceRecord): boolean {
	const found = "state" in choice ? choice.state.session_id : null;
	return isResetSince(now, look.last_reset) || (now.current !== look.current && now.current !== found);
}

async function findSession(engine: Engine, look: Look, hasSent = false): Promise<Resumed> {
	const { tab } = engine;
	const { held, cookie_ignored } = look;
	if (!held && look.was_left) return tellLeft(tab, { choice: MOVED, index: null, server: "reached" });
	if (!held && cookie_ignored) void loadReset().then(({ forgetCookie }) => forgetCookie(engine), ignore);
	const isUnasked = !held && cookie_ignored;
	const session_id = held?.record.state.session_id ?? null;
	const asked = isUnasked ? NOT_FOUND : await askServer(engine, session_id, held);
	if (asked.kind === "moved" && session_id) {
		const learned = await learnMoved(engine, session_id);
		const next = learned.kind === "here" ? await readLook(tab) : null;
		if (next && next.current !== session_id) return findSession(engine, next, hasSent);
		// No reply yet, or a storage that did not take the new id.
		if (learned.kind !== "left") return present(engine, look, UNREACHABLE);
		void drain(engine.sender, "end_back_off");
		return tellLeft(tab, await present(engine, look, asked));
	}
	// The cookie alone names it, and nothing was ever answered in it: it brings nothing back, and may be another's.
	const isWorthless = session_id === null && asked.kind === "found" && isUntouched(asked.snapshot.session);
	const remote = isWorthless ? NOT_FOUND : asked;
	if (remote.kind === "not_found" && session_id !== null && held?.record.erase_at) {
		// The server has done what the student asked for, and so does this device.
		await markKnownToServer(tab, session_id, false);
		engine.remembered.delete(session_id);
		return { choice: NOTHING, index: null, server: "reached" };
	}
	if (!hasSent && isExpired(remote) && held && held.operations.length > 0) {
		// What was done in time renews the session once it has arrived.
		await drain(engine.sender, "end_back_off");
		return findSession(engine, await readLook(tab), true);
	}
	return (isSetAside(remote) && (await findReplaced(engine, look))) || present(engine, look, remote);
}

/** The student is told once that they left this device. */
async function tellLeft(tab: TabState, resumed: Resumed): Promise<Resumed> {
	if (resumed.choice.kind === "moved") await changeDevice(tab, (before) => ({ ...before, was_left: false }));
	return resumed;
}

/** The session that took its place again while its successor was set aside; null where both are, or there is none. */
async function findReplaced(engine: Engine, look: Look): Promise<Resumed | null> {
	const { tab } = engine;
	const { replaced } = look;
	if (replaced === null || replaced === look.current) return null;
	const held = await orFallback(() => tab.storage.read((tx) => readHeld(tab, tx, replaced)), null);
	const remote = await askServer(engine, replaced, held);
	// Without its state from the server this device can at least ask for the session again.
	const isThere = remote.kind === "found" ? !isSetAside(remote) : remote.kind === "unreachable" && held;
	return isThere ? present(engine, { ...look, held }, remote) : null;
}

function isExpired(remote: RemoteSession): boolean {
	return remote.kind === "found" && remote.snapshot.session.status === "active" && remote.snapshot.expired;
}

function isSetAside(remote: RemoteSession): boolean {
	return remote.kind === "found" && remote.snapshot.session.status === "user_abandoned_not_completed";
}

async function present(engine: Engine, look: Look, remote: RemoteSession): Promise<Resumed> {
	const { held } = look;
	const server = remote.kind === "unreachable" ? "unreachable" : "reached";
	const ref = remote.kind === "found" ? remote.snapshot.assessment : held?.record.assessment;
	if (!ref) return { choice: NOTHING, index: null, server };

	const version = await fetchVersion(engine.assessments, ref.version_id);
	if (version.kind !== "ok") return { choice: NOTHING, index: null, server: "unreachable" };
	const index = version.value;
	if (remote.kind === "not_found" && held) {
		await markKnownToServer(engine.tab, held.record.state.session_id, false);
	}
	if (remote.kind !== "found") {
		return { choice: chooseResume(index, localOf(engine.tab, index, held, null), remote), index, server };
	}
	const snapshot = await adoptSnapshot(engine, index, remote.snapshot, look);
	// What the server had lost is in the outbox again.
	const { tab } = engine;
	const session_id = held?.record.state.session_id;
	const now = session_id
		? await orFallback(() => tab.storage.read((tx) => readHeld(tab, tx, session_id)), null)
		: null;
	const choice = chooseResume(index, localOf(tab, index, now ?? held, snapshot), {
		kind: "found",
		snapshot,
	});
	return { choice, index, server };
}

function readLook(tab: TabState): Promise<Look> {
	return orFallback<Look>(
		() =>
			tab.storage.read(async (tx) => {
				const { current, restoring, set_aside, ...device } = await loadDevice(tab, tx);
				const { cookie_ignored, was_left, last_reset } = device;
				const held = current && (await readHeld(tab, tx, current));
				const replaced = restoring?.session_id ?? set_aside?.session_id ?? null;
				return { held, current, replaced, cookie_ignored, was_left, last_reset };
			}),
		{ held: null, current: null, replaced: null, cookie_ignored: false, was_left: false, last_reset: null },
	);
}

async function readHeld(tab: TabState, tx: ReadTransaction, session_id: SessionId): Promise<Held | null> {
	const { record, queued } = await readStored(tx, session_id);
	if (!record) return null;
	// A session that is already open here may hold answers that the storage did not take.
	const view = tab.views.get(session_id);
	return view
		? { record: { ...record, state: view.shown }, operations: pendingOf(tab, view) }
		: { record, operations: queued };
}

/** @param session_id the one of the cookie when null */
async function askServer(
	engine: Engine,
	session_id: SessionId | null,
	held: Held | null,
): Promise<RemoteSession> {
	const first = await fetchSnapshot(engine.transport, session_id);
	if (first.kind === "unavailable") return UNREACHABLE;
	const isOlder = first.kind === "found" && held && isOlderThan(first.snapshot, held);
	if (!isOlder) return first;
	// Another tab was just sending: the next look has it. What is still older then, the outbox will put right.
	const second = await fetchSnapshot(engine.transport, session_id);
	return second.kind === "unavailable" ? UNREACHABLE : second;
}

function isOlderThan(snapshot: SessionSnapshot, held: Held): boolean {
	return snapshot.session.revision < held.record.state.revision;
}

/**
 * Makes the snapshot the device's own and the session the one to come back to, unless another tab has chosen
 * one meanwhile.
 */
async function adoptSnapshot(
	{ tab, remembered }: Engine,
	index: AssessmentIndex,
	snapshot: SessionSnapshot,
	{ held, current, last_reset }: Look,
): Promise<SessionSnapshot> {
	const { session } = snapshot;
	const when = { last_reset, isExclusive: false };
	const taken = await orFallback(async () => ({ record: await rebase(tab, index, snapshot, when) }), null);
	if (!taken) {
		const state = localOf(tab, index, held, snapshot)?.pending.reduce(
			(base, event) => apply(index, base, event),
			session,
		);
		remembered.set(session.session_id, recordOf(snapshot, state ?? session));
		return snapshot;
	}
	await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				const before = await readDevice(tx);
				if (isResetSince(before, last_reset) || before.current !== current) return;
				if (!taken.record && held) await putSession(tx, { ...held.record, refresh_needed: true });
				await putDevice(tx, cameBack(before, session));
			}),
		undefined,
	);
	return !taken.record && held ? { ...snapshot, session: held.record.state } : snapshot;
}

/**
 * The device with the session to come back to, which may be back from being set aside: asked again, that is
 * another restore.
 */
function cameBack(before: DeviceRecord, { session_id, status }: SessionState): DeviceRecord {
	const { current, restoring, shared } = before;
	if (current !== session_id) return withCurrent(before, session_id, { shared });
	const isDone = restoring?.session_id === session_id && status !== "user_abandoned_not_completed";
	return { ...before, restoring: isDone ? null : restoring };
}

function localOf(
	tab: TabState,
	index: AssessmentIndex,
	held: Held | null,
	snapshot: SessionSnapshot | null,
): LocalSession | null {
	if (!held) return null;
	const { state, expired, expires_at, erase_at } = held.record;
	const now = toInstant(deviceTime(tab));
	const isSame = snapshot?.session.session_id === state.session_id;
	const times = { sent_at: now, received: snapshot?.server_time ?? now };
	return {
		state,
		pending: eventsOf(index, isSame ? snapshot.session : state, held.operations, times),
		expired_at: expired ? (expires_at ?? state.last_activity) : null,
		erase_at,
	};
}
