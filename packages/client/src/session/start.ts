import {
	beginSession,
	type Instant,
	type Language,
	mintOperationId,
	mintUuid,
	type Problem,
	parseSessionId,
	SessionChangedReply,
	type SessionId,
	type SessionSnapshot,
	type SessionState,
	StartReply,
} from "@carhythm/core";
import { ServerUnreachable, type StartOptions } from "../api.ts";
import type { Engine } from "../engine.ts";
import { append } from "../outbox/append.ts";
import { rebase, recordOf } from "../outbox/rebase.ts";
import {
	type DeviceRecord,
	isResetSince,
	type KnownReset,
	NEW_DEVICE,
	putDevice,
	putSession,
	readDevice,
	readSession,
	type SessionRecord,
} from "../storage/records.ts";
import type { WriteTransaction } from "../storage/storage.ts";
import {
	changeDevice,
	lastKnown,
	openView,
	orFallback,
	reload,
	type TabState,
} from "../storage/tab-state.ts";
import type { TabSessionView } from "../tab-session-view.ts";
import { fetchSnapshot, request, valueOrThrow } from "../transport.ts";
import { fetchVersion } from "./assessments.ts";
import { recordSetAside, setAsideAt, withCurrent } from "./current.ts";
import { beginSharedVisit, presentVisit } from "./shared-computer.ts";

type Starting = NonNullable<DeviceRecord["starting"]>;

/** See `Client.start`. */
export async function start(engine: Engine, options: StartOptions): Promise<TabSessionView> {
	const { tab, transport } = engine;
	const { starting, isRetry, last_reset, present } = await prepareStart(engine, options);
	const { operation_id, language, assessment, replaces } = starting;
	const shared = options.shared || present !== null;
	const body = {
		operation_id,
		language,
		...(assessment === null ? {} : { assessment }),
		...(replaces === null ? {} : { replaces }),
		...(shared ? { shared: true } : {}),
		...(options.consent ? { consent: options.consent } : {}),
	};
	const reply = await request(transport, "POST", "/api/v2/session/start", StartReply, { body });
	// A refused request has begun nothing, so its id has no more use.
	if (reply.kind === "problem") {
		await endStart(engine, operation_id);
		const { code } = reply.problem;
		// A try of yesterday: the server repeats its reply for a day only. The student wants one that begins now.
		const isPast = code === "operation_mismatch" || code === "session_moved";
		if (isRetry && isPast) return start(engine, options);
	}
	const started = valueOrThrow(reply);
	const session_id = parseSessionId(started.session_id);
	if (!session_id) throw new ServerUnreachable("server");
	const index = valueOrThrow(await fetchVersion(engine.assessments, started.assessment.version_id));
	const record: SessionRecord = {
		format: 1,
		display_id: started.display_id,
		assessment: started.assessment,
		// The start itself is the first entry in the server's history.
		state: { ...beginSession({ session_id, language, started_at: started.created_at }), revision: 1 },
		expires_at: started.expires_at,
		expired: false,
		known_to_server: true,
		synced_revision: 1,
		// The first try may have come further than its reply.
		refresh_needed: isRetry,
		incarnation: null,
		born: mintUuid(tab.environment.randomBytes),
		erase_at: null,
		consent: options.consent ? { ...options.consent, at: started.created_at, withdrawn_at: null } : null,
		held_back: null,
	};
	const visit = shared ? (present ?? beginSharedVisit(tab)) : null;
	await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				if (isResetSince(await readDevice(tx), last_reset)) return;
				if (!(await readSession(tx, session_id))) await putSession(tx, record);
				await takePlace(tab, tx, started, { session_id, replaces, shared: visit });
			}),
		undefined,
	);
	await endStart(engine, operation_id);
	const view = await openCurrent(engine, index, record, last_reset);
	view.shared = visit;
	await speak(engine, view, options.language);
	return view;
}

/** See `Client.restore`. */
export async function restore(engine: Engine, session_id: SessionId): Promise<TabSessionView> {
	const { tab, transport } = engine;
	const { operation_id, last_reset, shared } = await prepareRestore(engine, session_id);
	const path = `/api/v2/session/${session_id}/restore`;
	const body = { operation_id, ...(shared !== null && { shared: true }) };
	const reply = await request(transport, "POST", path, SessionChangedReply, { body });
	if (reply.kind === "problem") await endRestore(engine, operation_id, reply.problem);
	valueOrThrow(reply);
	const remote = await fetchSnapshot(transport, session_id);
	if (remote.kind !== "found") throw new ServerUnreachable("server");
	const { snapshot } = remote;
	const index = valueOrThrow(await fetchVersion(engine.assessments, snapshot.assessment.version_id));
	await orFallback(() => rebase(tab, index, snapshot, { last_reset, isExclusive: false }), null);
	await orFallback(
		() =>
			tab.storage.write(async (tx) => {
				if (isResetSince(await readDevice(tx), last_reset)) return;
				await giveBackPlace(tab, tx, snapshot, shared);
			}),
		undefined,
	);
	const view = await openCurrent(engine, index, recordOf(snapshot, snapshot.session), last_reset);
	view.shared = shared;
	return view;
}

async function prepareStart(
	engine: Engine,
	options: StartOptions,
): Promise<{ starting: Starting; isRetry: boolean; last_reset: KnownReset; present: string | null }> {
	const { storage, environment } = engine.tab;
	const assessment = options.assessment ?? null;
	const replaces = options.replaces ?? null;
	const operation_id = mintOperationId(environment.randomBytes);
	const fresh: Starting = { operation_id, language: options.language, assessment, replaces };
	const isSame = (other: DeviceRecord["starting"]) =>
		other?.assessment === assessment && other.replaces === replaces ? other : null;
	const stored = await orFallback(
		() =>
			storage.write(async (tx) => {
				const device = await readDevice(tx);
				const earlier = isSame(device.starting);
				if (!earlier) await putDevice(tx, { ...device, starting: fresh });
				return { earlier, device };
			}),
		null,
	);
	const earlier = stored ? stored.earlier : isSame(engine.starting);
	engine.starting = earlier ?? fresh;
	const known = await lastKnown(engine.tab, stored?.device);
	const last_reset = known?.last_reset ?? null;
	const present = presentVisit(engine.tab, known ?? NEW_DEVICE);
	return { starting: earlier ?? fresh, isRetry: earlier !== null, last_reset, present };
}

async function endStart(engine: Engine, operation_id: string): Promise<void> {
	engine.starting = null;
	await changeDevice(engine.tab, (device) =>
		device.starting?.operation_id === operation_id ? { ...device, starting: null } : device,
	);
}

async function prepareRestore(engine: Engine, session_id: SessionId) {
	const fresh = { operation_id: mintOperationId(engine.tab.environment.randomBytes), session_id };
	const changed = await changeDevice(engine.tab, (before) =>
		before.restoring?.session_id === session_id ? before : { ...before, restoring: fresh },
	);
	const { operation_id } = changed?.restoring ?? fresh;
	const known = await lastKnown(engine.tab, changed);
	const shared = presentVisit(engine.tab, known ?? NEW_DEVICE);
	return { operation_id, last_reset: known?.last_reset ?? null, shared };
}

/** A refused restore has done nothing. What is gone for good is not offered again. */
async function endRestore(engine: Engine, operation_id: string, { code }: Problem): Promise<void> {
	const isGone = ["session_not_found", "session_not_restorable", "session_moved"].includes(code);
	await changeDevice(engine.tab, (device) => {
		if (device.restoring?.operation_id !== operation_id) return device;
		const isOffered = device.set_aside?.session_id === device.restoring.session_id;
		return { ...device, restoring: null, set_aside: isGone && isOffered ? null : device.set_aside };
	});
	await recordSetAside(engine);
}

/** A session that has begun takes the place of another, which the server has set aside in the same commit. */
async function takePlace(
	tab: TabState,
	tx: WriteTransaction,
	{ created_at }: { created_at: Instant },
	{
		session_id,
		replaces,
		shared,
	}: Pick<Starting, "replaces"> & { session_id: SessionId; shared: string | null },
): Promise<void> {
	const stored = await readDevice(tx);
	// What is to be erased is not offered here any more: it goes when all of it is sent, or erased.
	const isLeft = stored.current !== null && (await readSession(tx, stored.current))?.erase_at;
	const left_behind = isLeft && stored.current ? [...stored.left_behind, stored.current] : stored.left_behind;
	const before = { ...stored, left_behind };
	if (!replaces) return putDevice(tx, withCurrent(before, session_id, { shared }));
	const set_aside = await setAsideAt(tab, tx, replaces, created_at);
	const replaced = await readSession(tx, replaces);
	if (replaced?.state.status === "active") {
		const state: SessionState = { ...replaced.state, status: "user_abandoned_not_completed" };
		await putSession(tx, { ...replaced, state });
	}
	// From a session without an answer the way leads back to the one before it.
	await putDevice(tx, withCurrent(before, session_id, { shared, ...(set_aside && { set_aside }) }));
}

/**
 * A session that was brought back takes its place again. Only the server can tell what it has set aside for
 * that: the session that is the current one here may have come from another device.
 */
async function giveBackPlace(
	tab: TabState,
	tx: WriteTransaction,
	{ session: { session_id }, server_time }: SessionSnapshot,
	shared: string | null,
): Promise<void> {
	const before = await readDevice(tx);
	const { current } = before;
	const other = current !== null && current !== session_id ? await readSession(tx, current) : null;
	if (other) await putSession(tx, { ...other, refresh_needed: true });
	const set_aside = other && (await setAsideAt(tab, tx, other.state.session_id, server_time));
	await putDevice(tx, withCurrent(before, session_id, { shared, ...(set_aside && { set_aside }) }));
}

/**
 * The view of the session that has just become the current one.
 * @param last_reset as it was when the server was asked; after another one the view is over already
 */
export async function openCurrent(
	engine: Engine,
	index: TabSessionView["index"],
	record: SessionRecord,
	last_reset: KnownReset,
): Promise<TabSessionView> {
	const { tab } = engine;
	await reload(tab);
	await recordSetAside(engine);
	tab.announce("changed");
	return openView(tab, index, record, last_reset);
}

/** A start that is taken up again keeps the language of its first try; the student's choice of now comes on top. */
async function speak({ tab }: Engine, view: TabSessionView, language: Language): Promise<void> {
	const [first] = view.index.places;
	if (view.shown.language === language || !first) return;
	await append(tab, view, { kind: "move", question_id: first.question.id, language });
}
