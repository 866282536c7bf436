import {
	type AssessmentRef,
	type Command,
	type HeldBack,
	type LifecycleCommand,
	mintOperationId,
	type OperationId,
	type OperationResult,
	parseSessionId,
	type Refusal,
	refuseWithoutConsent,
	resumeAt,
	type SessionId,
	type SessionSnapshot,
	type SessionSummary,
	sessionBadges,
	sessionProgress,
	sessionXp,
} from "@carhythm/core";
import { restorableUntil, sessionExpiry } from "../../db/sessions/expiry.ts";
import { operationMismatch, toBeErased, unknownSession } from "../../db/sessions/refusals.ts";
import { type SessionStore, type StoredResult, type StoredSession, single } from "../../db/store.ts";
import { consentNeedOf } from "../../notice.ts";
import type { Deps } from "../context.ts";

/** What a look-up gives: the session, or the refusal that is the same for unknown and malformed ids. */
export type Found = { ok: true; session: StoredSession } | { ok: false; refusal: Refusal };

/** Looks a session up by an id from outside: `find` for its counts, `load` for its answers too. */
export async function lookUp(sessions: SessionStore, how: "find" | "load", id: string): Promise<Found> {
	const session_id = parseSessionId(id);
	const session = session_id && (await sessions[how](session_id));
	return session ? { ok: true, session } : unknownSession();
}

/** An id from a request's path or body; null counts as unknown. */
export function sessionIdOf(value: string | undefined): SessionId | null {
	return parseSessionId(value ?? "");
}

/** A write that was sent alone, and is stored. */
export type StoredAlone = {
	ok: true;
	session: StoredSession;
	result: Extract<OperationResult, { status: "applied" | "superseded" }>;
	counts: NonNullable<StoredResult["counts"]>;
};

/** Sends one write to the store. */
export async function operateAlone(
	deps: Pick<Deps, "store" | "randomBytes">,
	session_id: SessionId,
	{ operation_id, command }: { operation_id: OperationId | undefined; command: Command | LifecycleCommand },
): Promise<StoredAlone | { ok: false; refusal: Refusal }> {
	const batch = single(session_id, operation_id ?? mintOperationId(deps.randomBytes), command);
	const outcome = await deps.store.sessions.operate(batch);
	if (!outcome.ok) return outcome;
	const [stored] = outcome.results;
	if (!stored) throw new Error("A write came back without a result.");
	const { result, counts } = stored;
	// An id that `sync` already spent on an operation that came late: it cannot be answered with a success.
	if (result.status === "late" || result.status === "refused" || !counts) return operationMismatch();
	return { ok: true, session: outcome.session, result, counts };
}

/** {@link sessionExpiry} by this server's clock and setting. */
export function expiryOf(session: StoredSession, { now, config }: Pick<Deps, "now" | "config">) {
	return sessionExpiry(session, { now: now(), expiry_days: config.session_expiry_days });
}

/** Why a session takes nothing in until its student does something about it; null where it does. */
export function refuseHeldBack(
	{ erase_at, consent }: StoredSession,
	config: Deps["config"],
): (Refusal & { code: HeldBack }) | null {
	const refusal = erase_at
		? toBeErased().refusal
		: refuseWithoutConsent(consent, consentNeedOf(config.notice));
	return refusal as (Refusal & { code: HeldBack }) | null;
}

export function progressOfSession({ version, state }: StoredSession) {
	return { ...sessionProgress(version.index, state), total_xp: sessionXp(state) };
}

export function assessmentRef({ version }: StoredSession): AssessmentRef {
	const { key, version: number } = version.index.assessment;
	return { version_id: version.version_id, key, version: number };
}

/** What the reply to every write tells about its session. */
export function summaryOf(session: StoredSession, deps: Pick<Deps, "now" | "config">): SessionSummary {
	const { state } = session;
	const { expires_at, resumable } = expiryOf(session, deps);
	return {
		session_id: state.session_id,
		status: state.status,
		resumable,
		revision: state.revision,
		incarnation: session.incarnation ?? undefined,
		holder: state.holder,
		current_page_id: state.place?.page_id ?? null,
		last_activity: state.last_activity,
		expires_at,
		progress: progressOfSession(session),
		badges: sessionBadges(state),
	};
}

/** All that a resume needs. */
export function snapshotOf(session: StoredSession, deps: Pick<Deps, "now" | "config">): SessionSnapshot {
	return {
		session: session.state,
		incarnation: session.incarnation ?? undefined,
		display_id: session.display_id,
		assessment: assessmentRef(session),
		...expiryOf(session, deps),
		restorable_until: restorableUntil(session),
		resume_at: resumeAt(session.version.index, session.state),
		erase_at: session.erase_at,
		consent: session.consent,
		held_back: refuseHeldBack(session, deps.config)?.code ?? null,
		progress: progressOfSession(session),
		badges: sessionBadges(session.state),
		server_time: deps.now(),
	};
}
