import {
	beginSession,
	type Language,
	mintOperationId,
	mintUuid,
	parseSessionId,
	SessionChangedReply,
	type SessionId,
	StartReply,
} from "@carhythm/core";
import { ServerUnreachable, type StartOptions } from "./api.ts";
import { append } from "./append.ts";
import { fetchVersion } from "./assessments.ts";
import { changeDevice, forget, openView, reload, tolerant } from "./device.ts";
import type { Engine } from "./engine.ts";
import { rebase, recordOf } from "./rebase.ts";
import {
	type DeviceRecord,
	isResetSince,
	putDevice,
	putSession,
	readDevice,
	readSession,
	type SessionRecord,
} from "./records.ts";
import { beginSharedVisit, leftBehind } from "./shared-computer.ts";
import type { WriteTransaction } from "./storage/storage.ts";
import { fetchSnapshot, request, valueOrThrow } from "./transport.ts";
import type { View } from "./view.ts";

type Starting = NonNullable<DeviceRecord["starting"]>;

/** See `Client.start`. */
export async function start(engine: Engine, options: StartOptions): Promise<View> {
	const { device, transport } = engine;
	const { starting, isRetry, resets, shared } = await prepareStart(engine, options);
	const { operation_id, language, assessment, replaces } = starting;
	const body = {
		operation_id,
		language,
		...(assessment === null ? {} : { assessment }),
		...(replaces === null ? {} : { replaces }),
		...(shared ? { shared } : {}),
	};
	const reply = await request(transport, "POST", "/api/v2/session/start", StartReply, { body });
	// A refused request has begun nothing, so its id has no more use.
	if (reply.kind === "problem") await endStart(engine, operation_id);
	const started = valueOrThrow(reply);
	const session_id = parseSessionId(started.session_id);
	if (!session_id) throw new ServerUnreachable("server");
	const index = valueOrThrow(await fetchVersion(engine.assessments, started.assessment.version_id));
	const record: SessionRecord = {
		format: 1,
		display_id: started.display_id,
		assessment: started.assessment,
		state: beginSession({ session_id, language, started_at: started.created_at }),
		expires_at: started.expires_at,
		expired: false,
		known_to_server: true,
		// The start itself is the first entry in the server's history.
		synced_revision: 1,
		// The first try may have come further than its reply.
		refresh_needed: isRetry,
		born: mintUuid(device.environment.randomBytes),
	};
	const visit = shared ? beginSharedVisit(device) : null;
	await tolerant(
		() =>
			device.storage.write(async (tx) => {
				if (await isResetSince(tx, resets)) return;
				if (!(await readSession(tx, session_id))) await putSession(tx, record);
				await makeCurrent(tx, session_id, replaces, visit);
			}),
		undefined,
	);
	await endStart(engine, operation_id);
	const view = await openCurrent(engine, index, record, resets);
	view.shared = visit;
	await speak(engine, view, options.language);
	return view;
}

/** See `Client.restore`. */
export async function restore(engine: Engine, session_id: SessionId): Promise<View> {
	const { device, transport } = engine;
	const { operation_id, resets, visit } = await prepareRestore(engine, session_id);
	const path = `/api/v2/session/${session_id}/restore`;
	const body = { operation_id, ...(visit !== null && { shared: true }) };
	const reply = await request(transport, "POST", path, SessionChangedReply, { body });
	if (reply.kind === "problem") await endRestore(engine, operation_id);
	valueOrThrow(reply);
	const remote = await fetchSnapshot(transport, session_id);
	if (remote.kind !== "found") throw new ServerUnreachable("server");
	const { snapshot } = remote;
	const index = valueOrThrow(await fetchVersion(engine.assessments, snapshot.assessment.version_id));
	await tolerant(() => rebase(device, index, snapshot, { resets, isExclusive: false }), null);
	await tolerant(
		() =>
			device.storage.write(async (tx) => {
				if (await isResetSince(tx, resets)) return;
				const { current, shared } = await readDevice(tx);
				await makeCurrent(tx, session_id, current === session_id ? null : current, shared ?? visit);
			}),
		undefined,
	);
	await endRestore(engine, operation_id);
	const view = await openCurrent(engine, index, recordOf(snapshot, snapshot.session), resets);
	view.shared ??= visit;
	return view;
}

async function prepareStart(
	engine: Engine,
	options: StartOptions,
): Promise<{ starting: Starting; isRetry: boolean; resets: number; shared: boolean }> {
	const { storage, environment } = engine.device;
	const assessment = options.assessment ?? null;
	const replaces = options.replaces ?? null;
	const operation_id = mintOperationId(environment.randomBytes);
	const fresh: Starting = { operation_id, language: options.language, assessment, replaces };
	const isSame = (other: DeviceRecord["starting"]) =>
		other?.assessment === assessment && other.replaces === replaces ? other : null;
	const stored = await tolerant(
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
	const resets = stored?.device.resets ?? Number.POSITIVE_INFINITY;
	// What begins in a visit to a shared computer belongs to it.
	const shared = options.shared ?? visitOf(engine, stored?.device, replaces) !== null;
	return { starting: earlier ?? fresh, isRetry: earlier !== null, resets, shared };
}

/** The visit to a shared computer that is on. Where the storage does not tell, the page still knows of its own session. */
function visitOf(
	{ device: { views } }: Engine,
	stored: DeviceRecord | null | undefined,
	session_id: SessionId | null,
): string | null {
	return stored?.shared ?? (session_id === null ? null : (views.get(session_id)?.shared ?? null));
}

async function endStart(engine: Engine, operation_id: string): Promise<void> {
	engine.starting = null;
	await changeDevice(engine.device, (device) =>
		device.starting?.operation_id === operation_id ? { ...device, starting: null } : device,
	);
}

async function prepareRestore(engine: Engine, session_id: SessionId) {
	const fresh = { operation_id: mintOperationId(engine.device.environment.randomBytes), session_id };
	const device = await changeDevice(engine.device, (before) =>
		before.restoring?.session_id === session_id ? before : { ...before, restoring: fresh },
	);
	const { operation_id } = device?.restoring ?? fresh;
	const visit = visitOf(engine, device, session_id);
	return { operation_id, resets: device?.resets ?? Number.POSITIVE_INFINITY, visit };
}

async function endRestore(engine: Engine, operation_id: string): Promise<void> {
	await changeDevice(engine.device, (device) =>
		device.restoring?.operation_id === operation_id ? { ...device, restoring: null } : device,
	);
}

/** One session takes the place of another, which the server has set aside in the same commit. */
async function makeCurrent(
	tx: WriteTransaction,
	session_id: SessionId,
	replaced: SessionId | null,
	shared: string | null,
): Promise<void> {
	const before = replaced && (await readSession(tx, replaced));
	if (before && before.state.status === "active") {
		await putSession(tx, { ...before, state: { ...before.state, status: "user_abandoned_not_completed" } });
	}
	const device = await readDevice(tx);
	const left_behind = leftBehind(device, session_id);
	await putDevice(tx, { ...device, current: session_id, cookie_ignored: false, shared, left_behind });
}

/**
 * The view of the session that has just become the current one.
 * @param resets how often the device had been reset when the server was asked; after one more the view is over already
 */
export async function openCurrent(
	{ device }: Engine,
	index: View["index"],
	record: SessionRecord,
	resets: number,
): Promise<View> {
	await reload(device);
	device.announce("changed");
	const view = await openView(device, record.state.session_id, index, record);
	if (!view) throw new Error("A session with a record did not open.");
	if (view.resets > resets) forget(device, view);
	return view;
}

/** A start that is taken up again keeps the language of its first try; the student's choice of now comes on top. */
async function speak({ device }: Engine, view: View, language: Language): Promise<void> {
	const [first] = view.index.places;
	if (view.shown.language === language || !first) return;
	await append(device, view, { kind: "move", question_id: first.question.id, language });
}
