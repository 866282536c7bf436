import { DAY, isExpired } from "./history.ts";
import { computeReceipt } from "./receipt.ts";
import {
	accept,
	appendNoop,
	applyLate,
	applyOperation,
	applyWaiting,
	lifecycleOperation,
} from "./reference.ts";
import {
	findEntry,
	type Reference,
	type ReferenceSession,
	type Refused,
	UNKNOWN_SENDER,
} from "./reference-state.ts";

// Start, Start Fresh, restore and erase: the rules of the contract, beside reference.ts.

export type Start = { operation_id: string | null; replaces: ReferenceSession | null; language: "en" | "ar" };

export function startSession(reference: Reference, wanted: Start): ReferenceSession | Refused {
	const { operation_id, replaces, language } = wanted;
	const input = JSON.stringify([replaces?.slot ?? null, language]);
	const known =
		operation_id && (reference.starts.get(operation_id) ?? replaces?.redirected.get(operation_id));
	const earlier = known ? reference.sessions[known.slot] : undefined;
	if (known && earlier && !earlier.erased) {
		const isOver = reference.now > known.at + DAY;
		return known.input === input && !isOver ? earlier : { refused: "operation_mismatch" };
	}
	const last = replaces && lastInChain(reference, replaces);
	if (replaces) {
		const successor = last?.status === "active" ? last : null;
		if (successor && successor !== replaces) {
			if (operation_id) {
				replaces.redirected.set(operation_id, { input, slot: successor.slot, at: reference.now });
				if (!findEntry(replaces, operation_id))
					appendNoop(replaces, lifecycleOperation(operation_id, "start"), reference.now);
			}
			return successor;
		}
		const outcome = applyOperation(reference, replaces, lifecycleOperation(null, "abandon"), UNKNOWN_SENDER);
		if ("refused" in outcome) return outcome;
	}
	const session: ReferenceSession = {
		slot: reference.sessions.length,
		language,
		started: reference.now,
		entries: [],
		status: "active",
		abandoned: null,
		completed: null,
		devices: new Map(),
		replaced_by: null,
		erased: false,
		redirected: new Map(),
		codes: [],
	};
	reference.sessions.push(session);
	appendNoop(session, lifecycleOperation(operation_id, "start"), reference.now);
	if (operation_id) reference.starts.set(operation_id, { input, slot: session.slot, at: reference.now });
	if (last) last.replaced_by = session.slot;
	return session;
}

/** The last session of the chain of fresh starts from this one; itself if it was never replaced. */
function lastInChain(reference: Reference, from: ReferenceSession): ReferenceSession {
	const next = from.replaced_by === null ? undefined : reference.sessions[from.replaced_by];
	return next ? lastInChain(reference, next) : from;
}

export function restoreSession(
	reference: Reference,
	session: ReferenceSession,
	operation_id: string | null,
): ReferenceSession | Refused {
	const known = operation_id && findEntry(session, operation_id);
	if (known) return known.command.kind === "restore" ? session : { refused: "operation_mismatch" };
	const { received } = computeReceipt(reference.now, session, []);
	if (session.status === "active") {
		if (isExpired(session, received)) return { refused: "session_expired" };
		appendNoop(session, lifecycleOperation(operation_id, "restore"), received);
		applyWaiting(session, received);
		return session;
	}
	const { abandoned } = session;
	if (abandoned === null || reference.now > abandoned + 7 * DAY) return { refused: "session_not_restorable" };
	session.status = "active";
	session.abandoned = null;
	accept(session, lifecycleOperation(operation_id, "restore"), null, UNKNOWN_SENDER, received);
	applyLate(session, received, ["session_expired", "session_abandoned", "session_completed"]);
	const last = lastInChain(reference, session);
	if (last !== session && last.status === "active")
		applyOperation(reference, last, lifecycleOperation(null, "abandon"), UNKNOWN_SENDER);
	session.replaced_by = null;
	if (last !== session) last.replaced_by = session.slot;
	return session;
}

export function eraseSession(reference: Reference, session: ReferenceSession): void {
	session.erased = true;
	for (const other of reference.sessions) {
		if (other.replaced_by === session.slot) other.replaced_by = session.replaced_by;
	}
}
