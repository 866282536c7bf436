import { type Refusal, refuse } from "@carhythm/core";
import { sql } from "kysely";
import { LIMITS, type Limits } from "../../limits.ts";
import { bulkUpsert } from "../bulk.ts";
import type { DatabaseDialect } from "../dialect.ts";
import type { Tx } from "../schema.ts";
import type { Batch, WriteOperation } from "../store.ts";
import type { SessionWrite } from "./session-write.ts";

/** How much of history, and how many devices, one session may have. */
export type HistoryBounds = Pick<Limits, "session_events" | "session_value_kib" | "session_devices">;

export const DEFAULT_BOUNDS: HistoryBounds = {
	session_events: LIMITS.session_events.fallback,
	session_value_kib: LIMITS.session_value_kib.fallback,
	session_devices: LIMITS.session_devices.fallback,
};

/** For what the server does by itself. */
export const NO_BOUNDS: HistoryBounds = {
	session_events: Number.POSITIVE_INFINITY,
	session_value_kib: Number.POSITIVE_INFINITY,
	session_devices: DEFAULT_BOUNDS.session_devices,
};

/**
 * Values up to this size are bounded by the number of events. Longer ones are counted in `session_sizes`: an
 * answer that is a number or a choice never touches that table.
 */
const SHORT_VALUE = 512;

/** Events of its end that a full session still takes: a student must be able to finish. */
const LAST_EVENTS = 200;
const LAST_KINDS: ReadonlySet<string> = new Set(["complete", "abandon", "restore", "hold"]);

/**
 * Whether the history has room for one more operation. It is append-only, so nothing of it makes room: the
 * ids in it keep a repeated request from having a second effect.
 */
export function refuseFull(
	{ session, value_bytes }: SessionWrite,
	{ command }: Pick<WriteOperation, "command">,
	{ session_events, session_value_kib }: HistoryBounds,
): Refusal | null {
	const isLast = LAST_KINDS.has(command.kind);
	const hasEvents = session.state.revision < session_events + (isLast ? LAST_EVENTS : 0);
	const bytes = longValue(command);
	const hasBytes = bytes === 0 || (value_bytes ?? 0) + bytes <= session_value_kib * 1024;
	if (hasEvents && hasBytes) return null;
	return refuse(
		"session_full",
		"This assessment has been changed as often as this server keeps. What it has taken stays.",
	);
}

/** The bytes of a value that count. */
export function countedBytes(value: string | null): number {
	// No character of UTF-16 has more than three bytes in UTF-8.
	const bytes = value === null || value.length * 3 <= SHORT_VALUE ? 0 : Buffer.byteLength(value);
	return bytes > SHORT_VALUE ? bytes : 0;
}

/** A draft counts where it comes late: only then it enters the history. Before, it replaces the one before it. */
function longValue(command: WriteOperation["command"]): number {
	if (command.kind === "answer") return countedBytes(JSON.stringify(command.answer));
	if (command.kind === "draft") return countedBytes(JSON.stringify(command.draft));
	return 0;
}

/** Reads the sizes of the sessions that a long value comes to. */
export async function loadSizes(
	tx: Tx,
	dialect: DatabaseDialect,
	works: readonly { work: SessionWrite; batches: readonly Batch[] }[],
): Promise<void> {
	const asked = works.filter(({ batches }) =>
		batches.some(({ operations }) => operations.some(({ command }) => longValue(command) > 0)),
	);
	if (asked.length === 0) return;
	const wanted = dialect.rows(
		{ response_id: "integer" },
		asked.map(({ work }) => ({ response_id: work.session.response_id })),
	);
	const { rows } = await sql<{ response_id: number; value_bytes: number }>`
		select s.response_id, s.value_bytes from ${wanted} as w cross join session_sizes s
		where s.response_id = w.response_id`.execute(tx);
	const sizes = new Map(rows.map(({ response_id, value_bytes }) => [response_id, value_bytes]));
	for (const { work } of asked) work.value_bytes = sizes.get(work.session.response_id) ?? 0;
}

const SIZE_COLUMNS = { response_id: "integer", value_bytes: "integer" } as const;

/** Stores the sizes that have grown. */
export async function saveSizes(
	tx: Tx,
	dialect: DatabaseDialect,
	works: readonly SessionWrite[],
): Promise<void> {
	const rows = works.flatMap(({ session: { response_id }, events, value_bytes }) => {
		const hasGrown = value_bytes !== null && events.some(({ value }) => countedBytes(value) > 0);
		return hasGrown ? [{ response_id, value_bytes }] : [];
	});
	await bulkUpsert(tx, dialect, "session_sizes", ["response_id"], SIZE_COLUMNS, rows);
}
