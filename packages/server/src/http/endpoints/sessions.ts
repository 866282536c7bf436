import {
	AnsweredQuestionsReply,
	answerTo,
	chapterProgress,
	parseLanguage,
	progressBadges,
	refuse,
	SessionProgressReply,
	SessionSnapshot,
	StartReply,
	StartRequest,
	sessionProgress,
	sessionXp,
	ValidateReply,
} from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import { unknownSession } from "../../db/sessions/refusals.ts";
import type { StoredSession } from "../../db/store.ts";
import type { Deps, Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { clearSessionCookie, readSessionCookie, setSessionCookie } from "../middleware/session-cookie.ts";
import {
	assessmentRef,
	expiryOf,
	lookUp,
	progressOfSession,
	sessionIdOf,
	snapshotOf,
} from "../reply/session-replies.ts";
import { type Busy, type LimitedDeps, overloaded, tooManyUnknown } from "../request/budgets.ts";
import { integerParameter, PAGE_ID, readInteger } from "../request/query.ts";
import type { FailedAttemptLimiter } from "../request/rate-limits.ts";
import { judgeConsent } from "./consents.ts";

/** Beginning a session and reading it. */
export function mountSessions(api: Api, deps: LimitedDeps, failedLookups: FailedAttemptLimiter): void {
	api.add({
		method: "post",
		path: "/api/v2/session/start",
		tag: "Sessions",
		summary: "Start a session",
		description:
			"Needs no body. An `operation_id` gets the same session again for 24 hours; after them it is refused. With `replaces` it is Start Fresh: that session is set aside in the same transaction. Sets the cookie by which this browser finds the session again; with `shared`, for a computer that others use too, there is none. `consent` is what the student declared to the notice of `settings/privacy`.",
		body: {
			schema: StartRequest,
			optional: true,
			example: { language: "en" },
			ignores: ["email", "full_name", "age_group", "country", "origin_country"],
		},
		reply: {
			schema: StartReply,
			description: "The new session, or the same one again for a repeated `operation_id`",
		},
		problems: [
			"session_not_found",
			"session_completed",
			"session_expired",
			"session_abandoned",
			"session_full",
			"assessment_not_found",
			"operation_mismatch",
			"notice_outdated",
		],
		handle: ({ c, body }) => start(deps, c, body),
	});
	api.add({
		method: "get",
		path: "/api/v2/session/current",
		tag: "Sessions",
		summary: "The session of this browser",
		description: "Finds it by the cookie that `session/start` set. For pages of the same site only.",
		reply: { schema: SessionSnapshot, description: "All that a resume needs" },
		nothing: "This browser has no session",
		problems: [],
		compress: true,
		handle: ({ c }) => current(deps, failedLookups, c),
	});
	api.add({
		method: "get",
		path: "/api/v2/session/{session_id}",
		tag: "Sessions",
		summary: "The whole session",
		description:
			"Status, place, answers with their revisions, drafts, progress, expiry. Never counts as activity.",
		reply: { schema: SessionSnapshot, description: "All that a resume needs" },
		problems: ["session_not_found"],
		spends: "read",
		compress: true,
		handle: async ({ c }) => {
			const found = await lookUp(deps.store.sessions, "load", c.req.param("session_id") ?? "");
			return found.ok ? { ok: true, body: toResume(deps, found.session) } : found;
		},
	});
	mountProgress(api, deps, failedLookups);
}

function mountProgress(api: Api, deps: LimitedDeps, failedLookups: FailedAttemptLimiter): void {
	api.add({
		method: "get",
		path: "/api/v2/session/{session_id}/validate",
		tag: "Sessions",
		summary: "Whether a session can be used",
		description: "Always 200. Never counts as activity.",
		reply: { schema: ValidateReply, description: "Valid with its progress, or the reason why not" },
		problems: [],
		spends: "read",
		handle: ({ c }) => validate(deps, failedLookups, c),
	});
	api.add({
		method: "get",
		path: "/api/v2/session/{session_id}/progress",
		tag: "Sessions",
		summary: "Progress by module",
		reply: { schema: SessionProgressReply, description: "How far each module is, XP and badges" },
		problems: ["session_not_found"],
		spends: "read",
		handle: ({ c }) => progress(deps, c.req.param("session_id") ?? ""),
	});
	api.add({
		method: "get",
		path: "/api/v2/session/{session_id}/answered-questions",
		tag: "Sessions",
		summary: "The answered questions of a page, or of all pages",
		query: [{ ...PAGE_ID, required: false, description: "The page; all pages when absent" }],
		reply: {
			schema: AnsweredQuestionsReply,
			description: "The ids of the questions that have an answer now",
		},
		problems: ["session_not_found", "page_not_found", "invalid_body"],
		spends: "read",
		handle: ({ c }) => answeredQuestions(deps, c),
	});
}

async function start(
	deps: LimitedDeps,
	c: Context<Env>,
	body: z.infer<typeof StartRequest>,
): Promise<Outcome<StartReply>> {
	const { assessments, sessions } = deps.store;
	const version = await (body.assessment ? assessments.latest(body.assessment) : assessments.latestDefault());
	if (!version) {
		const detail = body.assessment
			? "There is no assessment of this name."
			: "There is no assessment on this server yet.";
		return { ok: false, refusal: refuse("assessment_not_found", detail) };
	}
	const busy = deps.budgets.start(c) ?? (await refuseWithoutRoom(deps));
	if (busy) return busy;
	const replaces = sessionIdOf(body.replaces);
	if (body.replaces !== undefined && !replaces) return unknownSession();
	const outcome = await sessions.start({
		operation_id: body.operation_id ?? null,
		version,
		replaces,
		language: parseLanguage(body.language),
		consent: body.consent ? judgeConsent(deps, version.index.assessment.key, body.consent) : null,
	});
	if (!outcome.ok) return outcome;
	const { session } = outcome;
	if (body.shared) clearSessionCookie(c, deps);
	else setSessionCookie(c, session.state.session_id, deps);
	return {
		ok: true,
		body: {
			session_id: session.state.session_id,
			created_at: session.state.started_at,
			expires_at: expiryOf(session, deps).expires_at,
			display_id: session.display_id,
			assessment: assessmentRef(session),
		},
	};
}

const RETRY_AFTER_SECONDS = 60;

/** A disk that is almost full is for the answers of those who have begun. */
async function refuseWithoutRoom({ disk }: Deps): Promise<Busy | null> {
	if (!disk || (await disk.look())?.is_low !== true) return null;
	const detail =
		"This server has no room for new assessments just now. Please tell whoever gave you this address.";
	return overloaded(detail, RETRY_AFTER_SECONDS);
}

async function current(
	deps: LimitedDeps,
	failedLookups: FailedAttemptLimiter,
	c: Context<Env>,
): Promise<Outcome<SessionSnapshot>> {
	const session_id = readSessionCookie(c, deps);
	if (!session_id) return { ok: true, nothing: true };
	const busy = deps.budgets.read(session_id);
	if (busy) return busy;
	const session = await deps.store.sessions.load(session_id);
	if (session) return { ok: true, body: toResume(deps, session) };
	return tooManyUnknown(failedLookups.count(c)) ?? { ok: true, nothing: true };
}

/** What a returning student gets. */
function toResume(deps: LimitedDeps, session: StoredSession): SessionSnapshot {
	countReturn(deps, session);
	return snapshotOf(session, deps);
}

/** Existing clients learn by `validate` that they came too late, others by the snapshot. */
function countReturn(deps: LimitedDeps, session: StoredSession): void {
	if (session.state.status === "active" && expiryOf(session, deps).expired) deps.meter?.metExpired();
}

async function validate(
	deps: LimitedDeps,
	failedLookups: FailedAttemptLimiter,
	c: Context<Env>,
): Promise<Outcome<z.infer<typeof ValidateReply>>> {
	const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
	if (!found.ok) {
		const busy = tooManyUnknown(failedLookups.count(c));
		return busy ?? { ok: true, body: { valid: false, reason: "not_found", resumable: false } };
	}
	const { session } = found;
	countReturn(deps, session);
	const { expired, resumable } = expiryOf(session, deps);
	if (expired) return { ok: true, body: { valid: false, reason: "expired", resumable: false } };
	const { session_id, status, place, last_activity } = session.state;
	return {
		ok: true,
		body: {
			valid: true,
			resumable,
			session: { session_id, status, current_page_id: place?.page_id ?? null, last_activity },
			progress: progressOfSession(session),
		},
	};
}

async function progress(
	deps: LimitedDeps,
	id: string,
): Promise<Outcome<z.infer<typeof SessionProgressReply>>> {
	const found = await lookUp(deps.store.sessions, "load", id);
	if (!found.ok) return found;
	const { state, version } = found.session;
	return {
		ok: true,
		body: {
			session_id: state.session_id,
			modules: chapterProgress(version.index, state).map(({ chapter, answered, total }) => ({
				name: chapter.title.en,
				completed: answered,
				total,
				status: answered === total ? "completed" : "in_progress",
			})),
			total_xp: sessionXp(state),
			badges: progressBadges(state.answered, state.ever_answered),
			current_page_id: state.place?.page_id ?? null,
			percentage_complete: sessionProgress(version.index, state).percentage,
		},
	};
}

async function answeredQuestions(
	deps: LimitedDeps,
	c: Context<Env>,
): Promise<Outcome<z.infer<typeof AnsweredQuestionsReply>>> {
	const page_id = c.req.query("page_id") === undefined ? null : readInteger(c, "page_id");
	if (page_id === null && c.req.query("page_id") !== undefined) return integerParameter("page_id");
	const found = await lookUp(deps.store.sessions, "load", c.req.param("session_id") ?? "");
	if (!found.ok) return found;
	const { state, version } = found.session;
	const pages = page_id === null ? [...version.index.pages.values()] : [version.index.pages.get(page_id)];
	const questions = pages.flatMap((page) => page?.questions ?? []);
	if (page_id !== null && !version.index.pages.has(page_id))
		return { ok: false, refusal: refuse("page_not_found", "This page is not part of the assessment.") };
	const answered = questions.filter((question) => answerTo(state, question.id));
	return {
		ok: true,
		body: {
			session_id: state.session_id,
			page_id,
			answered_question_ids: answered.map((question) => question.id),
		},
	};
}
