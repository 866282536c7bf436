import { type MovedSyncReply, type SessionId, toInstant, unreachable } from "@carhythm/core";
import type { QueuedOperation } from "../storage/records.ts";
import { StorageFailed } from "../storage/storage.ts";
import { deviceTime, type TabState } from "../storage/tab-state.ts";
import type { TabSessionView } from "../tab-session-view.ts";
import { fetchSnapshot, sync, type Transport, type Unavailable } from "../transport.ts";
import { applyMovedResults, learnMoved } from "./moved.ts";
import { rebase } from "./rebase.ts";
import { applyResults, markKnownToServer, noteHeldBack, refuseOperation } from "./settlement.ts";

/** What one carries to the server, while being the only one who does. */
export type SendContext = {
	readonly tab: TabState;
	readonly transport: Transport;
	/** Called before each request, so that other tabs do not take this one for dead. */
	readonly renew: () => Promise<void>;
};

/** `held_back`: the server takes nothing of this session until its student does something about it. */
export type Delivered = { kind: "done" } | { kind: "unknown_session" } | { kind: "held_back" } | Wait;

/** It has to be tried again later; nothing is lost. */
export type Wait = { kind: "wait"; reason: "offline" | "server"; retry_after_ms: number | null };

const DONE = { kind: "done" } as const;
const TROUBLE: Wait = { kind: "wait", reason: "server", retry_after_ms: null };

/** Delivers operations of one session, oldest first. `done` means: each has left the outbox. */
export async function sendBatch(
	context: SendContext,
	session_id: SessionId,
	operations: readonly QueuedOperation[],
): Promise<Delivered> {
	const { tab, transport } = context;
	const outcome = await send(context, session_id, operations);
	if (outcome.kind !== "rejected") return outcome;
	// Only a server that takes requests of this shape can be believed to mean the operations.
	const probe = await sync(transport, session_id, syncRequest(tab, session_id, []));
	switch (probe.kind) {
		case "settled":
		case "moved":
			return divide(context, session_id, operations, outcome.problem);
		case "unavailable":
			return waitFor(probe);
		case "unknown_session":
		case "rejected":
			return TROUBLE;
		default:
			return unreachable(probe);
	}
}

async function send(
	{ tab, transport, renew }: SendContext,
	session_id: SessionId,
	operations: readonly QueuedOperation[],
): Promise<Delivered | { kind: "rejected"; problem: { code: string; detail: string } }> {
	await renew();
	const outcome = await sync(transport, session_id, syncRequest(tab, session_id, operations));
	switch (outcome.kind) {
		case "settled":
			return (await applyResults(tab, session_id, operations, outcome.reply)) ? DONE : TROUBLE;
		case "unknown_session":
			await markKnownToServer(tab, session_id, false);
			return outcome;
		case "moved":
			return takeLeave({ tab, transport, renew }, session_id, operations, outcome.reply);
		case "rejected":
			return (await noteHeldBack(tab, session_id, outcome.problem.code)) ? { kind: "held_back" } : outcome;
		case "unavailable":
			return waitFor(outcome);
		default:
			return unreachable(outcome);
	}
}

/** Settles what was sent under a former id, and finds out who has moved the session. */
async function takeLeave(
	{ tab, transport }: SendContext,
	session_id: SessionId,
	sent: readonly QueuedOperation[],
	reply: MovedSyncReply | null,
): Promise<Delivered> {
	if (reply && !(await applyMovedResults(tab, session_id, sent, reply))) return TROUBLE;
	const learned = await learnMoved({ tab, transport }, session_id);
	if (learned.kind === "unknown") return waitFor(learned);
	// A session that takes nothing in for now must not hold up the one that was begun here since.
	return reply || learned.kind === "here" ? DONE : { kind: "unknown_session" };
}

/** Finds by halves what the server cannot take, so that it does not hold up the rest. */
async function divide(
	context: SendContext,
	session_id: SessionId,
	operations: readonly QueuedOperation[],
	problem: { code: string; detail: string },
): Promise<Delivered> {
	const [first] = operations;
	if (!first) return DONE;
	if (operations.length === 1) {
		return (await refuseOperation(context.tab, first, problem)) ? DONE : TROUBLE;
	}
	const middle = Math.ceil(operations.length / 2);
	for (const half of [operations.slice(0, middle), operations.slice(middle)]) {
		const outcome = await send(context, session_id, half);
		const end =
			outcome.kind === "rejected" ? await divide(context, session_id, half, outcome.problem) : outcome;
		if (end.kind !== "done") return end;
	}
	return DONE;
}

/** Fetches a session of which the server has something that this device lacks, or lacks something that it has. */
export async function refresh(
	{ tab, transport, renew }: SendContext,
	view: TabSessionView,
): Promise<{ kind: "done" } | Wait> {
	await renew();
	const remote = await fetchSnapshot(transport, view.session_id);
	switch (remote.kind) {
		case "found":
			try {
				await rebase(tab, view.index, remote.snapshot, {
					last_reset: view.last_reset,
					isExclusive: true,
				});
				return DONE;
			} catch (error) {
				if (error instanceof StorageFailed) return TROUBLE;
				throw error;
			}
		case "not_found":
			await markKnownToServer(tab, view.session_id, false);
			return DONE;
		case "moved":
			return learn({ tab, transport, renew }, view.session_id);
		case "unavailable":
			return waitFor(remote);
		default:
			return unreachable(remote);
	}
}

/** {@link learnMoved} as a part of sending. */
export async function learn(
	{ tab, transport }: SendContext,
	session_id: SessionId,
): Promise<{ kind: "done" } | Wait> {
	const learned = await learnMoved({ tab, transport }, session_id);
	return learned.kind === "unknown" ? waitFor(learned) : DONE;
}

/** The body of a `sync`. */
export function syncRequest(tab: TabState, session_id: SessionId, operations: readonly QueuedOperation[]) {
	return {
		sent_at: toInstant(deviceTime(tab)),
		...(tab.clock.id && { device_id: tab.clock.id }),
		...(isShared(tab, session_id) && { shared: true }),
		ignore_unknown: true,
		operations: operations.map(({ operation_id, client_time, command, after }) => ({
			operation_id,
			client_time,
			command,
			...(after !== undefined && { after }),
		})),
	};
}

function isShared({ views, without_cookie }: TabState, session_id: SessionId): boolean {
	return without_cookie.has(session_id) || (views.get(session_id)?.shared ?? null) !== null;
}

function waitFor({ reason, retry_after_ms }: Omit<Unavailable, "kind">): Wait {
	// To a student both mean: no way to the server from here.
	return { kind: "wait", reason: reason === "not_the_api" ? "offline" : reason, retry_after_ms };
}
