import {
	type OperationId,
	type OperationResult,
	type SessionState,
	type SessionSummary,
	unreachable,
} from "@carhythm/core";
import type { QueuedOperation, SessionRecord } from "../storage/records.ts";
import { isOtherIncarnation } from "../tab-session-view.ts";

/** An operation and what the server made of it. */
export type Settled = { operation: QueuedOperation; result: OperationResult };

/**
 * The stored record after results. It needs a refresh when the server has, or lacks, something that `state`
 * cannot tell.
 */
export function applyResultsToRecord(
	record: SessionRecord,
	settled: readonly Settled[],
	outbox: readonly QueuedOperation[],
	summary: SessionSummary,
): SessionRecord {
	const revisions = new Map<OperationId, number>();
	let isPlain = true;
	for (const { result } of settled) {
		switch (result.status) {
			case "applied":
			case "superseded":
				revisions.set(result.operation_id, result.revision);
				isPlain &&= result.status === "applied" && result.conflict === undefined;
				break;
			case "late":
			case "refused":
				isPlain = false;
				break;
			default:
				unreachable(result);
		}
	}
	const fresh = [...revisions.values()].filter((revision) => revision > record.synced_revision).length;
	const isWhole =
		isPlain &&
		// An old result, replayed: what has happened since may stand above it.
		fresh === revisions.size &&
		showsWhatStands(record.state, settled, outbox) &&
		summary.revision <= record.synced_revision + fresh &&
		// A server whose numbers go back has lost something.
		summary.revision >= record.state.revision;
	// The numbers of a restored database say nothing about those that this device knows.
	const isRestored = isOtherIncarnation(record.incarnation, summary.incarnation);
	const completes = summary.status === "active" && outbox.some(({ command }) => command.kind === "complete");
	const holds = outbox.some(({ command }) => command.kind === "hold");
	const state: SessionState = {
		...record.state,
		holder: holds ? record.state.holder : summary.holder,
		status: completes ? "completed" : summary.status,
		revision: Math.max(record.state.revision, ...revisions.values()),
		answers: Object.fromEntries(
			Object.entries(record.state.answers).map(([question_id, answer]) => {
				const revision = revisions.get(answer.operation_id) ?? answer.revision;
				return [question_id, { ...answer, revision }];
			}),
		),
	};
	return {
		...record,
		state,
		expires_at: summary.expires_at,
		expired: summary.status === "active" && !summary.resumable,
		known_to_server: true,
		// It takes answers in, so nothing holds them back.
		erase_at: null,
		held_back: null,
		incarnation: isRestored ? record.incarnation : (summary.incarnation ?? record.incarnation),
		synced_revision:
			isWhole && !isRestored ? Math.max(record.synced_revision, summary.revision) : record.synced_revision,
		refresh_needed: record.refresh_needed || !isWhole || isRestored,
	};
}

/**
 * Whether what the server applied is also what stands here. Until its reply the device can only estimate the
 * server's times, and its clock may have changed meanwhile.
 */
function showsWhatStands(
	state: SessionState,
	settled: readonly Settled[],
	outbox: readonly QueuedOperation[],
): boolean {
	const last = new Map<number, QueuedOperation>();
	for (const operation of [...settled.map((one) => one.operation), ...outbox]) {
		const { command } = operation;
		if ("question_id" in command && command.kind !== "move") last.set(command.question_id, operation);
	}
	return settled.every(({ operation: { operation_id, command } }) => {
		if (!("question_id" in command) || last.get(command.question_id)?.operation_id !== operation_id)
			return true;
		const standing = command.kind === "draft" ? state.drafts : state.answers;
		return standing[command.question_id]?.operation_id === operation_id;
	});
}
