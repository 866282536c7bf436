import {
	badges,
	counts,
	currentWrite,
	type History,
	type HistoryEntry,
	isTooLate,
	type ModelCommand,
	type Result,
	reportedConflict,
	type ServerCommand,
} from "./history.ts";
import { computeReceipt } from "./receipt.ts";
import {
	findEntry,
	type ModelOperation,
	type Reference,
	type ReferenceSession,
	type Refused,
	type Sender,
} from "./reference-state.ts";
import {
	advanceWatermark,
	estimateTime,
	placeAfterAll,
	placeAfterKnown,
	placeAfterSeen,
} from "./reference-times.ts";

/**
 * Applies one operation as the contract says.
 *
 *     known id? → stored result │ invalid? → refused │ session ended? → late, or all refused │ → accepted
 *
 * @returns its result, or why the request is refused as a whole
 */
export function applyOperation(
	reference: Reference,
	session: ReferenceSession,
	operation: ModelOperation,
	sender: Sender,
): Result | Refused {
	const known = operation.operation_id && findEntry(session, operation.operation_id);
	if (known) {
		if (sameCommand(known.command, operation.command) && known.result) return known.result;
		return refusal(operation, "operation_mismatch", sender);
	}
	if (operation.refusal_code) return refusal(operation, operation.refusal_code, sender);
	const receipt = sender.receipt ?? computeReceipt(reference.now, session, []);
	const { received } = receipt;
	const at = placeAfterSeen(session, operation, estimateTime(session, operation, sender, receipt));
	const ended = endedReason(session, operation.command, { done: at ?? received, received });
	if (!ended) {
		const wasActive = session.status === "active";
		const result = accept(session, operation, at, sender, received);
		if (!sender.receipt && wasActive && operation.command.kind !== "abandon") applyWaiting(session, received);
		return result;
	}
	if (!sender.stores_late) return { refused: ended };
	const result: Result = { status: "late", operation_id: operation.operation_id, code: ended };
	const late = placeAfterKnown(session, operation, at ?? received);
	advanceWatermark(session, sender, operation.client_time, late);
	const entry = append(session, operation, {
		at: late,
		received,
		outcome: "late",
		changes_nothing: false,
		result,
	});
	entry.after = operation.after;
	return result;
}

function refusal(operation: ModelOperation, code: string, { stores_late }: Sender): Result | Refused {
	return stores_late ? { status: "refused", operation_id: operation.operation_id, code } : { refused: code };
}

function sameCommand(a: ModelCommand, b: ModelCommand): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

export function endedReason(
	session: History,
	{ kind }: ModelCommand,
	{ done, received }: { done: number; received: number },
): string | null {
	switch (session.status) {
		case "completed":
			return kind === "complete" ? null : "session_completed";
		case "user_abandoned_not_completed":
			return kind === "abandon" ? null : "session_abandoned";
		case "active":
			return kind !== "abandon" && isTooLate(session, done, received) ? "session_expired" : null;
	}
}

/**
 * Applies the late entries of a session that has accepted another operation.
 * @returns how many there were
 */
export function applyWaiting(session: ReferenceSession, received: number): number {
	const applied = applyLate(session, received, ["session_expired"]);
	if (applied > 0) appendNoop(session, lifecycleOperation(null, "apply_late"), received);
	return applied;
}

export function applyLate(session: ReferenceSession, received: number, codes: readonly string[]): number {
	const waiting = session.entries.filter(
		({ outcome, command, result }) =>
			outcome === "late" &&
			command.kind !== "complete" &&
			command.kind !== "hold" &&
			result?.status === "late" &&
			codes.includes(result.code),
	);
	const ahead = waiting.filter((entry) => entry.received > received);
	let latest = received;
	// Entries received by a clock that ran ahead are redated: each keeps its age and its place among the
	// others.
	for (const entry of ahead.sort((a, b) => b.at - a.at || b.revision - a.revision)) {
		latest = Math.min(entry.at - (entry.received - received), latest - 1);
		entry.at = latest;
		entry.counts_as_received = received;
	}
	for (const entry of waiting) {
		const { command } = entry;
		const changes = command.kind === "answer" || command.kind === "clear";
		if (changes)
			entry.conflict_when_applied = findConflict(entry, currentWrite(session, command.question_id));
		entry.outcome = "applied";
		if (changes && currentWrite(session, command.question_id) !== entry) entry.outcome = "superseded";
	}
	return waiting.length;
}

/**
 * The id of a current answer that was not seen and differs. A seen answer may itself be in conflict: if this
 * write was made before a reply could report that, the other answer is not seen either.
 */
function findConflict(
	{
		command,
		after,
		at,
		received,
	}: Pick<ModelOperation, "command" | "after"> & Pick<HistoryEntry, "at" | "received">,
	found: HistoryEntry | null,
): string | null {
	if (after === undefined || !found) return null;
	if (found.operation_id === after) {
		return at > found.received && received !== found.received ? null : (reportedConflict(found) ?? null);
	}
	const said = [found.command, command].map((one) =>
		one.kind === "answer" ? JSON.stringify(one.answer) : null,
	);
	return said[0] === said[1] ? null : found.operation_id;
}

export function accept(
	session: ReferenceSession,
	operation: ModelOperation,
	known: number | null,
	sender: Sender,
	received: number,
): Result {
	const { command, client_time } = operation;
	const at = known ?? placeAfterAll(session, command, received);
	const before = counts(session);
	const changes = command.kind === "answer" || command.kind === "clear";
	const made = { ...operation, at, received };
	const conflict = changes ? findConflict(made, currentWrite(session, command.question_id)) : null;
	advanceWatermark(session, sender, client_time, at);
	const rest = { at, received, outcome: "applied", changes_nothing: false, result: null } as const;
	const entry = append(session, operation, rest);
	if (changes && currentWrite(session, command.question_id) !== entry) entry.outcome = "superseded";
	if (command.kind === "complete" && session.status !== "completed") {
		session.status = "completed";
		session.completed = received;
	}
	if (command.kind === "abandon" && session.status === "active") {
		session.status = "user_abandoned_not_completed";
		session.abandoned = received;
	}
	entry.counts = counts(session);
	entry.result = {
		status: entry.outcome === "superseded" ? "superseded" : "applied",
		operation_id: operation.operation_id,
		revision: entry.revision,
		xp_gained: 10 * (entry.counts.ever - before.ever),
		badges_unlocked: badges(entry.counts.ever).filter((badge) => !badges(before.ever).includes(badge)),
		...(conflict && { conflict }),
	};
	return entry.result;
}

function append(
	session: ReferenceSession,
	{ operation_id, command, client_time }: Pick<ModelOperation, "operation_id" | "command" | "client_time">,
	rest: Pick<HistoryEntry, "at" | "received" | "outcome" | "changes_nothing" | "result">,
): HistoryEntry {
	const entry: HistoryEntry = {
		revision: session.entries.length + 1,
		operation_id,
		command,
		client_time,
		counts: { answered: 0, ever: 0 },
		...rest,
	};
	session.entries.push(entry);
	return entry;
}

/** Appends an entry that only records an operation id. */
export function appendNoop(session: ReferenceSession, operation: ModelOperation, received: number): void {
	append(session, operation, {
		at: received,
		received,
		outcome: "applied",
		changes_nothing: true,
		result: null,
	});
}

export function lifecycleOperation(operation_id: string | null, kind: ServerCommand["kind"]): ModelOperation {
	return { operation_id, client_time: null, command: { kind }, refusal_code: null };
}
