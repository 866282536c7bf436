import { setTimeout as sleep } from "node:timers/promises";
import {
	ForgetReply,
	type HandOffCode,
	HandOffReply,
	mintOperationId,
	OperationRequest,
	parseHandOffCode,
	RedeemRequest,
	SessionSnapshot,
} from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import { invalidCode, unknownSession } from "../../db/sessions/refusals.ts";
import type { Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { clearSessionCookie, setSessionCookie } from "../middleware/session-cookie.ts";
import { lookUp, snapshotOf } from "../reply/session-replies.ts";
import { type Busy, type LimitedDeps, overloaded } from "../request/budgets.ts";
import type { FailedAttemptLimiter } from "../request/rate-limits.ts";
import { createSemaphore, QUEUE_FULL } from "../request/semaphore.ts";

/**
 * A wrong code is told so after this long, whichever part of it was wrong: longer than any of the ways to
 * find out takes.
 */
const TIME_OF_WRONG_CODE_MS = 400;

/**
 * Each takes a thread of the four that Node has for this, for files and for looking addresses up: some must
 * stay free.
 */
const HASHES_AT_A_TIME = 2;

/** Of a network that guesses too much, a reply must not tell either which codes belong to a session. */
const TOLD_SLOWLY: ReadonlySet<string> = new Set(["hand_off_code_invalid", "too_many_requests"]);

const UNNAMED_DEVICE = "Another device";

const QUEUE_IS_FULL = "Many students are changing devices just now. Nothing is lost: try again in a moment.";
const RETRY_AFTER_SECONDS = 5;

/** Runs work that hashes a code, where there is room for it. */
type Hashing = <T>(work: () => Promise<T>) => Promise<T | Busy>;

/** Continuing on another device, and forgetting on this one. */
export function mountHandOffs(api: Api, deps: LimitedDeps, failedLookups: FailedAttemptLimiter): void {
	const semaphore = createSemaphore(HASHES_AT_A_TIME, deps.config.limits.code_queue);
	const hashing: Hashing = async (work) => {
		const outcome = await semaphore(work);
		return outcome === QUEUE_FULL ? overloaded(QUEUE_IS_FULL, RETRY_AFTER_SECONDS) : outcome;
	};
	api.add({
		method: "post",
		path: "/api/v2/session/{session_id}/handoff",
		tag: "Sessions",
		summary: "Make a code that continues the session on another device",
		description:
			"The code is good for ten minutes and one use; the next code of the session makes it void. Nothing changes for this device before the code is redeemed.",
		body: { schema: OperationRequest, optional: true, example: {} },
		reply: {
			schema: HandOffReply,
			description: "The code; the same one again for a repeated `operation_id`",
		},
		problems: [
			"session_not_found",
			"session_completed",
			"session_abandoned",
			"session_expired",
			"session_to_be_erased",
			"operation_mismatch",
		],
		spends: "write",
		handle: (request) => handOff(deps, hashing, request),
	});
	api.add({
		method: "post",
		path: "/api/v2/session/handoff/redeem",
		tag: "Sessions",
		summary: "Continue a session here, by its code",
		description:
			"Other devices become read-only; what they had queued still counts. Sets the cookie like `session/start`. Unknown, wrong, used and expired codes get the same reply after the same time; five wrong guesses make a code void.",
		body: {
			schema: RedeemRequest,
			optional: false,
			example: { code: "7GK-2M9-XQ4", label: "Chrome (Android)" },
		},
		reply: { schema: SessionSnapshot, description: "All that a resume needs" },
		problems: [
			"hand_off_code_invalid",
			"session_not_found",
			"session_completed",
			"session_abandoned",
			"session_expired",
			"session_full",
			"session_to_be_erased",
			"operation_mismatch",
		],
		handle: (request) => redeem(deps, failedLookups, hashing, request),
	});
	api.add({
		method: "post",
		path: "/api/v2/session/forget",
		tag: "Sessions",
		summary: "Make this browser forget its session",
		description: "Clears the cookie. The session itself stays as it is.",
		reply: { schema: ForgetReply, description: "It is forgotten, or there was none" },
		problems: [],
		handle: async ({ c }) => {
			clearSessionCookie(c, deps);
			return { ok: true, body: { success: true } };
		},
	});
}

async function handOff(
	deps: LimitedDeps,
	hashing: Hashing,
	{ c, body }: { c: Context<Env>; body: z.infer<typeof OperationRequest> },
): Promise<Outcome<HandOffReply>> {
	// Before a code is hashed: one who knows no session makes this server work for nothing.
	const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
	if (!found.ok) return found;
	const { session_id } = found.session.state;
	const busy = deps.budgets.code(session_id);
	if (busy) return busy;
	const operation_id = body.operation_id ?? mintOperationId(deps.randomBytes);
	const outcome = await hashing(() => deps.store.sessions.handOff(session_id, operation_id));
	if (!outcome.ok) return outcome;
	const { code, expires_at } = outcome;
	return { ok: true, body: { code, expires_at } };
}

async function redeem(
	deps: LimitedDeps,
	failedLookups: FailedAttemptLimiter,
	hashing: Hashing,
	{ c, body }: { c: Context<Env>; body: z.infer<typeof RedeemRequest> },
): Promise<Outcome<SessionSnapshot>> {
	const began = performance.now();
	const outcome = await failedLookups.guess(c, {
		code: parseHandOffCode(body.code),
		device_id: body.device_id ?? null,
		exists: ({ selector }) => deps.store.sessions.knowsCode(selector),
		look: async (code) => {
			const looked = await hashing(() => lookAtCode(deps, code, body));
			if (!looked.ok && "is_voided" in looked) c.set("event", "code_voided");
			return looked;
		},
		wrong: invalidCode(),
	});
	if (!outcome.ok) {
		if (TOLD_SLOWLY.has(outcome.refusal.code)) {
			await (deps.sleep ?? sleep)(Math.max(0, TIME_OF_WRONG_CODE_MS - (performance.now() - began)));
		}
		return outcome;
	}
	const session = await deps.store.sessions.load(outcome.session_id);
	if (!session) return unknownSession();
	c.set("event", "code_redeemed");
	if (body.shared) clearSessionCookie(c, deps);
	else setSessionCookie(c, outcome.session_id, deps);
	return { ok: true, body: snapshotOf(session, deps) };
}

function lookAtCode(deps: LimitedDeps, code: HandOffCode, body: z.infer<typeof RedeemRequest>) {
	const mint = () => mintOperationId(deps.randomBytes);
	return deps.store.sessions.redeem({
		code,
		operation_id: body.operation_id ?? mint(),
		device_id: body.device_id ?? mint(),
		label: body.label ?? UNNAMED_DEVICE,
	});
}
