import { ANSWER_REFUSALS, type Instant, type MovedSyncReply, type OperationResult } from "@carhythm/core";
import { sessionMoved } from "../../db/sessions/refusals.ts";

type MovedResult = MovedSyncReply["results"][number];

/** Codes that speak of what was sent and not of the session. */
const OF_THE_OPERATION: ReadonlySet<string> = new Set([
	...ANSWER_REFUSALS,
	"question_not_found",
	"operation_mismatch",
	"invalid_operation",
]);

/** The reply to a `sync` under a former id: what became of each operation, and no word of the session. */
export function movedReply(server_time: Instant, results: readonly OperationResult[]): MovedSyncReply {
	return { server_time, moved: true, results: results.map(toMovedResult) };
}

function toMovedResult(result: OperationResult): MovedResult {
	if (result.status !== "refused") return { status: "taken_in", operation_id: result.operation_id };
	if (OF_THE_OPERATION.has(result.code)) return result;
	const { status, operation_id } = result;
	return { status, operation_id, ...sessionMoved().refusal };
}
