import {
	type AnswerRecord,
	type DraftRecord,
	type Instant,
	type OperationId,
	type SessionId,
	toInstant,
	toMillis,
} from "@carhythm/core";
import { type Selectable, sql } from "kysely";
import { bulkUpsert } from "../bulk.ts";
import type { DatabaseDialect } from "../dialect.ts";
import type { Schema, Tx } from "../schema.ts";
import type { Batch, DeviceWatermark, StoredSession, WriteOperation } from "../store.ts";
import { SET_BACK_MS } from "./receive-time.ts";

/** A session with what is known of the devices that write to it. */
export type WithDevices = {
	session: StoredSession;
	/** Watermarks of devices in these batches other than the one that wrote last. */
	other_watermarks: Map<string, DeviceWatermark>;
	/** Devices that another one wrote after: their watermarks are to be stored. */
	superseded_devices: Set<string>;
	/**
	 * Device time of the current answer and draft. Loaded only for questions that receive an out-of-order
	 * operation.
	 */
	client_times: Map<OperationId, Instant>;
};

type WithKnown = WithDevices & { known: ReadonlyMap<string, unknown> };

/**
 * Orders the writes of one device by its own clock.
 *
 * The corrected time of a write is wrong by as much as its request took, which on a bad network is seconds.
 * That error must not swap two writes of one device. Example: A writes at 10:00:00 and 10:00:05 by its clock,
 * and the first request arrives last. The first write gets the corrected time of the second one minus 5 s,
 * however late it arrives.
 * @param last the newest write of this device that is known
 * @returns the corrected time, in the order of the device's clock
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
 * Keeps an out-of-order operation behind newer ones on the same question. Example: A's request with the draft
 * "tea" times out, A sends the draft "tea or coffee", then the first request arrives after all: it is dated
 * before the newer draft.
 */
export function clampBeforeNewer(
	{ session, client_times }: WithDevices,
	{ command, client_time }: Pick<WriteOperation, "command" | "client_time">,
	at: Instant,
): Instant {
	return currentOf(session, command).reduce((before, current) => {
		const isNewer = (client_times.get(current.operation_id) ?? "") > (client_time ?? "");
		return isNewer && current.at <= before ? toInstant(toMillis(current.at) - 1) : before;
	}, at);
}

/** The current answer and draft of the question that a command is about. */
function currentOf(
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
	{ session: { device }, other_watermarks }: WithDevices,
	device_id: string | null,
): DeviceWatermark | null {
	if (device_id === null) return null;
	return device?.device_id === device_id ? device : (other_watermarks.get(device_id) ?? null);
}

/**
 * A watermark that is not ahead of the server's clock. One that is ahead was stored while the server's clock
 * was wrong; the device's next write must still come after it, so it is moved to just before now.
 */
export function boundWatermark(mark: DeviceWatermark | null, received: Instant): DeviceWatermark | null {
	const isAhead = mark !== null && toMillis(mark.at) - toMillis(received) > SET_BACK_MS;
	return isAhead ? { ...mark, at: toInstant(toMillis(received) - 1) } : mark;
}

/** Moves a device's watermark to a write. */
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
		work.other_watermarks.set(device.device_id, device);
		work.superseded_devices.add(device.device_id);
	}
	work.session = { ...work.session, device: { device_id, client_time, at } };
}

/**
 * Loads the watermarks of the devices in these batches. That of the device that wrote last is in the
 * session's own row.
 */
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
		byResponse.get(response_id)?.other_watermarks.set(device_id, mark);
	}
}

/** Loads the device times of current answers and drafts, for the questions that receive an out-of-order operation. */
export async function loadTimes(
	tx: Tx,
	dialect: DatabaseDialect,
	byResponse: ReadonlyMap<number, WithKnown>,
	groups: ReadonlyMap<SessionId, readonly Batch[]>,
): Promise<void> {
	const current: { response_id: number; operation_id: OperationId }[] = [];
	for (const [response_id, work] of byResponse) {
		for (const { command } of outOfOrder(work, groups.get(work.session.state.session_id) ?? [])) {
			for (const { operation_id } of currentOf(work.session, command)) {
				current.push({ response_id, operation_id });
			}
		}
	}
	if (current.length === 0) return;
	const wanted = dialect.rows({ response_id: "integer", operation_id: "text" }, current);
	const { rows } = await sql<
		Pick<Selectable<Schema["session_events"]>, "response_id" | "operation_id" | "client_time">
	>`
		select e.response_id, e.operation_id, e.client_time
		from ${wanted} as w cross join session_events e
		where e.response_id = w.response_id and e.operation_id = w.operation_id`.execute(tx);
	for (const { response_id, operation_id, client_time } of rows) {
		if (client_time)
			byResponse.get(response_id)?.client_times.set(operation_id as OperationId, client_time as Instant);
	}
}

function outOfOrder(work: WithKnown, batches: readonly Batch[]): WriteOperation[] {
	const newest = new Map<string, Instant>();
	const late: WriteOperation[] = [];
	for (const { device_id, operations } of batches) {
		if (device_id === null) continue;
		for (const operation of operations) {
			const { operation_id, client_time } = operation;
			const last = newest.get(device_id) ?? watermarkOf(work, device_id)?.client_time;
			if (!client_time) continue;
			if (!last || client_time > last) newest.set(device_id, client_time);
			else if (client_time < last && !work.known.has(operation_id)) late.push(operation);
		}
	}
	return late;
}

const DEVICE_COLUMNS = {
	response_id: "integer",
	device_id: "text",
	device_time: "time",
	device_at: "time",
} as const;

/** Stores the watermarks of devices that another one wrote after. */
export async function saveDevices(
	tx: Tx,
	dialect: DatabaseDialect,
	works: readonly WithDevices[],
	most: number,
): Promise<void> {
	const rows = works.flatMap(({ session: { response_id }, superseded_devices, other_watermarks }) =>
		[...superseded_devices].flatMap((device_id) => {
			const mark = other_watermarks.get(device_id);
			return mark ? [{ response_id, device_id, device_time: mark.client_time, device_at: mark.at }] : [];
		}),
	);
	await bulkUpsert(tx, dialect, "session_devices", ["response_id", "device_id"], DEVICE_COLUMNS, rows);
	await forgetOldDevices(tx, dialect, new Set(rows.map(({ response_id }) => response_id)), most);
}

/**
 * Forgets all devices of a session but the newest, by the time of their last write. One that comes back after
 * that is ordered by the corrected time of its writes, like a new device.
 */
async function forgetOldDevices(
	tx: Tx,
	dialect: DatabaseDialect,
	response_ids: ReadonlySet<number>,
	most: number,
): Promise<void> {
	if (response_ids.size === 0) return;
	const wanted = dialect.rows(
		{ response_id: "integer" },
		Array.from(response_ids, (response_id) => ({ response_id })),
	);
	await sql`
		delete from session_devices where (response_id, device_id) in (
			select ranked.response_id, ranked.device_id from (
				select d.response_id, d.device_id,
					row_number() over (partition by d.response_id order by d.device_at desc, d.device_id) as place
				from ${wanted} as w cross join session_devices d
				where d.response_id = w.response_id
			) as ranked
			where ranked.place > ${sql.lit(most)}
		)`.execute(tx);
}
