import type { Reply } from "../documented.ts";
import type { Row } from "./rows.ts";

/** What a cell of the table says of a reply: its status, and its code or what else tells it apart. */
export function labelOf({ status, body }: Pick<Reply, "status" | "body">, row: Row): string {
	if (status >= 400) return `${status} ${String(body["code"])}`;
	const told = status === 200 ? row.tells?.(body) : undefined;
	return told === undefined ? String(status) : `${status} (${told})`;
}

/** Several replies as one cell: each kind once, with how many there were. */
export function countedLabels(labels: readonly string[]): string {
	if (labels.length === 0) return "–";
	const groups = Map.groupBy(labels, (label) => label);
	const parts = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1));
	return parts.map(([label, { length }]) => (length > 1 ? `${label} ×${length}` : label)).join(", ");
}
