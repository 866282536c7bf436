import { Command, type LifecycleCommand } from "@carhythm/core";
import type { Selectable } from "kysely";
import type { Schema } from "./schema.ts";

type Row = Pick<Selectable<Schema["session_events"]>, "kind" | "question_id" | "value">;

/** What a row of the history asked for; null for a start, and for what cannot be read. Half-typed text is not in the history. */
export function bodyOf(row: Row): Command | LifecycleCommand | null {
	if (row.kind === "abandon" || row.kind === "restore") return { kind: row.kind };
	const value: unknown = row.value === null ? null : JSON.parse(row.value);
	const parsed = Command.safeParse({
		kind: row.kind,
		question_id: row.question_id,
		...contentOf(row.kind, value),
	});
	return parsed.success ? parsed.data : null;
}

function contentOf(kind: string, value: unknown): object {
	if (kind === "answer") return { answer: value };
	if (kind === "draft") return { draft: value };
	// A move in a language, a hold by a device.
	return typeof value === "object" && value !== null ? value : {};
}
