import { FeedbackReply, FeedbackRequest, type Refusal, refuse } from "@carhythm/core";
import type * as z from "zod/mini";
import { unknownSession } from "../../db/sessions/refusals.ts";
import type { StoredSession } from "../../db/store.ts";
import type { Deps } from "../context.ts";
import { type Api, EXAMPLE_SESSION, type Outcome } from "../endpoint.ts";
import { expiryOf, lookUp, refuseHeldBack } from "../reply/session-replies.ts";
import type { LimitedDeps } from "../request/budgets.ts";

/** What the student thinks of the assessment. */
export function mountFeedback(api: Api, deps: LimitedDeps): void {
	api.add({
		method: "post",
		path: "/api/v2/feedback/submit",
		tag: "Results",
		summary: "Give feedback",
		description:
			"A second one updates the first. A completed session takes it for as long as its id opens it.",
		body: {
			schema: FeedbackRequest,
			optional: false,
			example: { session_id: EXAMPLE_SESSION, rating: 5, would_recommend: true },
		},
		reply: { schema: FeedbackReply, status: 201, description: "The stored feedback" },
		problems: [
			"session_not_found",
			"session_abandoned",
			"session_expired",
			"session_to_be_erased",
			"consent_required",
			"consent_withdrawn",
		],
		spends: "write",
		handle: ({ body }) => submitFeedback(deps, body),
	});
}

async function submitFeedback(
	deps: LimitedDeps,
	body: z.infer<typeof FeedbackRequest>,
): Promise<Outcome<z.infer<typeof FeedbackReply>>> {
	const found = await lookUp(deps.store.sessions, "find", body.session_id);
	if (!found.ok) return found;
	const refusal = refuseEnded(found.session, deps);
	if (refusal) return { ok: false, refusal };
	const { session_id } = found.session.state;
	const busy = deps.budgets.feedback(session_id);
	if (busy) return busy;
	const held = refuseHeldBack(found.session, deps.config);
	if (held) return { ok: false, refusal: held };
	const feedback = await deps.store.feedback.save(session_id, {
		rating: body.rating ?? null,
		experience_text: body.experience_text ?? null,
		would_recommend: body.would_recommend ?? null,
		suggestions: body.suggestions ?? null,
	});
	return feedback ? { ok: true, body: { ...feedback, session_id } } : unknownSession();
}

/** What ended without a completion changes no more. */
function refuseEnded(session: StoredSession, deps: Deps): Refusal | null {
	const { status } = session.state;
	if (status === "user_abandoned_not_completed") {
		return refuse("session_abandoned", "This assessment was set aside by starting fresh.");
	}
	return status === "active" && expiryOf(session, deps).expired
		? refuse("session_expired", "This assessment has expired. Start a new one.")
		: null;
}
