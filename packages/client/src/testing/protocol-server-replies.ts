import {
	type Assessment,
	type AssessmentIndex,
	type Consent,
	expiresAt,
	type HeldBack,
	type Instant,
	isExpired,
	type OperationResult,
	progressOf,
	SessionSnapshot,
	type SessionState,
	sessionBadges,
	sessionXp,
} from "@carhythm/core";
import { VERSION_ID } from "./assessment.ts";

// What the server in memory holds, and how it tells of a session.

export const EXPIRY_DAYS = 30;
export const DISPLAY_ID = "7GK2M-9XQ4T";

export type StoredSession = {
	state: SessionState;
	results: Map<string, { body: string; result: OperationResult }>;
	/** How many operations arrived after the session had ended. */
	late: number;
	/** When it is erased; set and taken away by its student. */
	erase_at: Instant | null;
	/** Whether answers are refused for want of an agreement. */
	lacks_consent: boolean;
	consent: Consent | null;
};

export type Server = {
	assessment: Assessment;
	index: AssessmentIndex;
	now: () => Instant;
	sessions: Map<string, StoredSession>;
	starts: Map<string, { body: string; session_id: string; at: number }>;
	/** The present id and the request of each former id. */
	former: Map<string, { present: string; operation_id: string }>;
	codes: Map<string, { session_id: string; used_by: string | null }>;
	cookie: string | null;
	incarnation: string;
};

export function heldBack({ erase_at, lacks_consent }: StoredSession): HeldBack | null {
	if (erase_at) return "session_to_be_erased";
	return lacks_consent ? "consent_required" : null;
}

export function reference({ assessment }: Server) {
	return { version_id: VERSION_ID, key: assessment.key, version: assessment.version };
}

export function summary(server: Server, state: SessionState) {
	const { session_id, status, revision, last_activity } = state;
	return {
		session_id,
		status,
		resumable: status === "active" && !isExpired(last_activity, server.now(), EXPIRY_DAYS),
		revision,
		incarnation: server.incarnation,
		holder: state.holder,
		current_page_id: state.place?.page_id ?? null,
		last_activity,
		expires_at: expiresAt(last_activity, EXPIRY_DAYS),
		progress: { ...progressOf(state.answered, server.index.places.length), total_xp: sessionXp(state) },
		badges: sessionBadges(state),
	};
}

export function snapshot(server: Server, stored: StoredSession) {
	const { state, erase_at } = stored;
	const { resumable, expires_at, progress, badges } = summary(server, state);
	return SessionSnapshot.parse({
		session: state,
		incarnation: server.incarnation,
		display_id: DISPLAY_ID,
		assessment: reference(server),
		resumable,
		expired: state.status === "active" && !resumable,
		expires_at,
		restorable_until: null,
		erase_at,
		consent: stored.consent,
		held_back: heldBack(stored),
		progress,
		badges,
		server_time: server.now(),
	});
}
