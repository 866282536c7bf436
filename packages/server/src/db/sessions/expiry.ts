import {
	addDays,
	addMinutes,
	expiresAt,
	type Instant,
	isExpired,
	laterOf,
	RESTORE_DAYS,
	type Refusal,
	refuse,
	type SessionStatus,
	unreachable,
} from "@carhythm/core";
import { type SqlBool, sql } from "kysely";
import type { StoredSession } from "../store.ts";

/** The server's clock with the setting that says how long a session lasts. */
export type ExpiryClock = { now: Instant; expiry_days: number };

/** The two columns that decide when a session expires: of `student_responses` and of `session_details`. */
type ExpiryColumns = { last_activity: Instant; adopted_at: Instant | null };

/**
 * From when the time to expiry runs: an adopted session's from its adoption, because the old value knew
 * nothing of answers.
 */
function baseOf({ last_activity, adopted_at }: ExpiryColumns): Instant {
	return laterOf(last_activity, adopted_at ?? last_activity);
}

/** {@link baseOf} a stored session: what its `last_activity` counts as where expiry is judged. */
export function expiryBase({ state, adopted_at }: StoredSession): Instant {
	return baseOf({ last_activity: state.last_activity, adopted_at });
}

/** Whether a session has expired by the server's clock, when it does, and whether it can be resumed. */
export function sessionExpiry(
	session: StoredSession,
	{ now, expiry_days }: ExpiryClock,
): { expired: boolean; expires_at: Instant; resumable: boolean } {
	const base = expiryBase(session);
	const expired = isExpired(base, now, expiry_days);
	return {
		expired,
		expires_at: expiresAt(base, expiry_days),
		resumable: session.state.status === "active" && !expired,
	};
}

/** The server's clock with the settings that say how long a session and its secret last. */
export type SecretClock = ExpiryClock & {
	/** For how many days after its end a session's id still opens it; absent: for ever, as for an operator. */
	secret_days?: number | undefined;
};

/**
 * Whether the session's id opens nothing any more: a secret that stays in browsers and backups must end. The
 * time runs from the completion, from being set aside or from the expiry.
 */
export function isSecretOver(
	session: StoredSession,
	{ now, expiry_days, secret_days }: SecretClock,
): boolean {
	if (secret_days === undefined) return false;
	// Asked by every request: counted in milliseconds, because writing a moment as text takes longer than the rest.
	const days = session.state.status === "active" ? expiry_days + secret_days : secret_days;
	return isExpired(endOf(session), now, days);
}

/**
 * When a session ended; of an active one, the moment from which its expiry counts. An adopted session counts from
 * its adoption, as in {@link expiryBase}.
 */
function endOf(session: StoredSession): Instant {
	const { state, completed_at, abandoned_at, adopted_at } = session;
	const notBefore = adopted_at ?? state.started_at;
	switch (state.status) {
		case "active":
			return expiryBase(session);
		case "completed":
			return laterOf(completed_at ?? state.last_activity, notBefore);
		case "user_abandoned_not_completed":
			return laterOf(abandoned_at ?? state.last_activity, notBefore);
		default:
			return unreachable(state.status);
	}
}

/** What an operator sees as a session's status: expired is computed, never stored. */
export const SHOWN_STATUSES = ["active", "expired", "completed", "user_abandoned_not_completed"] as const;
export type ShownStatus = (typeof SHOWN_STATUSES)[number];

/** The status of a row with expiry worked out. */
export function shownStatus(
	{ status, ...columns }: ExpiryColumns & { status: SessionStatus },
	{ now, expiry_days }: ExpiryClock,
): ShownStatus {
	return status === "active" && isExpired(baseOf(columns), now, expiry_days) ? "expired" : status;
}

/** {@link shownStatus} in SQL, over the same columns. Exactly at the cutoff a session is still valid. */
export function whereShownStatus(status: ShownStatus, { now, expiry_days }: ExpiryClock) {
	const cutoff = addDays(now, -expiry_days);
	switch (status) {
		case "active":
			return sql<SqlBool>`status = 'active' and (last_activity >= ${cutoff} or coalesce(adopted_at >= ${cutoff}, false))`;
		case "expired":
			return sql<SqlBool>`status = 'active' and last_activity < ${cutoff} and coalesce(adopted_at < ${cutoff}, true)`;
		case "completed":
		case "user_abandoned_not_completed":
			return sql<SqlBool>`status = ${status}`;
	}
}

/** Until when Start Fresh can be undone; null for a session that it did not set aside. */
export function restorableUntil({ abandoned_at }: Pick<StoredSession, "abandoned_at">): Instant | null {
	return abandoned_at && addDays(abandoned_at, RESTORE_DAYS);
}

/** For so long after the completion the student may correct who they are. */
const CORRECTION_HOURS = 24;

/**
 * Whether it is too late to change the person of a session. A completed one stays as it is: its id must not
 * let another put their name under it for as long as the results can be read.
 */
export function refusePerson(
	{ state, completed_at }: Pick<StoredSession, "state" | "completed_at">,
	now: Instant,
): Refusal | null {
	if (state.status !== "completed") return null;
	if (now <= addMinutes(completed_at ?? state.last_activity, CORRECTION_HOURS * 60)) return null;
	const detail = `This assessment is finished. What it says of you can be changed for ${CORRECTION_HOURS} hours after that.`;
	return refuse("session_completed", detail);
}
