import { setTimeout as sleep } from "node:timers/promises";
import {
	ForgetReply,
	HandOffReply,
	mintOperationId,
	OperationRequest,
	parseHandOffCode,
	RedeemRequest,
	SessionSnapshot,
} from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import { invalidCode } from "../db/hand-offs.ts";
import { unknownSession } from "../db/operate.ts";
import type { Api, Outcome } from "./api.ts";
import type { Deps, Env } from "./context.ts";
import type { FailedLookups } from "./failed-lookups.ts";
import { clearSessionCookie, setSessionCookie } from "./session-cookie.ts";
import { sessionIdOf, snapshotOf } from "./session-replies.ts";

/** A wrong code is told so after this long, whichever part of it was wrong: longer than any of the ways to find out takes. */
const TIME_OF_WRONG_CODE_MS = 400;

const UNNAMED_DEVICE = "Another device";

/** Continuing on another device, and forgetting on this one. */
export function mountHandOffs(api: Api, deps: Deps, failedLookups: FailedLookups): void {
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
		problems: ["session_not_found", "session_completed", "session_abandoned", "session_expired"],
		handle: (request) => handOff(deps, request),
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
			"operation_mismatch",
		],
		handle: (request) => redeem(deps, failedLookups, request),
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
			clearSessionCookie(c, deps.config);
			return { ok: true, body: { success: true } };
		},
	});
}

async function handOff(
	deps: Deps,
	{ c, body }: { c: Context<Env>; body: z.infer<typeof OperationRequest> },
): Promise<Outcome<HandOffReply>> {
	const session_id = sessionIdOf(c.req.param("session_id"));
	if (!session_id) return unknownSession();
	const operation_id = body.operation_id ?? mintOperationId(deps.randomBytes);
	const outcome = await deps.store.sessions.handOff(session_id, operation_id);
	if (!outcome.ok) return outcome;
	const { code, expires_at } = outcome;
	return { ok: true, body: { code, expires_at } };
}

async function redeem(
	deps: Deps,
	failedLookups: FailedLookups,
	{ c, body }: { c: Context<Env>; body: z.infer<typeof RedeemRequest> },
): Promise<Outcome<SessionSnapshot>> {
	const began = performance.now();
	const wait = await failedLookups.waitOf(c);
	if (wait !== null) return tooManyGuesses(wait);
	const code = parseHandOffCode(body.code);
	const mint = () => mintOperationId(deps.randomBytes);
	const outcome = code
		? await deps.store.sessions.redeem({
				code,
				operation_id: body.operation_id ?? mint(),
				device_id: body.device_id ?? mint(),
				label: body.label ?? UNNAMED_DEVICE,
			})
		: invalidCode();
	if (!outcome.ok) {
		if (outcome.refusal.code !== "hand_off_code_invalid") return outcome;
		const over = await failedLookups.countGuess(c);
		await (deps.sleep ?? sleep)(Math.max(0, TIME_OF_WRONG_CODE_MS - (performance.now() - began)));
		return over === null ? outcome : tooManyGuesses(over);
	}
	const session = await deps.store.sessions.load(outcome.session_id);
	if (!session) return unknownSession();
	if (body.shared) clearSessionCookie(c, deps.config);
	else setSessionCookie(c, outcome.session_id, deps.config);
	return { ok: true, body: snapshotOf(session, deps) };
}

function tooManyGuesses(wait: number): Extract<Outcome<never>, { ok: false }> {
	const detail = `Too many codes were wrong from this network. Try again in ${wait} seconds.`;
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: wait };
}
