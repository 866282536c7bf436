import type { AssessmentIndex } from "./assessment.ts";
import type { SessionSnapshot } from "./contract.ts";
import { apply, type SessionEvent, type SessionState } from "./session.ts";
import { isUntouched } from "./session-queries.ts";
import type { Instant } from "./time.ts";

/** For how many days Start Fresh can be undone. */
export const RESTORE_DAYS = 7;

/** What this device holds: the state as last shown here, and the events that the server has not acknowledged. */
export type LocalSession = {
	state: SessionState;
	pending: readonly SessionEvent[];
	/** When it expired, as the server has said; null while it has not. */
	expired_at: Instant | null;
	/** When it is erased, as the server has said; null or absent while that is not asked for. */
	erase_at?: Instant | null;
};

/** What the server said about the session of this device or this browser. */
export type RemoteSession =
	| { kind: "found"; snapshot: SessionSnapshot }
	/** The server was reached and does not know the session. */
	| { kind: "not_found" }
	/** The student left this device: the session has another id. */
	| { kind: "moved" }
	/** No answer, a 5xx or a captive portal: nothing is known. */
	| { kind: "unreachable" };

/** What the page does when a student comes back. The modal draws this and decides nothing. */
export type ResumeChoice =
	/** Nothing to come back to: the welcome page. */
	| { kind: "nothing" }
	/** A session without any answer: the welcome page, whose start button takes this session up. */
	| { kind: "untouched"; state: SessionState }
	| {
			kind: "continue";
			state: SessionState;
			/** Answers that only this device has. */
			pending: number;
			/** By the server's clock; null while the server cannot be reached. */
			expires_at: Instant | null;
	  }
	| { kind: "expired"; state: SessionState; expired_at: Instant; pending: number }
	/** Set aside by Start Fresh, here or elsewhere. */
	| { kind: "abandoned"; state: SessionState; restorable_until: Instant | null; pending: number }
	| { kind: "completed"; state: SessionState; pending: number }
	/** The student asked for its erasure, here or elsewhere; it can be kept until then. */
	| { kind: "to_be_erased"; state: SessionState; erase_at: Instant; pending: number }
	/** The server does not know the session (another database); this device still has its answers. */
	| { kind: "unknown_to_server"; state: SessionState; pending: number }
	/** The student went on elsewhere and left this device. It shows nothing of the session any more. */
	| { kind: "moved" };

/**
 * Chooses what a returning student sees. The server's state is the base, with what it has not seen yet on
 * top; a server that cannot be reached takes nothing away, what it has said of an end holds until it says
 * otherwise, and only its clock can say that a session has expired.
 * @param index the assessment version to which the session is pinned
 */
export function chooseResume(
	index: AssessmentIndex,
	local: LocalSession | null,
	remote: RemoteSession,
): ResumeChoice {
	if (remote.kind === "moved") return { kind: "moved" };
	if (remote.kind !== "found") return chooseWithoutServer(local, remote.kind);
	const { snapshot } = remote;
	const ours = local?.state.session_id === snapshot.session.session_id ? local : null;
	const pending = ours?.pending ?? [];
	const state = pending.reduce((before, event) => apply(index, before, event), snapshot.session);
	const waiting = pending.length;
	if (snapshot.erase_at) {
		return { kind: "to_be_erased", state, erase_at: snapshot.erase_at, pending: waiting };
	}

	switch (snapshot.session.status) {
		case "completed":
			return { kind: "completed", state, pending: waiting };
		case "user_abandoned_not_completed":
			return {
				kind: "abandoned",
				state,
				restorable_until: snapshot.restorable_until,
				pending: waiting,
			};
		case "active":
			if (snapshot.expired) {
				return { kind: "expired", state, expired_at: snapshot.expires_at, pending: waiting };
			}
			// The completion is still on its way, or is given again to a server that had lost it.
			if (state.status === "completed") return { kind: "completed", state, pending: waiting };
			return isUntouched(state)
				? { kind: "untouched", state }
				: { kind: "continue", state, pending: waiting, expires_at: snapshot.expires_at };
	}
}

function chooseWithoutServer(local: LocalSession | null, remote: "not_found" | "unreachable"): ResumeChoice {
	if (!local) return { kind: "nothing" };
	const { state, expired_at } = local;
	const pending = local.pending.length;
	if (local.erase_at) {
		// The server knows nothing of it any more: it is done.
		return remote === "not_found"
			? { kind: "nothing" }
			: { kind: "to_be_erased", state, erase_at: local.erase_at, pending };
	}
	if (state.status === "completed") return { kind: "completed", state, pending };
	if (remote === "not_found") {
		return isUntouched(state) ? { kind: "nothing" } : { kind: "unknown_to_server", state, pending };
	}
	if (state.status === "user_abandoned_not_completed") {
		return { kind: "abandoned", state, restorable_until: null, pending };
	}
	if (expired_at !== null) return { kind: "expired", state, expired_at, pending };
	return isUntouched(state)
		? { kind: "untouched", state }
		: { kind: "continue", state, pending, expires_at: null };
}
