import {
	type AssessmentIndex,
	apply,
	chooseResume,
	type LocalSession,
	type RemoteSession,
	type SessionSnapshot,
	toInstant,
} from "@carhythm/core";
import type { Resumed } from "./api.ts";
import { fetchVersion } from "./assessments.ts";
import { type Device, deviceTime, pendingOf, tolerant } from "./device.ts";
import type { Engine } from "./engine.ts";
import { loadReset } from "./later.ts";
import { rebase, recordOf } from "./rebase.ts";
import {
	isResetSince,
	type Operation,
	putDevice,
	putSession,
	readDevice,
	readStored,
	type SessionRecord,
} from "./records.ts";
import { markKnown } from "./settlement.ts";
import { endPastVisit } from "./shared-computer.ts";
import { fetchSnapshot } from "./transport.ts";
import { eventsOf } from "./view.ts";

type Held = { record: SessionRecord; operations: readonly Operation[] };
/** What this device holds, and how often it had been reset when that was read. */
type Look = { held: Held | null; cookie_ignored: boolean; resets: number };

// The next visit tries again.
const ignore = () => {};

const NOTHING = { kind: "nothing" } as const;

/** See `Client.resume`. */
export async function resume(engine: Engine): Promise<Resumed> {
	const { device } = engine;
	await endPastVisit(device);
	const look = await readHeld(device);
	const resumed = await findSession(engine, look);
	// Somebody else may sit here by now, for whom another tab has let this browser forget everything.
	const isPast = await tolerant(() => device.storage.read((tx) => isResetSince(tx, look.resets)), false);
	return isPast ? resume(engine) : resumed;
}

async function findSession(engine: Engine, look: Look): Promise<Resumed> {
	const { held, cookie_ignored } = look;
	if (!held && cookie_ignored) void loadReset().then(({ forgetCookie }) => forgetCookie(engine), ignore);
	const remote = await askServer(engine, held, cookie_ignored);
	const server = remote.kind === "unreachable" ? "unreachable" : "reached";
	const ref = remote.kind === "found" ? remote.snapshot.assessment : held?.record.assessment;
	if (!ref) return { choice: NOTHING, index: null, server };

	const version = await fetchVersion(engine.assessments, ref.version_id);
	if (version.kind !== "ok") return { choice: NOTHING, index: null, server: "unreachable" };
	const index = version.value;
	if (remote.kind === "not_found" && held) {
		await markKnown(engine.device, held.record.state.session_id, false);
	}
	if (remote.kind !== "found") {
		return { choice: chooseResume(index, localOf(engine.device, index, held, null), remote), index, server };
	}
	const snapshot = await takeOver(engine, index, remote.snapshot, look);
	const choice = chooseResume(index, localOf(engine.device, index, held, snapshot), {
		kind: "found",
		snapshot,
	});
	return { choice, index, server };
}

async function readHeld(device: Device): Promise<Look> {
	return tolerant(
		() =>
			device.storage.read(async (tx) => {
				const { current, cookie_ignored, resets } = await readDevice(tx);
				const stored = current && (await readStored(tx, current));
				if (!stored?.record) return { held: null, cookie_ignored, resets };
				// A session that is already open here may hold answers that the storage did not take.
				const view = device.views.get(stored.record.state.session_id);
				const record = view ? { ...stored.record, state: view.shown } : stored.record;
				return {
					held: { record, operations: view ? pendingOf(device, view) : stored.queued },
					cookie_ignored,
					resets,
				};
			}),
		{ held: null, cookie_ignored: false, resets: Number.POSITIVE_INFINITY },
	);
}

async function askServer(engine: Engine, held: Held | null, cookie_ignored: boolean): Promise<RemoteSession> {
	if (!held && cookie_ignored) return { kind: "not_found" };
	const session_id = held?.record.state.session_id ?? null;
	const first = await fetchSnapshot(engine.transport, session_id);
	if (first.kind === "unavailable") return { kind: "unreachable" };
	const isOlder = first.kind === "found" && held && isOlderThan(first.snapshot, held);
	if (!isOlder) return first;
	// Another tab was just sending: the next look has it. What is still older then, the outbox will put right.
	const second = await fetchSnapshot(engine.transport, session_id);
	return second.kind === "unavailable" ? { kind: "unreachable" } : second;
}

function isOlderThan(snapshot: SessionSnapshot, held: Held): boolean {
	return snapshot.session.revision < held.record.state.revision;
}

/** Makes the snapshot the device's own and the session the one to come back to. */
async function takeOver(
	{ device, remembered }: Engine,
	index: AssessmentIndex,
	snapshot: SessionSnapshot,
	{ held, resets }: Look,
): Promise<SessionSnapshot> {
	const { session } = snapshot;
	const when = { resets, isExclusive: false };
	const taken = await tolerant(async () => ({ record: await rebase(device, index, snapshot, when) }), null);
	if (!taken) {
		const state = localOf(device, index, held, snapshot)?.pending.reduce(
			(base, event) => apply(index, base, event),
			session,
		);
		remembered.set(session.session_id, recordOf(snapshot, state ?? session));
		return snapshot;
	}
	await tolerant(
		() =>
			device.storage.write(async (tx) => {
				if (await isResetSince(tx, resets)) return;
				if (!taken.record && held) await putSession(tx, { ...held.record, refresh_needed: true });
				await putDevice(tx, { ...(await readDevice(tx)), current: session.session_id });
			}),
		undefined,
	);
	return !taken.record && held ? { ...snapshot, session: held.record.state } : snapshot;
}

function localOf(
	device: Device,
	index: AssessmentIndex,
	held: Held | null,
	snapshot: SessionSnapshot | null,
): LocalSession | null {
	if (!held) return null;
	const { state, expired, expires_at } = held.record;
	const now = toInstant(deviceTime(device));
	const isSame = snapshot?.session.session_id === state.session_id;
	const times = { sent_at: now, received: snapshot?.server_time ?? now };
	return {
		state,
		pending: eventsOf(index, isSame ? snapshot.session : state, held.operations, times),
		expired_at: expired ? (expires_at ?? state.last_activity) : null,
	};
}
