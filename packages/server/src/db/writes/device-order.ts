import {
	type AnswerRecord,
	type DraftRecord,
	type Instant,
	type OperationId,
	type SessionId,
	toInstant,
	toMillis,
} from "@carhythm/core";
import { type Selectable, sql, type Transaction } from "kysely";
import type { DatabaseDialect } from "../dialect.ts";
import type { Schema } from "../schema.ts";
import type { Batch, DeviceWatermark, StoredSession, WriteOperation } from "../store.ts";
import { SET_BACK_MS } from "./receipt.ts";

type Tx = Transaction<Schema>;

/** A session with what is known of the devices that write to it. */
export type WithDevices = {
	session: StoredSession;
	/** How far the devices of these batches have come that were not the last to write. */
	others: Map<string, DeviceWatermark>;
	/** Devices after which another wrote: to be stored. */
	left: Set<string>;
	/** When what stands was done, by its device's clock: where a straggler of these batches may have to know it. */
	done: Map<OperationId, Instant>;
};

type WithKnown = WithDevices & { known: ReadonlyMap<string, unknown> };

/**
 * The corrected time holds an error as large as a request was under way, which on a bad network is seconds. Two writes of one
 * device must not change places by it: its own clock knows their order. A straggler was done as long before the last write as that clock
 * says, however late it comes.
 */
export function orderByDeviceClock(
	at: Instant,
	client_time: Instant,
	last: DeviceWatermark,
	started_at: Instant,
): Instant {
	if (client_time > last.client_time) return at > last.at ? at : toInstant(toMillis(last.at) + 1);
	if (client_time === last.client_time) return last.at;
	const distance = toMillis(last.client_time) - toMillis(client_time);
	// A clock that was set forward in between tells of more time than there was.
	const earliest = Math.min(toMillis(started_at), toMillis(last.at) - 1);
	return toInstant(Math.min(toMillis(at), Math.max(toMillis(last.at) - distance, earliest)));
}

/**
 * A request that was given up may still come, after newer ones of its device; a draft in it has left the outbox meanwhile, for a newer one. It is
 * older than what was done later to the same question.
 */
export function clampBeforeNewer(
	{ session, done }: WithDevices,
	{ command, client_time }: Pick<WriteOperation, "command" | "client_time">,
	at: Instant,
): Instant {
	return standingAt(session, command).reduce((before, standing) => {
		const isNewer = (done.get(standing.operation_id) ?? "") > (client_time ?? "");
		return isNewer && standing.at <= before ? toInstant(toMillis(standing.at) - 1) : before;
	}, at);
}

/** What stands on the question to which a command gives, takes or begins an answer. */
function standingAt(
	{ state }: StoredSession,
	command: WriteOperation["command"],
): (AnswerRecord | DraftRecord)[] {
	const { kind } = command;
	if (kind !== "answer" && kind !== "clear" && kind !== "draft") return [];
	const { question_id } = command;
	return [state.answers[question_id], state.drafts[question_id]].filter((one) => one !== undefined);
}

/** How far a device has come in this session. */
export function watermarkOf(
	{ session: { device }, others }: WithDevices,
	device_id: string | null,
): DeviceWatermark | null {
	if (device_id === null) return null;
	return device?.device_id === device_id ? device : (others.get(device_id) ?? null);
}

/**
 * A mark that is not later than the server's clock: one that is was left by a late write, of a time at which that clock ran
 * ahead. What the device writes now is later than that write, which counts as received before now.
 */
export function boundWatermark(mark: DeviceWatermark | null, received: Instant): DeviceWatermark | null {
	const isAhead = mark !== null && toMillis(mark.at) - toMillis(received) > SET_BACK_MS;
	return isAhead ? { ...mark, at: toInstant(toMillis(received) - 1) } : mark;
}

/** Notes how far a device has come with a write. */
export function recordDevice(
	work: WithDevices,
	{ client_time }: WriteOperation,
	{ device_id }: Batch,
	at: Instant,
): void {
	if (!device_id || !client_time) return;
	const last = watermarkOf(work, device_id);
	if (last && last.client_time >= client_time) return;
	const { device } = work.session;
	if (device && device.device_id !== device_id) {
		work.others.set(device.device_id, device);
		work.left.add(device.device_id);
	}
	work.session = { ...work.session, device: { device_id, client_time, at } };
}

/** How far the devices of these batches have come. Of the one that wrote last the session's own row tells. */
export async function loadDevices(
	tx: Tx,
	dialect: DatabaseDialect,
	byResponse: ReadonlyMap<number, WithDevices>,
	groups: ReadonlyMap<SessionId, readonly Batch[]>,
): Promise<void> {
	const devices: { response_id: number; device_id: string }[] = [];
	for (const [response_id, { session }] of byResponse) {
		const { device } = session;
		// Before the first device there is no other.
		if (!device) continue;
		for (const { device_id } of groups.get(session.state.session_id) ?? []) {
			if (device_id !== null && device_id !== device.device_id) devices.push({ response_id, device_id });
		}
	}
	if (devices.length === 0) return;
	const wanted = dialect.rows({ response_id: "integer", device_id: "text" }, devices);
	const { rows } = await sql<Selectable<Schema["session_devices"]>>`
		select d.response_id, d.device_id, d.device_time, d.device_at
		from ${wanted} as w cross join session_devices d
		where d.response_id = w.response_id and d.device_id = w.device_id`.execute(tx);
	for (const { response_id, device_id, device_time, device_at } of rows) {
		const mark = { device_id, client_time: device_time as Instant, at: device_at as Instant };
		byResponse.get(response_id)?.others.set(device_id, mark);
	}
}

/** When that was done which stands on the questions of stragglers: of operations that come after newer ones of their device. */
export async function loadTimes(
	tx: Tx,
	dialect: DatabaseDialect,
	byResponse: ReadonlyMap<number, WithKnown>,
	groups: ReadonlyMap<SessionId, readonly Batch[]>,
): Promise<void> {
	const standing: { response_id: number; operation_id: OperationId }[] = [];
	for (const [response_id, work] of byResponse) {
		for (const { command } of stragglersAmong(work, groups.get(work.session.state.session_id) ?? [])) {
			for (const { operation_id } of standingAt(work.session, command)) {
				standing.push({ response_id, operation_id });
			}
		}
	}
	if (standing.length === 0) return;
	const wanted = dialect.rows({ response_id: "integer", operation_id: "text" }, standing);
	const { rows } = await sql<
		Pick<Selectable<Schema["session_events"]>, "response_id" | "operation_id" | "client_time">
	>`
		select e.response_id, e.operation_id, e.client_time
		from ${wanted} as w cross join session_events e
		where e.response_id = w.response_id and e.operation_id = w.operation_id`.execute(tx);
	for (const { response_id, operation_id, client_time } of rows) {
		if (client_time)
			byResponse.get(response_id)?.done.set(operation_id as OperationId, client_time as Instant);
	}
}

function stragglersAmong(work: WithKnown, batches: readonly Batch[]): WriteOperation[] {
	const newest = new Map<string, Instant>();
	const stragglers: WriteOperation[] = [];
	for (const { device_id, operations } of batches) {
		if (device_id === null) continue;
		for (const operation of operations) {
			const { operation_id, client_time } = operation;
			const last = newest.get(device_id) ?? watermarkOf(work, device_id)?.client_time;
			if (!client_time) continue;
			if (!last || client_time > last) newest.set(device_id, client_time);
			else if (client_time < last && !work.known.has(operation_id)) stragglers.push(operation);
		}
	}
	return stragglers;
}

/** Notes how far those devices had come after which another wrote. */
export async function saveDevices(
	tx: Tx,
	dialect: DatabaseDialect,
	works: readonly WithDevices[],
): Promise<void> {
	const rows = works.flatMap(({ session: { response_id }, left, others }) =>
		[...left].flatMap((device_id) => {
			const mark = others.get(device_id);
			return mark ? [{ response_id, device_id, device_time: mark.client_time, device_at: mark.at }] : [];
		}),
	);
	if (rows.length === 0) return;
	const given = dialect.rows(
		{ response_id: "integer", device_id: "text", device_time: "time", device_at: "time" },
		rows,
	);
	await sql`
		insert into session_devices (response_id, device_id, device_time, device_at)
		select response_id, device_id, device_time, device_at from ${given} as v where true
		on conflict (response_id, device_id) do update set
			device_time = excluded.device_time, device_at = excluded.device_at`.execute(tx);
}
