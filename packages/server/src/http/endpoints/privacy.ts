import {
	ERASE_UNDO_DAYS,
	EraseRequest,
	ErasureReply,
	type Instant,
	Key,
	mintOperationId,
	type OperationId,
	PrivacyReply,
	SessionExport,
} from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import { unknownSession } from "../../db/sessions/refusals.ts";
import type { ErasureOutcome, StoredSession } from "../../db/store.ts";
import { promisesOf } from "../../notice.ts";
import type { Deps, Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { say } from "../reply/messages.ts";
import { lookUp } from "../reply/session-replies.ts";
import { overloaded } from "../request/budgets.ts";
import { createSemaphore, QUEUE_FULL } from "../request/semaphore.ts";

/** An export reads a whole history; answers go first. */
const EXPORTS_AT_ONCE = 1;
const EXPORTS_WAITING = 20;
const QUEUE_IS_FULL = "Too many exports are being made just now. Please try again in a moment.";
const RETRY_AFTER_SECONDS = 5;
const DAY_SECONDS = 24 * 60 * 60;

/** What a student may do with the data of a session, and what a page may promise about it. */
export function mountPrivacy(api: Api, deps: Deps): void {
	const exporting = createSemaphore(EXPORTS_AT_ONCE, EXPORTS_WAITING);
	const path = "/api/v2/session/{session_id}/erase";
	const body = { schema: EraseRequest, optional: true, example: {} } as const;
	api.add({
		method: "get",
		path: "/api/v2/settings/privacy",
		tag: "Service",
		summary: "For how long data is kept, as this server is set",
		description:
			"What a page may promise, and the notice to be shown before the first answer. `null` means for ever.",
		query: [
			{
				name: "assessment",
				required: false,
				description: "The key of an assessment; the default one when absent or unknown",
				schema: { type: "string" },
			},
		],
		reply: { schema: PrivacyReply, description: "The promises" },
		problems: [],
		handle: async ({ c }) => {
			const { assessments } = deps.store;
			const key = Key.safeParse(c.req.query("assessment"));
			const version =
				(key.success && (await assessments.latest(key.data))) || (await assessments.latestDefault());
			return { ok: true, body: promisesOf(deps.config, version?.index.assessment.key ?? null) };
		},
	});
	api.add({
		method: "get",
		path: "/api/v2/session/{session_id}/export",
		tag: "Sessions",
		summary: "Everything that is stored of a session",
		description:
			"What the student gave and what came of it: answers, drafts, history, person, feedback, result. It names neither the secret session id nor how answers are scored. Never counts as activity.",
		reply: { schema: SessionExport, description: "The session" },
		problems: ["session_not_found"],
		spends: "read",
		handle: async ({ c }) => {
			const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
			if (!found.ok) return found;
			const { session_id } = found.session.state;
			const exported = await exporting(() => deps.store.exportSession(session_id));
			if (exported === QUEUE_FULL) return overloaded(QUEUE_IS_FULL, RETRY_AFTER_SECONDS);
			return exported ? { ok: true, body: exported } : unknownSession();
		},
	});
	api.add({
		method: "get",
		path,
		tag: "Sessions",
		summary: "Whether a session is to be erased",
		reply: { schema: ErasureReply, description: "When, if at all" },
		problems: ["session_not_found"],
		spends: "read",
		handle: async ({ c }) => {
			const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
			if (!found.ok) return found;
			return { ok: true, body: replyOf(found.session, found.session.erase_at) };
		},
	});
	api.add({
		method: "post",
		path,
		tag: "Sessions",
		summary: "Erase everything of a session",
		description: `It is marked: from now on every write to it but setting it aside is refused with \`session_to_be_erased\`, and after ${ERASE_UNDO_DAYS} days everything of it is erased. Until then it can be read, exported and \`undo\`ne. Again: the same reply. An \`operation_id\` that was undone asks for nothing when it comes again.`,
		body,
		reply: { schema: ErasureReply, description: "When it is erased" },
		problems: ["session_not_found", "too_many_requests"],
		spends: "write",
		handle: ({ c, body }) =>
			change(deps, c, body, (session_id, operation_id) => deps.store.erasures.ask(session_id, operation_id)),
	});
	api.add({
		method: "post",
		path: `${path}/undo`,
		tag: "Sessions",
		summary: "Keep a session that was to be erased",
		description: "It takes in answers again, those included that devices had queued meanwhile.",
		body,
		reply: { schema: ErasureReply, description: "It stays" },
		problems: ["session_not_found"],
		spends: "write",
		handle: ({ c, body }) => change(deps, c, body, (session_id) => deps.store.erasures.undo(session_id)),
	});
}

async function change(
	deps: Deps,
	c: Context<Env>,
	body: z.infer<typeof EraseRequest>,
	work: (
		session_id: StoredSession["state"]["session_id"],
		operation_id: OperationId,
	) => Promise<ErasureOutcome>,
): Promise<Outcome<ErasureReply>> {
	const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
	if (!found.ok) return found;
	const operation_id = body.operation_id ?? mintOperationId(deps.randomBytes);
	const outcome = await work(found.session.state.session_id, operation_id);
	if (outcome.ok) return { ok: true, body: replyOf(found.session, outcome.erase_at) };
	if ("refusal" in outcome) return outcome;
	const detail = "This was asked for and undone too often. Ask the people who gave you this assessment.";
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: DAY_SECONDS };
}

function replyOf({ state }: StoredSession, erase_at: Instant | null): ErasureReply {
	return { success: true, message: say(erase_at === null ? "not_erased" : "to_be_erased", state), erase_at };
}
