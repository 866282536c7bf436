import { StudentInfoReply, StudentInfoRequest } from "@carhythm/core";
import type * as z from "zod/mini";
import { unknownSession } from "../../db/sessions/refusals.ts";
import type { Deps } from "../context.ts";
import { type Api, EXAMPLE_SESSION, type Outcome } from "../endpoint.ts";
import { say } from "../reply/messages.ts";
import { sessionIdOf } from "../reply/session-replies.ts";
import { wantedFields } from "../request/wanted-fields.ts";
import { scoresOf } from "./scores.ts";

/** Who the student is. */
export function mountStudents(api: Api, deps: Deps): void {
	api.add({
		method: "post",
		path: "/api/v2/student/info",
		tag: "Results",
		summary: "Give personal data, complete and score the session",
		description:
			"On a completed session it updates the person's data and repeats the reply, for 24 hours after the completion.",
		body: {
			schema: StudentInfoRequest,
			optional: false,
			example: {
				session_id: EXAMPLE_SESSION,
				email: "amal@school.example",
				full_name: "Amal Haddad",
				age_group: "16-18",
				country: "Jordan",
				origin_country: "Jordan",
			},
		},
		reply: {
			schema: StudentInfoReply,
			description: "Completed and scored. `email_sent` is false: email is not set up",
		},
		problems: [
			"session_not_found",
			"session_abandoned",
			"session_expired",
			"session_completed",
			"session_full",
			"session_to_be_erased",
			"consent_required",
			"consent_withdrawn",
		],
		spends: "write",
		handle: ({ body }) => saveInfo(deps, body),
	});
}

async function saveInfo(
	deps: Deps,
	body: z.infer<typeof StudentInfoRequest>,
): Promise<Outcome<z.infer<typeof StudentInfoReply>>> {
	const session_id = sessionIdOf(body.session_id);
	if (!session_id) return unknownSession();
	const { session_id: _, ...given } = body;
	const person = wantedFields(given, deps.config);
	const outcome = await deps.store.sessions.saveStudentInfo(session_id, person);
	if (!outcome.ok) return outcome;
	const completed = await deps.store.sessions.load(session_id);
	if (completed) await scoresOf(deps.store, completed);
	const message = say("info_saved", outcome.session.state);
	return { ok: true, body: { success: true, message, email_sent: false, session_id } };
}
