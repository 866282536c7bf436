import {
	AssessmentRef,
	AssessmentReply,
	Command,
	Consent,
	HeldBack,
	Instant,
	Language,
	OperationId,
	type SessionId,
	SessionState,
} from "@carhythm/core";
import * as z from "@carhythm/core/schema";
import type { RefusedOperation } from "../api.ts";
import { type DeviceClock, UNKNOWN_CLOCK } from "./clock.ts";
import type { Box, ReadTransaction, WriteTransaction } from "./storage.ts";

/**
 * Version history of the stored records. 1: the first. A record of another version (or a damaged one) is not
 * understood here: it is left alone, or put aside before its place is needed, and never deleted.
 */
const format = { format: z.literal(1) };
const SessionIdField = z.custom<SessionId>((value) => typeof value === "string");

/** One operation that the server has not acknowledged. */
const QueuedOperation = z.object({
	...format,
	session_id: SessionIdField,
	operation_id: OperationId,
	client_time: Instant,
	command: Command,
	/** As in core's `SyncOperation`. */
	after: z.optional(z.nullable(OperationId)),
});
export type QueuedOperation = z.infer<typeof QueuedOperation>;

/** A session as this device knows it. */
const SessionRecord = z.object({
	...format,
	display_id: z.string(),
	assessment: AssessmentRef,
	/** The state with everything in the outbox applied. */
	state: SessionState,
	expires_at: z.nullable(Instant),
	expired: z.boolean(),
	known_to_server: z.boolean(),
	/** Up to this revision, `state` holds everything that the server has. */
	synced_revision: z.int(),
	/** The server has something that `state` lacks, or refused something that `state` holds. */
	refresh_needed: z.boolean(),
	/** Of the server's database as last seen; null before the server told one. */
	incarnation: z._default(z.nullable(z.string()), null),
	/**
	 * Given when it is first put into a storage. Another one: the browser had emptied the storage, and another
	 * page filled it again.
	 */
	born: z._default(z.string(), ""),
	/**
	 * The session has another id: its student left this device, or other devices from here. What is queued is
	 * still sent under this one.
	 */
	moved: z.optional(z.boolean()),
	/** When the server erases it, because its student asked for that. */
	erase_at: z._default(z.nullable(Instant), null),
	/** What was declared last to the notice on the student's data. */
	consent: z._default(z.nullable(Consent), null),
	/** Why the server takes nothing in. */
	held_back: z._default(z.nullable(HeldBack), null),
});
export type SessionRecord = z.infer<typeof SessionRecord>;

const RefusedRecord = z.object({
	...format,
	operation: QueuedOperation,
	code: z.string(),
	detail: z.string(),
	refused_at: Instant,
});
type RefusedRecord = z.infer<typeof RefusedRecord>;

const VersionRecord = z.extend(AssessmentReply, format);
type VersionRecord = z.infer<typeof VersionRecord>;

const LatestRecord = z.object({ ...format, version_id: z.int(), session_expiry_days: z.int() });
type LatestRecord = z.infer<typeof LatestRecord>;

const ClockRecord = z.object({
	...format,
	last: z.number(),
	offset: z.number(),
	skew: z.number(),
	id: z._default(z.nullable(OperationId), null),
});

/** What belongs to no session. */
const DeviceRecord = z.object({
	...format,
	/** The session to come back to. */
	current: z.nullable(SessionIdField),
	/** Set by a reset: the cookie, which no script can delete, is then not followed until the next start. */
	cookie_ignored: z.boolean(),
	/** Names the last reset of this device, empty where there was none: see {@link isResetSince}. */
	last_reset: z._default(z.string(), ""),
	/** A start whose reply has not come; its id is used until then, so that it begins one session only. */
	starting: z.nullable(
		z.object({
			operation_id: OperationId,
			language: Language,
			assessment: z.nullable(z.string()),
			replaces: z.nullable(SessionIdField),
		}),
	),
	/** A restore whose reply has not come. */
	restoring: z.nullable(z.object({ operation_id: OperationId, session_id: SessionIdField })),
	/** A code whose reply has not come. */
	redeeming: z._default(z.nullable(z.object({ operation_id: OperationId, code: z.string() })), null),
	/** A request to leave other devices whose reply has not come. */
	leaving: z._default(z.nullable(z.object({ operation_id: OperationId, session_id: SessionIdField })), null),
	/** The student left this device, and has not been told so here. */
	was_left: z._default(z.boolean(), false),
	/** The visit in which the current session began on a shared computer; null on a device of the student's own. */
	shared: z._default(z.nullable(z.string()), null),
	/** What has given way to another session last, while the student may return to it. */
	set_aside: z._default(
		z.nullable(z.object({ session_id: SessionIdField, answered: z.int(), until: Instant })),
		null,
	),
	/**
	 * Sessions of visits to a shared computer that are over, or that others have replaced, and sessions whose
	 * student left this device: each goes when all of it is sent.
	 */
	left_behind: z._default(z.array(SessionIdField), []),
	/** What sessions that the server has erased were called by `born`: no open tab writes them back. */
	erased: z._default(z.array(z.string()), []),
});
export type DeviceRecord = z.infer<typeof DeviceRecord>;

const LeaseRecord = z.object({ ...format, holder: z.string(), until: z.number() });
export type LeaseRecord = z.infer<typeof LeaseRecord>;

/** A device on which nothing has happened yet. */
export const NEW_DEVICE: DeviceRecord = {
	format: 1,
	current: null,
	cookie_ignored: false,
	last_reset: "",
	starting: null,
	restoring: null,
	redeeming: null,
	leaving: null,
	was_left: false,
	shared: null,
	set_aside: null,
	left_behind: [],
	erased: [],
};

/** Everything stored of one session. */
export type StoredSession = {
	record: SessionRecord | null;
	queued: QueuedOperation[];
	/** Operations in the outbox that this version of the app cannot read. */
	unreadable: number;
	refused: RefusedOperation[];
};

export async function readStored(tx: ReadTransaction, session_id: SessionId): Promise<StoredSession> {
	const outbox = await tx.list("outbox", session_id);
	const refused = await tx.list("refused", session_id);
	const queued = parseAll(QueuedOperation, outbox);
	return {
		record: await get(tx, "sessions", session_id, SessionRecord),
		queued,
		unreadable: outbox.length - queued.length,
		refused: parseAll(RefusedRecord, refused).map(toRefusedOperation),
	};
}

export function readSession(tx: ReadTransaction, session_id: SessionId): Promise<SessionRecord | null> {
	return get(tx, "sessions", session_id, SessionRecord);
}

export function putSession(tx: WriteTransaction, record: SessionRecord): Promise<void> {
	return put(tx, "sessions", record.state.session_id, SessionRecord, record);
}

/** The operations of one session, or of all, in the order in which they were done. */
export async function readOutbox(tx: ReadTransaction, session_id?: SessionId): Promise<QueuedOperation[]> {
	const operations = parseAll(QueuedOperation, await tx.list("outbox", session_id));
	return operations.sort((a, b) => (operationOrder(a) < operationOrder(b) ? -1 : 1));
}

/**
 * What the server has not acknowledged and what it refused, as it lies in the storage: also what another
 * version of this app wrote and this one cannot read.
 */
export async function readUnsent(
	tx: ReadTransaction,
	session_id: SessionId,
): Promise<(Record<"operation_id" | "client_time" | "command", unknown> & { after?: unknown })[]> {
	const refused = (await tx.list("refused", session_id)).map(({ value }) => fieldOf(value, "operation"));
	const outbox = (await tx.list("outbox", session_id)).map(({ value }) => value);
	return [...refused, ...outbox].map((operation) => ({
		operation_id: fieldOf(operation, "operation_id"),
		client_time: fieldOf(operation, "client_time"),
		command: fieldOf(operation, "command"),
		after: fieldOf(operation, "after"),
	}));
}

export function putOperation(tx: WriteTransaction, operation: QueuedOperation): Promise<void> {
	return tx.put("outbox", outboxKey(operation), operation);
}

export async function isQueued(tx: ReadTransaction, operation: QueuedOperation): Promise<boolean> {
	return (await tx.get("outbox", outboxKey(operation))) !== undefined;
}

export function deleteOperation(tx: WriteTransaction, operation: QueuedOperation): Promise<void> {
	return tx.delete("outbox", outboxKey(operation));
}

export function putRefused(
	tx: WriteTransaction,
	operation: QueuedOperation,
	why: { code: string; detail: string; refused_at: Instant },
): Promise<void> {
	const { code, detail, refused_at } = why;
	const record: RefusedRecord = { format: 1, operation, code, detail, refused_at };
	return tx.put("refused", refusedKey(operation.session_id, operation.operation_id), record);
}

export function deleteRefused(
	tx: WriteTransaction,
	session_id: SessionId,
	operation_id: OperationId,
): Promise<void> {
	return tx.delete("refused", refusedKey(session_id, operation_id));
}

export function readVersion(tx: ReadTransaction, version_id: number): Promise<VersionRecord | null> {
	return get(tx, "assessments", `version/${version_id}`, VersionRecord);
}

/** Keeps a version for as long as this device has anything: a session is pinned to it. */
export function rememberVersion(tx: WriteTransaction, version: AssessmentReply): Promise<void> {
	return put(tx, "assessments", `version/${version.version_id}`, VersionRecord, { format: 1, ...version });
}

/** What the server last said was the newest version; `key` is empty for the default assessment. */
export function readLatest(tx: ReadTransaction, key: string): Promise<LatestRecord | null> {
	return get(tx, "assessments", `latest/${key}`, LatestRecord);
}

export function rememberLatest(
	tx: WriteTransaction,
	key: string,
	latest: { version_id: number; session_expiry_days: number },
): Promise<void> {
	return put(tx, "assessments", `latest/${key}`, LatestRecord, { format: 1, ...latest });
}

export async function readStoredClock(tx: ReadTransaction): Promise<DeviceClock> {
	return (await get(tx, "meta", "clock", ClockRecord)) ?? UNKNOWN_CLOCK;
}

export function putClock(tx: WriteTransaction, { last, offset, skew, id }: DeviceClock): Promise<void> {
	return put(tx, "meta", "clock", ClockRecord, { format: 1, last, offset, skew, id });
}

export async function readDevice(tx: ReadTransaction): Promise<DeviceRecord> {
	return (await get(tx, "meta", "device", DeviceRecord)) ?? NEW_DEVICE;
}

/** The last reset that a page knows of; null where the storage did not tell. */
export type KnownReset = DeviceRecord["last_reset"] | null;

/**
 * Whether a device was reset since a page looked: that person is gone, and nothing of theirs must come back.
 * A browser that empties its storage forgets the resets as well, which is no reset; that is why they have
 * names and are not counted.
 */
export function isResetSince({ last_reset }: Pick<DeviceRecord, "last_reset">, known: KnownReset): boolean {
	return known !== null && last_reset !== "" && last_reset !== known;
}

/** Whether this device has deleted a session that is open in a tab: after a reset, or once the server erased it. */
export function isGone(
	device: Pick<DeviceRecord, "last_reset" | "erased">,
	{ last_reset, record }: { last_reset: KnownReset; record: Pick<SessionRecord, "born"> },
): boolean {
	return isResetSince(device, last_reset) || device.erased.includes(record.born);
}

export function putDevice(tx: WriteTransaction, record: DeviceRecord): Promise<void> {
	return put(tx, "meta", "device", DeviceRecord, record);
}

export function readLease(tx: ReadTransaction): Promise<LeaseRecord | null> {
	return get(tx, "meta", "lease", LeaseRecord);
}

export function putLease(tx: WriteTransaction, record: LeaseRecord): Promise<void> {
	return put(tx, "meta", "lease", LeaseRecord, record);
}

export function deleteLease(tx: WriteTransaction): Promise<void> {
	return tx.delete("meta", "lease");
}

function fieldOf(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null
		? Object.entries(value).find(([key]) => key === name)?.[1]
		: undefined;
}

function operationOrder(operation: QueuedOperation): string {
	return `${operation.client_time}/${operation.operation_id}`;
}

function outboxKey(operation: QueuedOperation): string {
	return `${operation.session_id}/${operationOrder(operation)}`;
}

function refusedKey(session_id: SessionId, operation_id: OperationId): string {
	return `${session_id}/${operation_id}`;
}

function toRefusedOperation({ operation, code, detail, refused_at }: RefusedRecord): RefusedOperation {
	return {
		operation_id: operation.operation_id,
		command: operation.command,
		code,
		detail,
		refused_at,
	};
}

function parseAll<S extends z.ZodMiniType>(schema: S, records: readonly { value: unknown }[]): z.infer<S>[] {
	return records.flatMap(({ value }) => {
		const parsed = z.safeParse(schema, value);
		return parsed.success ? [parsed.data] : [];
	});
}

async function get<S extends z.ZodMiniType>(
	tx: ReadTransaction,
	box: Box,
	key: string,
	schema: S,
): Promise<z.infer<S> | null> {
	return parseAll(schema, [{ value: await tx.get(box, key) }])[0] ?? null;
}

async function put<S extends z.ZodMiniType>(
	tx: WriteTransaction,
	box: Box,
	key: string,
	schema: S,
	record: z.infer<S>,
): Promise<void> {
	const before = await tx.get(box, key);
	if (before !== undefined && !z.safeParse(schema, before).success) {
		await tx.put("aside", `${box}/${key}/${JSON.stringify(before).length}`, before);
	}
	await tx.put(box, key, record);
}
