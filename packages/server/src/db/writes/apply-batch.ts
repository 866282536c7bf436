import { createHash } from "node:crypto";
import {
	afterSeen,
	apply,
	badgesBetween,
	type Command,
	type ConsentNeed,
	decide,
	type Instant,
	type LifecycleCommand,
	type OperationId,
	type OperationResult,
	type Refusal,
	type RefusalCode,
	refuseWithoutConsent,
	type SessionEvent,
	type SessionId,
	toInstant,
	toMillis,
	xpFor,
} from "@carhythm/core";
import type { NewEvent } from "../schema.ts";
import { operationMismatch, toBeErased } from "../sessions/refusals.ts";
import { type Batch, type BatchOutcome, type StoredResult, single, type WriteOperation } from "../store.ts";
import { backfillAdoptedAnswer } from "./adopted-answers.ts";
import { detectConflict } from "./conflicts.ts";
import {
	boundWatermark,
	clampBeforeNewer,
	orderByDeviceClock,
	recordDevice,
	watermarkOf,
} from "./device-order.ts";
import { countedBytes, DEFAULT_BOUNDS, type HistoryBounds, refuseFull } from "./history-bounds.ts";
import { replayLateOfExpired } from "./late-events.ts";
import { type ReceiveTimes, receiveTimesOf } from "./receive-time.ts";
import type { SessionWrite } from "./session-write.ts";
import type { WriteContext } from "./write-context.ts";

/** `received` is the server's clock as it stands; see {@link receiveTimesOf}. */
export type JudgingRules = {
	received: Instant;
	expiry_days: number;
	bounds: HistoryBounds;
	/** Absent: nothing has to be declared. */
	consent_need?: ConsentNeed;
};

/** By the server's clock as it is now. */
export function judgingRulesOf({
	now,
	expiry_days,
	bounds = DEFAULT_BOUNDS,
	consent_need = "nothing",
}: Pick<WriteContext, "now" | "expiry_days" | "bounds" | "consent_need">): JudgingRules {
	return { received: now(), expiry_days, bounds, consent_need };
}

/**
 * Judges a whole batch in order. It changes `work` and touches no database. An accepted write also replays
 * late events: they were late because the session had expired then, or because the server's clock was wrong.
 */
export function applyBatch(
	work: SessionWrite,
	batch: Batch,
	{ received, expiry_days, bounds, consent_need = "nothing" }: JudgingRules,
): BatchOutcome {
	if (work.session.erase_at !== null && !isOnly(batch, "abandon")) return toBeErased();
	// A device that takes the session over brings no answer, and can ask for the agreement.
	const lacking =
		isOnly(batch, "abandon") || isOnly(batch, "hold")
			? null
			: refuseWithoutConsent(work.session.consent, consent_need);
	if (lacking) return { ok: false, refusal: lacking };
	const receipt = receiveTimesOf(work.session.state, batch, received);
	const results: StoredResult[] = [];
	let takesIn = false;
	for (const operation of batch.operations) {
		const wasActive = work.session.state.status === "active";
		const outcome = applyOperation(work, operation, batch, { receipt, expiry_days, bounds });
		if (!outcome.ok && batch.mode === "submit") return outcome;
		results.push(
			outcome.ok
				? outcome.result
				: {
						result: { status: "refused", operation_id: operation.operation_id, ...outcome.refusal },
						counts: null,
					},
		);
		takesIn ||= wasActive && outcome.ok && isTakenIn(operation, outcome.result);
	}
	if (takesIn) replayLateOfExpired(work, receipt.received);
	return { ok: true, session: work.session, results };
}

/** Whether a batch only starts fresh, which is open to everyone, or only takes the session to a device. */
function isOnly({ operations }: Batch, kind: "abandon" | "hold"): boolean {
	return operations.length === 1 && operations[0]?.command.kind === kind;
}

function isTakenIn({ command }: WriteOperation, { result, replayed }: StoredResult): boolean {
	return !replayed && command.kind !== "abandon" && result.status !== "late" && result.status !== "refused";
}

type OperationOutcome = { ok: true; result: StoredResult } | { ok: false; refusal: Refusal };

function applyOperation(
	work: SessionWrite,
	operation: WriteOperation,
	batch: Batch,
	{ receipt, expiry_days, bounds }: { receipt: ReceiveTimes } & Pick<JudgingRules, "expiry_days" | "bounds">,
): OperationOutcome {
	const fingerprint = fingerprintOf(operation.command);
	const known = work.known.get(operation.operation_id);
	if (known) {
		return known.fingerprint === fingerprint
			? { ok: true, result: { ...known.result, replayed: true } }
			: operationMismatch();
	}
	const { received } = receipt;
	const at = timeOf(operation, batch, work, receipt);
	const decision = decide(work.session.version.index, work.session.state, operation, {
		received,
		at,
		expiry_days,
	});
	const isLate = !decision.ok && batch.mode === "sync" && endsSession(decision.refusal.code);
	const full = decision.ok || isLate ? refuseFull(work, operation, bounds) : null;
	if (full) return { ok: false, refusal: full };
	if (decision.ok) {
		recordDevice(work, operation, batch, decision.event.at);
		return { ok: true, result: acceptEvent(work, operation, decision.event, fingerprint) };
	}
	if (!isLate) return decision;
	const time = { at: afterKnown(work, operation, at ?? received), received };
	recordDevice(work, operation, batch, time.at);
	return { ok: true, result: recordLate(work, operation, time, decision.refusal, fingerprint) };
}

function timeOf(
	operation: WriteOperation,
	{ device_id }: Batch,
	work: SessionWrite,
	receipt: ReceiveTimes,
): Instant | null {
	const { client_time, command, after } = operation;
	const at = receipt.doneAt(operation);
	if (at === null || client_time === null) return null;
	const { state } = work.session;
	const last = boundWatermark(watermarkOf(work, device_id), receipt.received);
	const inOrder = last ? orderByDeviceClock(at, client_time, last, state.started_at) : at;
	const ordered =
		last && client_time < last.client_time ? clampBeforeNewer(work, operation, inOrder) : inOrder;
	return "question_id" in command ? afterSeen(state, command.question_id, after, ordered) : ordered;
}

/**
 * The time of a late event. It is stored unapplied; if the session is restored it is replayed, so its time
 * must already sort after the answer that its author saw.
 */
function afterKnown({ known }: SessionWrite, { command, after }: WriteOperation, at: Instant): Instant {
	const seen = after ? known.get(after) : undefined;
	const isAnswer = seen?.kind === "answer" || seen?.kind === "clear";
	if (!isAnswer || !("question_id" in command) || seen.question_id !== command.question_id) return at;
	return at <= seen.at ? toInstant(toMillis(seen.at) + 1) : at;
}

function endsSession(code: RefusalCode): boolean {
	return code === "session_abandoned" || code === "session_completed" || code === "session_expired";
}

/** Applies an accepted event and records everything that has to be written for it. */
export function acceptEvent(
	work: SessionWrite,
	operation: WriteOperation,
	decided: SessionEvent,
	fingerprint: string,
): StoredResult {
	const { body } = decided;
	if (body.kind === "answer" || body.kind === "clear") backfillAdoptedAnswer(work, body.question_id);
	const before = work.session.state;
	const event: SessionEvent = { ...decided, revision: before.revision + 1 };
	const state = apply(work.session.version.index, before, event);
	const question_id = "question_id" in body ? body.question_id : null;
	const standing = question_id === null ? undefined : state.answers[question_id];
	const changesAnswer = body.kind === "answer" || body.kind === "clear";
	const superseded = changesAnswer && standing?.operation_id !== event.operation_id;
	const seen = operation.after ? work.known.get(operation.after) : undefined;
	const conflict = changesAnswer ? detectConflict(before, operation, event, seen) : null;

	const result: OperationResult = {
		status: superseded ? "superseded" : "applied",
		operation_id: operation.operation_id,
		revision: event.revision,
		xp_gained: xpFor(state.ever_answered) - xpFor(before.ever_answered),
		badges_unlocked: badgesBetween(before.ever_answered, state.ever_answered),
		...(conflict && { conflict }),
	};
	const stored = { result, counts: { answered: state.answered, ever_answered: state.ever_answered } };
	append(work, operation, event, superseded ? "superseded" : "applied", fingerprint, stored);
	if (question_id !== null && (changesAnswer || body.kind === "draft"))
		work.touched_questions.add(question_id);
	if (before.status !== state.status) {
		work.abandoned_at = state.status === "user_abandoned_not_completed" ? event.received_at : null;
		work.completed_at = state.status === "completed" ? event.received_at : null;
	}
	work.session = { ...work.session, state };
	return stored;
}

function recordLate(
	work: SessionWrite,
	operation: WriteOperation,
	time: { at: Instant; received: Instant },
	refusal: Refusal,
	fingerprint: string,
): StoredResult {
	const { state } = work.session;
	const revision = state.revision + 1;
	const result: OperationResult = { status: "late", operation_id: operation.operation_id, ...refusal };
	const { after } = operation;
	const stored = { result, counts: null, ...(after !== undefined && { after }) };
	const event: SessionEvent = {
		operation_id: operation.operation_id,
		at: time.at,
		received_at: time.received,
		revision,
		body: operation.command,
	};
	append(work, operation, event, "late", fingerprint, stored);
	work.session = { ...work.session, state: { ...state, revision } };
	return stored;
}

function append(
	work: SessionWrite,
	operation: WriteOperation,
	event: SessionEvent,
	outcome: NewEvent["outcome"],
	fingerprint: string,
	stored: StoredResult,
): void {
	work.changed = true;
	const { kind } = event.body;
	const question_id = "question_id" in event.body ? event.body.question_id : null;
	const { at, received_at } = event;
	if (operation.client_time) work.client_times.set(operation.operation_id, operation.client_time);
	work.known.set(operation.operation_id, { fingerprint, result: stored, kind, question_id, at, received_at });
	const value = historyValue(event.body, outcome);
	if (work.value_bytes !== null) work.value_bytes += countedBytes(value);
	work.events.push({
		response_id: work.session.response_id,
		revision: event.revision,
		operation_id: operation.operation_id,
		kind,
		question_id,
		value,
		at,
		client_time: operation.client_time,
		received_at: event.received_at,
		outcome,
		fingerprint,
		result: JSON.stringify(stored),
	});
}

/**
 * What the history keeps of a command. Half-typed text does not belong there, unless it came late and has no
 * other place.
 */
function historyValue(command: Command | LifecycleCommand, outcome: NewEvent["outcome"]): string | null {
	switch (command.kind) {
		case "answer":
			return JSON.stringify(command.answer);
		case "draft":
			return outcome === "late" ? JSON.stringify(command.draft) : null;
		case "move":
			return command.language ? JSON.stringify({ language: command.language }) : null;
		case "hold":
			return JSON.stringify({ device_id: command.device_id, label: command.label });
		default:
			return null;
	}
}

/** Identifies a command by its content: the same operation id with another content is a mistake of the client. */
export function fingerprintOf(content: unknown): string {
	return createHash("sha256").update(JSON.stringify(content)).digest("base64url").slice(0, 22);
}

/** The questions whose answers and drafts have to be loaded before a batch can be judged. */
export function questionsOf(batch: Batch): number[] {
	return batch.operations.flatMap(({ command }) => ("question_id" in command ? [command.question_id] : []));
}

/** Groups batches by session, in order of arrival. */
export function bySession(batches: readonly Batch[]): Map<SessionId, Batch[]> {
	const groups = new Map<SessionId, Batch[]>();
	for (const batch of batches) {
		const group = groups.get(batch.session_id);
		if (group) group.push(batch);
		else groups.set(batch.session_id, [batch]);
	}
	return groups;
}

/** A batch that sets a session aside. */
export function abandoning(session_id: SessionId, operation_id: OperationId): Batch {
	return single(session_id, operation_id, { kind: "abandon" });
}
