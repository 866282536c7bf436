import {
	type Instant,
	type OperationResult,
	parseSessionId,
	type RescueFile,
	SyncOperation,
	sentAtOfRescue,
	unreachable,
} from "@carhythm/core";
import { unknownSession } from "../db/sessions/refusals.ts";
import type { Batch, BatchOutcome, SessionStore, StoredResult } from "../db/store.ts";

/** As many operations as one `sync` may carry. */
const AT_ONCE = 200;

/** An operation that was not taken in; `position` counts from 1, as people do. */
type RescueRefusal = { position: number; code: string; detail: string };

/** What became of the operations of one file. Each is counted once. */
type RescueCounts = {
	applied: number;
	/** In the history, under a later answer to the same question. */
	superseded: number;
	/** The session had ended: kept aside. */
	late: number;
	/** In the database already, from before. */
	known: number;
	refused: number;
};

export type RescueImport = {
	/** By the database, whatever the file says; null for a session that is not there. */
	display_id: string | null;
	counts: RescueCounts;
	refusals: RescueRefusal[];
};

/**
 * Takes in what a rescue file holds, by the way of every `sync`: an operation that is known has no second
 * effect. What was taken in stays so when the rest fails; the same file may be brought again.
 */
export async function importRescue(
	sessions: Pick<SessionStore, "find" | "findByFormer" | "operate" | "operateFormer">,
	file: RescueFile,
	now: () => Instant,
): Promise<RescueImport> {
	const counts: RescueCounts = { applied: 0, superseded: 0, late: 0, known: 0, refused: 0 };
	const refusals: RescueRefusal[] = [];
	const session_id = parseSessionId(file.session_id);
	const session = session_id && (await sessions.find(session_id));
	// A file that was saved on a device before its student left it.
	const moved = session_id && !session ? await sessions.findByFormer(session_id) : null;
	const takeIn = async (batch: Batch): Promise<BatchOutcome> =>
		moved ? ((await sessions.operateFormer(batch)) ?? unknownSession()) : sessions.operate(batch);
	const refuse = (position: number, why: { code: string; detail: string }) => {
		counts.refused += 1;
		refusals.push({ position, code: why.code, detail: why.detail });
	};
	const good = file.operations.flatMap((operation, index) => {
		const parsed = SyncOperation.safeParse(operation);
		if (parsed.success) return [{ position: index + 1, operation: parsed.data }];
		const detail = "This version of CaRhythm does not understand it.";
		refuse(index + 1, { code: "invalid_operation", detail });
		return [];
	});
	for (let from = 0; from < good.length; from += AT_ONCE) {
		const some = good.slice(from, from + AT_ONCE);
		const outcome = session_id
			? await takeIn({
					session_id,
					device_id: file.device_id ?? null,
					sent_at: sentAtOfRescue(file, now()),
					operations: some.map(({ operation }) => operation),
					mode: "sync",
				})
			: unknownSession();
		for (const [index, { position }] of some.entries()) {
			const stored = outcome.ok ? outcome.results[index] : undefined;
			if (!outcome.ok) refuse(position, outcome.refusal);
			else if (stored?.result.status === "refused") refuse(position, stored.result);
			else if (stored) counts[countOf(stored, stored.result)] += 1;
		}
	}
	refusals.sort((a, b) => a.position - b.position);
	return { display_id: (session ?? moved)?.display_id ?? null, counts, refusals };
}

function countOf(
	{ replayed }: StoredResult,
	{ status }: Exclude<OperationResult, { status: "refused" }>,
): "applied" | "superseded" | "late" | "known" {
	if (replayed) return "known";
	switch (status) {
		case "applied":
		case "superseded":
		case "late":
			return status;
		default:
			return unreachable(status);
	}
}
