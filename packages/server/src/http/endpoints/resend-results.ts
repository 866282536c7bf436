import { ResendReply, ResendRequest, refuse } from "@carhythm/core";
import type * as z from "zod/mini";
import { refusePerson } from "../../db/sessions/expiry.ts";
import type { Deps } from "../context.ts";
import { type Api, EXAMPLE_SESSION, type Outcome } from "../endpoint.ts";
import { say } from "../reply/messages.ts";
import { lookUp, refuseHeldBack } from "../reply/session-replies.ts";
import { wantedFields } from "../request/wanted-fields.ts";

/** Sending the results once more, to the same address or another. */
export function mountResendResults(api: Api, deps: Deps): void {
	api.add({
		method: "post",
		path: "/api/v2/resend-results",
		tag: "Results",
		summary: "Send the results by email again",
		description:
			"`success` is false while email is not set up on this server; a new address is stored all the same, for 24 hours after the completion.",
		body: {
			schema: ResendRequest,
			optional: false,
			example: { session_id: EXAMPLE_SESSION, new_email: "amal@school.example" },
		},
		reply: { schema: ResendReply, description: "Whether an email was sent, in words" },
		problems: [
			"session_not_found",
			"session_not_completed",
			"session_completed",
			"session_to_be_erased",
			"consent_required",
			"consent_withdrawn",
		],
		spends: "write",
		handle: ({ body }) => resend(deps, body),
	});
}

async function resend(
	deps: Deps,
	body: z.infer<typeof ResendRequest>,
): Promise<Outcome<z.infer<typeof ResendReply>>> {
	const found = await lookUp(deps.store.sessions, "find", body.session_id);
	if (!found.ok) return found;
	const { state } = found.session;
	if (state.status !== "completed") {
		const detail = "The results can be sent when the assessment is finished.";
		return { ok: false, refusal: refuse("session_not_completed", detail) };
	}
	if (!body.new_email) return { ok: true, body: { success: false, message: say("not_sent", state) } };
	const { email } = wantedFields({ email: body.new_email }, deps.config);
	if (email === "") return { ok: true, body: { success: false, message: say("not_sent", state) } };
	const refusal = refusePerson(found.session, deps.now());
	if (refusal) return { ok: false, refusal };
	const held = refuseHeldBack(found.session, deps.config);
	if (held) return { ok: false, refusal: held };
	await deps.store.sessions.saveEmail(state.session_id, body.new_email);
	return { ok: true, body: { success: false, message: say("address_saved", state) } };
}
