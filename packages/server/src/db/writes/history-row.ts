import { Command, type LifecycleCommand, type OperationId, type SessionEvent } from "@carhythm/core";
import type { Selectable } from "kysely";
import type { Schema } from "../schema.ts";
import { bringsBack } from "./request-events.ts";

type Row = Pick<Selectable<Schema["session_events"]>, "kind" | "question_id" | "value" | "result">;

/**
 * What a row of the history changed; null for a start, a request that was only noted, and what cannot be
 * read. Half-typed text is not in the history.
 */
function bodyOf(row: Row): Command | LifecycleCommand | null {
	if (row.kind === "abandon") return { kind: "abandon" };
	if (row.kind === "restore") return bringsBack(row) ? { kind: "restore" } : null;
	const value: unknown = row.value === null ? null : JSON.parse(row.value);
	const parsed = Command.safeParse({
		kind: row.kind,
		question_id: row.question_id,
		...contentOf(row.kind, value),
	});
	return parsed.success ? parsed.data : null;
}

/** A row of the history as the event that it is; null where {@link bodyOf} is. */
export function eventOfHistoryRow(
	row: Omit<Selectable<Schema["session_events"]>, "id">,
): SessionEvent | null {
	const body = bodyOf(row);
	if (!body) return null;
	const { at, received_at, revision } = row;
	return { operation_id: row.operation_id as OperationId, at, received_at, revision, body };
}

function contentOf(kind: string, value: unknown): object {
	if (kind === "answer") return { answer: value };
	if (kind === "draft") return { draft: value };
	// A move in a language, a hold by a device.
	return typeof value === "object" && value !== null ? value : {};
}
