import { ResendReply, ResendRequest, refuse, StudentInfoReply, StudentInfoRequest } from "@carhythm/core";
import type * as z from "zod/mini";
import { toBeErased, unknownSession } from "../../db/sessions/refusals.ts";
import { PERSONAL_FIELDS, type PersonalField } from "../../privacy-settings.ts";
import type { Deps } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { say } from "../reply/messages.ts";
import { lookUp, sessionIdOf } from "../reply/session-replies.ts";
import { scoresOf } from "./scores.ts";

const EXAMPLE_SESSION = "3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a11";

/** Who the student is, and sending the results. */
export function mountStudents(api: Api, deps: Deps): void {
	api.add({
		method: "post",
		path: "/api/v2/student/info",
		tag: "Results",
		summary: "Give personal data, complete and score the session",
		description: "On a completed session it updates the person's data and repeats the reply.",
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
		problems: ["session_not_found", "session_abandoned", "session_expired", "session_to_be_erased"],
		handle: ({ body }) => saveInfo(deps, body),
	});
	api.add({
		method: "post",
		path: "/api/v2/resend-results",
		tag: "Results",
		summary: "Send the results by email again",
		description:
			"`success` is false while email is not set up on this server; a new address is stored all the same.",
		body: {
			schema: ResendRequest,
			optional: false,
			example: { session_id: EXAMPLE_SESSION, new_email: "amal@school.example" },
		},
		reply: { schema: ResendReply, description: "Whether an email was sent, in words" },
		problems: ["session_not_found", "session_not_completed", "session_to_be_erased"],
		handle: ({ body }) => resend(deps, body),
	});
}

async function saveInfo(
	deps: Deps,
	body: z.infer<typeof StudentInfoRequest>,
): Promise<Outcome<z.infer<typeof StudentInfoReply>>> {
	const session_id = sessionIdOf(body.session_id);
	if (!session_id) return unknownSession();
	const { session_id: _, ...given } = body;
	const person = wantedOf(given, deps.config);
	const outcome = await deps.store.sessions.saveStudentInfo(session_id, person);
	if (!outcome.ok) return outcome;
	const completed = await deps.store.sessions.load(session_id);
	if (completed) await scoresOf(deps.store, completed);
	const message = say("info_saved", outcome.session.state);
	return { ok: true, body: { success: true, message, email_sent: false, session_id } };
}

/** What was given, without what the operator does not want to have: a client that asks for it keeps working. */
function wantedOf<T extends Partial<Record<PersonalField, string>>>(
	given: T,
	{ personal_fields }: Pick<Deps["config"], "personal_fields">,
): T {
	if (!personal_fields) return given;
	const wanted = { ...given };
	for (const field of PERSONAL_FIELDS) {
		if (field in wanted && !personal_fields.includes(field)) Object.assign(wanted, { [field]: "" });
	}
	return wanted;
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
	const { email } = wantedOf({ email: body.new_email }, deps.config);
	if (email === "") return { ok: true, body: { success: false, message: say("not_sent", state) } };
	if (await deps.store.erasures.find(found.session.response_id)) return toBeErased();
	await deps.store.sessions.saveEmail(state.session_id, body.new_email);
	return { ok: true, body: { success: false, message: say("address_saved", state) } };
}
