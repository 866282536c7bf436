import {
	ANSWER_REFUSALS,
	AnySyncReply,
	type Command,
	OperationId,
	type OperationResult,
	progressOf,
	type SessionId,
	SubmitReply,
	SubmitRequest,
	SyncOperation,
	SyncRequest,
	xpFor,
} from "@carhythm/core";
import type { Context } from "hono";
import * as z from "zod/mini";
import { sessionMoved, unknownSession } from "../../db/sessions/refusals.ts";
import type { Batch, BatchOutcome, StoredSession } from "../../db/store.ts";
import type { Env } from "../context.ts";
import { type Api, EXAMPLE_SESSION, type Outcome } from "../endpoint.ts";
import { readSessionCookie, setSessionCookie } from "../middleware/session-cookie.ts";
import { movedReply } from "../reply/moved-reply.ts";
import { lookUp, operateAlone, refuseHeldBack, sessionIdOf, summaryOf } from "../reply/session-replies.ts";
import { describeIssues, sentence } from "../request/body.ts";
import type { Busy, LimitedDeps } from "../request/budgets.ts";
import { unknownFields } from "../request/unknown-fields.ts";

const EXAMPLE_OPERATION = "5b8d1c1e-90a4-4c4f-8a6b-2f5f6e0c7d22";

/** Answers: one at a time, as existing clients send them, or a device's outbox at once. */
export function mountAnswers(api: Api, deps: LimitedDeps): void {
	api.add({
		method: "post",
		path: "/api/v2/answers/submit",
		tag: "Answers",
		summary: "Submit one answer",
		description:
			"A second answer to the same question replaces the first and gains no XP. With a `submission_id` a retry replays the first reply.",
		body: {
			schema: SubmitRequest,
			optional: false,
			example: {
				session_id: EXAMPLE_SESSION,
				question_id: 1,
				answer: { type: "slider", value: 4 },
				submission_id: EXAMPLE_OPERATION,
			},
		},
		reply: { schema: SubmitReply, description: "Stored, durably" },
		problems: [
			"session_not_found",
			"session_abandoned",
			"session_completed",
			"session_expired",
			"session_full",
			"session_to_be_erased",
			"consent_required",
			"consent_withdrawn",
			"question_not_found",
			"operation_mismatch",
			...ANSWER_REFUSALS,
		],
		spends: "write",
		handle: ({ c, body }) => submit(deps, c, body),
	});
	api.add({
		method: "post",
		path: "/api/v2/session/{session_id}/sync",
		tag: "Answers",
		summary: "Send a batch of operations",
		description:
			"What a device's outbox holds, oldest first. Each operation has its own result, in the same order; one that is refused holds up no other. What comes to an ended session is kept aside as `late`. A former id (see `leave-others`) is taken too: `hold` and `complete` are then refused with `session_moved`, and the reply has `moved` in place of the session.",
		body: {
			schema: SyncRequest,
			optional: false,
			ignoresUnknown: ({ ignore_unknown }) => ignore_unknown ?? false,
			example: {
				sent_at: "2026-01-31T08:00:05.000Z",
				operations: [
					{
						operation_id: EXAMPLE_OPERATION,
						client_time: "2026-01-31T08:00:00.000Z",
						command: { kind: "answer", question_id: 1, answer: { type: "slider", value: 4 } },
					},
				],
			},
		},
		reply: {
			schema: AnySyncReply,
			description: "One result for each operation. Under a former id of the session: that it was taken in",
		},
		problems: ["session_not_found", "session_to_be_erased", "consent_required", "consent_withdrawn"],
		spends: "write",
		handle: (request) => sync(deps, request),
	});
}

async function submit(
	deps: LimitedDeps,
	c: Context<Env>,
	body: z.infer<typeof SubmitRequest>,
): Promise<Outcome<SubmitReply>> {
	const session_id = sessionIdOf(body.session_id);
	if (!session_id) return unknownSession();
	const { question_id, answer, submission_id } = body;
	const command = { kind: "answer", question_id, answer } as const;
	const busy = deps.budgets.operations(c, session_id, { operations: 1, bytes: bytesToStore(command) });
	if (busy) return busy;
	const outcome = await operateAlone(deps, session_id, { operation_id: submission_id, command });
	if (!outcome.ok) return outcome;
	const { session, result, counts } = outcome;
	return {
		ok: true,
		body: {
			success: true,
			xp_gained: result.xp_gained,
			total_xp: xpFor(counts.ever_answered),
			badges_unlocked: result.badges_unlocked,
			progress: progressOf(counts.answered, session.version.index.places.length),
		},
	};
}

async function sync(
	deps: LimitedDeps,
	{ c, body }: { c: Context<Env>; body: z.infer<typeof SyncRequest> },
): Promise<Outcome<AnySyncReply>> {
	const session_id = sessionIdOf(c.req.param("session_id"));
	if (!session_id) return unknownSession();
	const parsed = body.operations.map((operation) => parseOperation(operation, body.ignore_unknown ?? false));
	const operations = parsed.flatMap((operation) => (operation.ok ? [operation.value] : []));
	const busy = spendOn(deps, c, session_id, operations);
	if (busy) return busy;
	const { device_id = null, sent_at } = body;
	const batch = { session_id, device_id, sent_at, operations, mode: "sync" } as const;
	const { outcome, isFormer } = await takeIn(deps, c, batch);
	if (!outcome.ok) return isFormer ? sessionMoved() : outcome;
	const stored = outcome.results.values();
	const results = parsed.map((operation, position): OperationResult => {
		if (!operation.ok) {
			deps.meter?.refused("invalid_operation");
			return refuseOperation(body.operations[position], operation.errors);
		}
		const next = stored.next();
		if (next.done) throw new Error("An operation came back without a result.");
		return next.value.result;
	});
	chargeLateDrafts(deps, c, operations, results);
	if (isFormer) return { ok: true, body: movedReply(deps.now(), results) };
	if (!body.shared) renewCookie(deps, c, outcome.session);
	return {
		ok: true,
		body: { server_time: deps.now(), results, session: summaryOf(outcome.session, deps) },
	};
}

/** A batch spends by what it brings, whether or not it is taken. */
function spendOn(
	{ budgets }: LimitedDeps,
	c: Context<Env>,
	session_id: SessionId,
	operations: readonly SyncOperation[],
): Busy | null {
	if (operations.length === 0) return null;
	const bytes = operations.reduce((sum, { command }) => sum + bytesToStore(command), 0);
	const holds = operations.some(({ command }) => command.kind === "hold");
	return (
		budgets.operations(c, session_id, { operations: operations.length, bytes }) ??
		(holds ? budgets.hold(session_id) : null)
	);
}

/** What a command adds to the history beside its row. Half-typed text replaces the one before it. */
function bytesToStore(command: Command): number {
	return command.kind === "answer" ? Buffer.byteLength(JSON.stringify(command.answer)) : 0;
}

/** A draft that comes late stays in the history. */
function chargeLateDrafts(
	{ budgets }: LimitedDeps,
	c: Context<Env>,
	operations: readonly SyncOperation[],
	results: readonly OperationResult[],
): void {
	const late = new Set(results.flatMap((one) => (one.status === "late" ? [one.operation_id] : [])));
	if (late.size === 0) return;
	const drafts = operations.flatMap(({ operation_id, command }) =>
		command.kind === "draft" && late.has(operation_id)
			? [Buffer.byteLength(JSON.stringify(command.draft))]
			: [],
	);
	if (drafts.length > 0)
		budgets.stored(
			c,
			drafts.reduce((sum, bytes) => sum + bytes, 0),
		);
}

/** Hands a batch to the store; to a session that had the id before, where the id itself is unknown. */
async function takeIn(
	deps: LimitedDeps,
	c: Context<Env>,
	batch: Batch,
): Promise<{ outcome: BatchOutcome | Busy; isFormer: boolean }> {
	const { sessions } = deps.store;
	const { session_id, operations } = batch;
	const isEmpty = operations.length === 0;
	const inTurn = async <T>(work: () => Promise<T>) =>
		isEmpty ? work() : deps.budgets.inTurn(c, operations.length, work);
	const outcome = await (isEmpty ? operateNothing(deps, session_id) : inTurn(() => sessions.operate(batch)));
	if (outcome.ok || outcome.refusal.code !== "session_not_found") return { outcome, isFormer: false };
	const underFormer = await inTurn(async () => (await sessions.operateFormer(batch)) ?? outcome);
	const isBusy = !underFormer.ok && "retry_after" in underFormer;
	return { outcome: underFormer, isFormer: underFormer !== outcome && !isBusy };
}

/** What a batch without a valid operation comes to, without a transaction. */
async function operateNothing(deps: LimitedDeps, session_id: SessionId): Promise<BatchOutcome> {
	const found = await lookUp(deps.store.sessions, "find", session_id);
	if (!found.ok) return found;
	const held = refuseHeldBack(found.session, deps.config);
	if (held) return { ok: false, refusal: held };
	return { ...found, results: [] };
}

type Errors = ReturnType<typeof describeIssues>;

/** One operation of a batch, judged by itself. */
function parseOperation(
	operation: unknown,
	ignores_unknown: boolean,
): { ok: true; value: SyncOperation } | { ok: false; errors: Errors } {
	const parsed = SyncOperation.safeParse(operation);
	if (!parsed.success) return { ok: false, errors: describeIssues(parsed.error.issues) };
	const errors = ignores_unknown ? [] : unknownFields(operation, parsed.data);
	return errors.length === 0 ? { ok: true, value: parsed.data } : { ok: false, errors };
}

function refuseOperation(operation: unknown, errors: Errors): OperationResult {
	const id = z.object({ operation_id: OperationId }).safeParse(operation);
	return {
		status: "refused",
		operation_id: id.success ? id.data.operation_id : null,
		code: "invalid_operation",
		detail: sentence(errors),
	};
}

/**
 * The cookie follows activity, but an old tab that empties its outbox into a session set aside must not take
 * this browser away from the new one.
 */
function renewCookie(deps: LimitedDeps, c: Context<Env>, session: StoredSession): void {
	const { session_id, status } = session.state;
	if (status !== "user_abandoned_not_completed" || readSessionCookie(c, deps) === session_id) {
		setSessionCookie(c, session_id, deps);
	}
}
