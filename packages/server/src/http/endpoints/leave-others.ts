import { LeaveOthersRequest, mintOperationId, SessionChangedReply } from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import { unknownSession } from "../../db/sessions/refusals.ts";
import type { Deps, Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { clearSessionCookie, setSessionCookie } from "../middleware/session-cookie.ts";
import { say } from "../reply/messages.ts";
import { sessionIdOf, summaryOf } from "../reply/session-replies.ts";

const DAY_SECONDS = 24 * 60 * 60;

/** Leaving the other devices: the session gets an id that only this one knows. */
export function mountLeaveOthers(api: Api, deps: Deps): void {
	api.add({
		method: "post",
		path: "/api/v2/session/{session_id}/leave-others",
		tag: "Sessions",
		summary: "Leave the other devices: give the session a new id",
		description:
			"From now on the former id shows nothing: every request with it is refused with `session_moved`. Only `sync` still takes in what devices had queued under it, for as long as the session's secret lasts. Codes become void. The same `operation_id` under the former id gets the same reply for 24 hours, unless the session has moved again. Sets the cookie like `session/start`.",
		body: { schema: LeaveOthersRequest, optional: true, example: {} },
		reply: { schema: SessionChangedReply, description: "The session under its new id" },
		problems: [
			"session_not_found",
			"session_not_movable",
			"session_to_be_erased",
			"operation_mismatch",
			"too_many_requests",
		],
		spends: "write",
		handle: (request) => leaveOthers(deps, request),
	});
}

async function leaveOthers(
	deps: Deps,
	{ c, body }: { c: Context<Env>; body: z.infer<typeof LeaveOthersRequest> },
): Promise<Outcome<SessionChangedReply>> {
	const session_id = sessionIdOf(c.req.param("session_id"));
	if (!session_id) return unknownSession();
	const operation_id = body.operation_id ?? mintOperationId(deps.randomBytes);
	const outcome = await deps.store.sessions.leaveOthers(session_id, operation_id);
	if (!outcome.ok) return "refusal" in outcome ? outcome : tooMany();
	const { session } = outcome;
	if (body.shared) clearSessionCookie(c, deps);
	else setSessionCookie(c, session.state.session_id, deps);
	return {
		ok: true,
		body: { success: true, message: say("left_others", session.state), session: summaryOf(session, deps) },
	};
}

function tooMany(): Outcome<never> {
	const detail = "Other devices were left too often today. Please try again tomorrow.";
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: DAY_SECONDS };
}
