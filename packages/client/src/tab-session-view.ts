import {
	type AssessmentIndex,
	afterSeen,
	apply,
	correctedTime,
	type Instant,
	type SessionEvent,
	type SessionId,
	type SessionState,
} from "@carhythm/core";
import type { RefusedOperation, SaveStatus, SessionPhase, WaitReason } from "./api.ts";
import type { KnownReset, QueuedOperation, SessionRecord, StoredSession } from "./storage/records.ts";
import type { StorageFailed } from "./storage/storage.ts";

/** An operation that is not in the storage: being written, or in memory only because the storage failed. */
export type Unstored = {
	operation: QueuedOperation;
	event: SessionEvent;
	/** How far its writing has come; `acknowledged` by the server before the storage had it. */
	stage: "writing" | "failed" | "acknowledged";
	reason: StorageFailed["reason"];
};

/**
 * One session as this tab shows it: what the storage held at the last look, and on top what is not stored.
 * There is one a session and client; it changes only through {@link update}.
 */
export type TabSessionView = {
	readonly session_id: SessionId;
	readonly index: AssessmentIndex;
	record: SessionRecord;
	queued: readonly QueuedOperation[];
	unreadable: number;
	refused: readonly RefusedOperation[];
	unstored: readonly Unstored[];
	/** `record.state` with `unstored` on top. */
	shown: SessionState;
	/** The device's last reset when the view was made; a view of before a reset is dead. */
	last_reset: KnownReset;
	/** The visit to a shared computer to which the session belongs; null on a device of the student's own. */
	shared: string | null;
	forgotten: boolean;
	/** The newest revision of which word came; what lies beyond `synced_revision` is fetched. */
	announced_revision: number;
	/** The incarnation of the server's database of which word came last; null before. */
	announced_incarnation: string | null;
	/** Word came that the session has another id. */
	announced_move: boolean;
	badges: string[];
	readonly listeners: Set<() => void>;
};

/** What the sender is doing, as far as this tab knows. */
export type SenderStatus = { kind: "sending" } | { kind: "waiting"; reason: "offline" | "server" };

export function createView(
	index: AssessmentIndex,
	record: SessionRecord,
	{
		queued,
		unreadable,
		refused,
		last_reset,
		shared,
	}: StoredSession & Pick<TabSessionView, "last_reset" | "shared">,
): TabSessionView {
	return {
		session_id: record.state.session_id,
		index,
		record,
		queued,
		unreadable,
		refused,
		unstored: [],
		shown: record.state,
		last_reset,
		shared,
		forgotten: false,
		announced_revision: 0,
		announced_incarnation: null,
		announced_move: false,
		badges: [],
		listeners: new Set(),
	};
}

type Part = Partial<
	Pick<TabSessionView, "record" | "queued" | "unreadable" | "refused" | "unstored" | "forgotten">
>;

/** Changes the view and tells its listeners. */
export function update(view: TabSessionView, part: Part): void {
	Object.assign(view, part);
	view.shown = withPending(view.index, view.record.state, view.unstored);
	notify(view);
}

/** A state with what is not stored on top. */
export function withPending(
	index: AssessmentIndex,
	state: SessionState,
	unstored: readonly Unstored[],
): SessionState {
	return unstored.reduce((base, { event }) => apply(index, base, event), state);
}

/** Takes over what was just read from the storage. A record that vanished leaves the last one standing. */
export function showStored(view: TabSessionView, stored: StoredSession, part: Part = {}): void {
	const { queued, unreadable, refused } = stored;
	update(view, { queued, unreadable, refused, record: stored.record ?? view.record, ...part });
}

export function notify(view: TabSessionView): void {
	for (const listener of [...view.listeners]) listener();
}

/** Operations of the session that the server has not acknowledged. */
export function pendingOperations(
	view: TabSessionView,
	acknowledged: ReadonlySet<string>,
): QueuedOperation[] {
	const queued = view.queued.filter((operation) => !acknowledged.has(operation.operation_id));
	const unstored = view.unstored.filter(({ stage }) => stage !== "acknowledged");
	return [...queued, ...unstored.map(({ operation }) => operation)];
}

/**
 * When the oldest thing that waits was done, by the device's clock. Where the student has been is not worth a
 * worry.
 */
export function waitingSince(view: TabSessionView, acknowledged: ReadonlySet<string>): Instant | null {
	const times = pendingOperations(view, acknowledged)
		.filter(({ command }) => command.kind !== "move")
		.map(({ client_time }) => client_time);
	return times.reduce<Instant | null>((oldest, at) => (oldest === null || at < oldest ? at : oldest), null);
}

/** See {@link SaveStatus}: the most worrying thing that is true is what is told. */
export function saveStatus(
	view: TabSessionView,
	sender: SenderStatus,
	{ durable, doubt }: { durable: boolean; doubt: StorageFailed["reason"] | null },
	acknowledged: ReadonlySet<string>,
): SaveStatus {
	const failed = view.unstored.filter((entry) => entry.stage === "failed");
	if (failed[0]) return { kind: "not_saved", pending: failed.length, reason: failed[0].reason };
	const waiting = durable ? "on_device" : "memory_only";
	const pending = pendingOperations(view, acknowledged).length;
	if (pending > 0) {
		const reason = waitReason(view, sender);
		const isWriting = view.unstored.some((entry) => entry.stage === "writing");
		if (!reason || isWriting) return { kind: "sending", pending };
		return doubt ? { kind: "not_saved", pending, reason: doubt } : { kind: waiting, pending, reason };
	}
	// What was acknowledged may be gone: nothing is called saved until the server has been asked.
	if (isServerRestored(view)) return { kind: "sending", pending: 0 };
	return view.unreadable > 0
		? { kind: waiting, pending: view.unreadable, reason: "unreadable" }
		: { kind: "saved" };
}

/** Whether the server's database came back from a backup since this device last compared with it. */
export function isServerRestored({ record, announced_incarnation }: TabSessionView): boolean {
	return isOtherIncarnation(record.incarnation, announced_incarnation);
}

/** Whether two incarnations are known and differ. */
export function isOtherIncarnation(known: string | null, met: string | null | undefined): boolean {
	return Boolean(known && met && known !== met);
}

function waitReason(view: TabSessionView, sender: SenderStatus): WaitReason | null {
	const { known_to_server, held_back } = view.record;
	if (!known_to_server) return "unknown_session";
	if (held_back !== null) return held_back === "session_to_be_erased" ? "to_be_erased" : "agreement";
	return sender.kind === "waiting" ? sender.reason : null;
}

export function sessionPhase(view: TabSessionView): SessionPhase {
	const { state } = view.record;
	if (view.forgotten) return "forgotten";
	if (view.record.moved) return "moved";
	if (view.shown.status === "completed") return "completed";
	if (!view.record.known_to_server) return "unknown_to_server";
	if (state.status === "user_abandoned_not_completed") return "abandoned";
	return view.record.expired ? "expired" : "active";
}

/**
 * Operations as the events they will become if the server, which has `base`, takes them in at `received`, so
 * that they fall into place among the answers of other devices as they will there.
 */
export function eventsOf(
	index: AssessmentIndex,
	base: SessionState,
	operations: readonly QueuedOperation[],
	times: { sent_at: Instant; received: Instant },
): SessionEvent[] {
	let state = base;
	return operations.map(({ operation_id, client_time, command, after }) => {
		const corrected = correctedTime({ ...times, started_at: base.started_at, client_time });
		const at = "question_id" in command ? afterSeen(state, command.question_id, after, corrected) : corrected;
		const event: SessionEvent = { operation_id, at, received_at: at, revision: 0, body: command };
		state = apply(index, state, event);
		return event;
	});
}
