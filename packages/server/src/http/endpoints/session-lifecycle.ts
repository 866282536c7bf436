import {
	AbandonReply,
	type Command,
	type LifecycleCommand,
	mintOperationId,
	OperationRequest,
	RestoreRequest,
	SessionChangedReply,
} from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import { unknownSession } from "../../db/sessions/refusals.ts";
import type { Deps, Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { clearSessionCookie, setSessionCookie } from "../middleware/session-cookie.ts";
import { say } from "../reply/messages.ts";
import { operateAlone, sessionIdOf, summaryOf } from "../reply/session-replies.ts";

type Request = { c: Context<Env>; body: z.infer<typeof OperationRequest> };

const body = { schema: OperationRequest, optional: true, example: {} };

/** Ending a session and bringing it back. */
export function mountSessionLifecycle(api: Api, deps: Deps): void {
	api.add({
		method: "post",
		path: "/api/v2/session/{session_id}/abandon",
		tag: "Sessions",
		summary: "Set a session aside",
		description: "Again on a session that is already set aside: the same reply.",
		body,
		reply: { schema: AbandonReply, description: "It is set aside" },
		problems: ["session_not_found", "session_completed", "session_full", "operation_mismatch"],
		spends: "write",
		handle: (request) => abandon(deps, request),
	});
	api.add({
		method: "post",
		path: "/api/v2/session/{session_id}/complete",
		tag: "Sessions",
		summary: "Complete a session without giving personal data",
		description: "With gaps too: what can be scored is scored.",
		body,
		reply: { schema: SessionChangedReply, description: "It is completed" },
		problems: [
			"session_not_found",
			"session_abandoned",
			"session_expired",
			"session_full",
			"session_to_be_erased",
			"consent_required",
			"consent_withdrawn",
			"operation_mismatch",
		],
		spends: "write",
		handle: (request) => complete(deps, request),
	});
	api.add({
		method: "post",
		path: "/api/v2/session/{session_id}/restore",
		tag: "Sessions",
		summary: "Undo Start Fresh",
		description:
			"Swaps: the session that was started in its place is set aside, and can be restored in turn. What came late from other devices is applied. Sets the cookie like `session/start`.",
		body: { schema: RestoreRequest, optional: true, example: {} },
		reply: { schema: SessionChangedReply, description: "It is active again" },
		problems: [
			"session_not_found",
			"session_completed",
			"session_expired",
			"session_abandoned",
			"session_not_restorable",
			"session_full",
			"session_to_be_erased",
			"operation_mismatch",
		],
		spends: "write",
		handle: (request) => restore(deps, request),
	});
}

async function abandon(deps: Deps, request: Request): Promise<Outcome<z.infer<typeof AbandonReply>>> {
	const outcome = await change(deps, request, { kind: "abandon" });
	if (!outcome.ok) return outcome;
	return { ok: true, body: { success: true, message: say("abandoned", outcome.session.state) } };
}

async function complete(deps: Deps, request: Request): Promise<Outcome<z.infer<typeof SessionChangedReply>>> {
	const outcome = await change(deps, request, { kind: "complete" });
	if (!outcome.ok) return outcome;
	const { session } = outcome;
	return {
		ok: true,
		body: { success: true, message: say("completed", session.state), session: summaryOf(session, deps) },
	};
}

async function restore(
	deps: Deps,
	{ c, body }: { c: Context<Env>; body: z.infer<typeof RestoreRequest> },
): Promise<Outcome<z.infer<typeof SessionChangedReply>>> {
	const session_id = sessionIdOf(c.req.param("session_id"));
	if (!session_id) return unknownSession();
	const operation_id = body.operation_id ?? mintOperationId(deps.randomBytes);
	const outcome = await deps.store.sessions.restore(session_id, operation_id);
	if (!outcome.ok) return outcome;
	const { session } = outcome;
	if (body.shared) clearSessionCookie(c, deps);
	else setSessionCookie(c, session_id, deps);
	return {
		ok: true,
		body: { success: true, message: say("restored", session.state), session: summaryOf(session, deps) },
	};
}

async function change(deps: Deps, { c, body }: Request, command: Command | LifecycleCommand) {
	const session_id = sessionIdOf(c.req.param("session_id"));
	if (!session_id) return unknownSession();
	return operateAlone(deps, session_id, { operation_id: body.operation_id, command });
}
