import {
	type Consent,
	type ConsentGiven,
	ConsentReply,
	ConsentRequest,
	consentKinds,
	mintOperationId,
	type Refusal,
	refuse,
	WithdrawRequest,
} from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import type { ConsentOutcome, NewConsent, StoredSession } from "../../db/store.ts";
import { promisesOf } from "../../notice.ts";
import type { Deps, Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { say } from "../reply/messages.ts";
import { lookUp } from "../reply/session-replies.ts";

const DAY_SECONDS = 24 * 60 * 60;
const EXAMPLE_VERSION = "3f2a9c81d0b4";

/** What a student declares to the notice on the data of an assessment, and takes back. */
export function mountConsents(api: Api, deps: Deps): void {
	const path = "/api/v2/session/{session_id}/consent" as const;
	api.add({
		method: "post",
		path,
		tag: "Sessions",
		summary: "Declare that the notice was seen or agreed to",
		description:
			"To the notice of `settings/privacy`, in the version that was shown: another one is refused with `notice_outdated`. `session/start` takes the same as `consent`. Never counts as activity.",
		body: {
			schema: ConsentRequest,
			optional: false,
			example: { version: EXAMPLE_VERSION, language: "en", kind: "seen" },
		},
		reply: { schema: ConsentReply, description: "What is stored" },
		problems: [
			"session_not_found",
			"session_to_be_erased",
			"notice_outdated",
			"operation_mismatch",
			"too_many_requests",
		],
		spends: "write",
		handle: ({ c, body }) => give(deps, c, body),
	});
	api.add({
		method: "post",
		path: `${path}/withdraw`,
		tag: "Sessions",
		summary: "Take the agreement back",
		description:
			"From then on every answer is refused with `consent_withdrawn`, until there is another agreement. What was given before stays until it is erased: `…/erase`.",
		body: { schema: WithdrawRequest, optional: true, example: {} },
		reply: { schema: ConsentReply, description: "What is stored" },
		problems: ["session_not_found", "session_to_be_erased", "consent_not_given", "too_many_requests"],
		spends: "write",
		handle: async ({ c, body }) => {
			const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
			if (!found.ok) return found;
			const operation_id = body.operation_id ?? mintOperationId(deps.randomBytes);
			const { session_id } = found.session.state;
			return replyTo(await deps.store.consents.withdraw(session_id, operation_id), found.session);
		},
	});
}

async function give(
	deps: Deps,
	c: Context<Env>,
	body: z.infer<typeof ConsentRequest>,
): Promise<Outcome<ConsentReply>> {
	const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
	if (!found.ok) return found;
	const { session } = found;
	const given = judgeConsent(deps, session.version.index.assessment.key, body);
	if ("refusal" in given) return { ok: false, ...given };
	return replyTo(await deps.store.consents.give(session.state.session_id, given), session);
}

/** A declaration as it is to be stored; refused where it is not one to the present notice. */
export function judgeConsent(
	{ config, randomBytes }: Pick<Deps, "config" | "randomBytes">,
	assessment: string,
	{ operation_id, ...given }: ConsentGiven & Pick<z.infer<typeof ConsentRequest>, "operation_id">,
): NewConsent | { refusal: Refusal } {
	const { shared_default: _, ...promises } = promisesOf(config, assessment);
	const { notice } = promises;
	if (given.version !== notice.version || !consentKinds(notice).includes(given.kind)) {
		const detail = "What this assessment says about your data has changed. Please read it once more.";
		return { refusal: refuse("notice_outdated", detail) };
	}
	const content = JSON.stringify(promises);
	return { ...given, operation_id: operation_id ?? mintOperationId(randomBytes), content };
}

function replyTo(outcome: ConsentOutcome, { state }: StoredSession): Outcome<ConsentReply> {
	if (outcome.ok) {
		const { consent } = outcome;
		return { ok: true, body: { success: true, message: say(messageOf(consent), state), consent } };
	}
	if ("refusal" in outcome) return outcome;
	const detail = "This was declared and taken back too often. Ask the people who gave you this assessment.";
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: DAY_SECONDS };
}

function messageOf({ kind, withdrawn_at }: Consent): "consent_withdrawn" | "notice_seen" | "consent_given" {
	if (withdrawn_at !== null) return "consent_withdrawn";
	return kind === "seen" ? "notice_seen" : "consent_given";
}
