import type { Kysely } from "kysely";
import type { Database } from "../dialect.ts";
import type { Schema } from "../schema.ts";
import { hashOfEvent, type StoredOperatorEvent } from "./append.ts";

/** How far the log had come: its number of events and the hash of the last one. */
export type LogHead = { events: number; hash: string };

/** Whether the log is whole. `problem` is a sentence that says where it is not. */
export type LogReport = { ok: true; head: LogHead } | { ok: false; head: LogHead | null; problem: string };

export type LogFilter = { target?: string; action?: string; limit: number };

/** How many events are held in memory at once. */
const PAGE = 1000;

/** The newest events first. */
export function listOperatorEvents(
	{ reader }: Pick<Database, "reader">,
	{ target, action, limit }: LogFilter,
): Promise<StoredOperatorEvent[]> {
	return reader
		.selectFrom("operator_events")
		.selectAll()
		.$if(target !== undefined, (query) => query.where("target", "=", target ?? ""))
		.$if(action !== undefined, (query) => query.where("action", "=", action ?? ""))
		.orderBy("sequence", "desc")
		.limit(limit)
		.execute();
}

/** The head of the log; null where its row is missing. */
async function readLogHead(db: Kysely<Schema>): Promise<LogHead | null> {
	const row = await db
		.selectFrom("operator_log_head")
		.select(["events", "hash"])
		.where("id", "=", 1)
		.executeTakeFirst();
	return row ? { events: Number(row.events), hash: row.hash } : null;
}

/**
 * Follows the chain from the first event to the head.
 *
 * An event that was changed, deleted, added or moved breaks the chain; a tail that was cut off is not what the
 * head names. Someone who may write to the database can compute every hash anew, so only a head that was noted
 * elsewhere (`expected`) shows that.
 */
export async function verifyOperatorLog(
	{ reader }: Pick<Database, "reader">,
	expected: LogHead | null = null,
): Promise<LogReport> {
	return reader.transaction().execute(async (snapshot) => {
		const head = await readLogHead(snapshot);
		const found = await followChain(snapshot, head, expected);
		if (found !== null) return { ok: false, head, problem: found };
		return head
			? { ok: true, head }
			: { ok: false, head, problem: "The head of the log is missing: its end may have been cut off." };
	});
}

/** @returns the first thing that is wrong; null where there is none */
async function followChain(
	db: Kysely<Schema>,
	head: LogHead | null,
	expected: LogHead | null,
): Promise<string | null> {
	let last: LogHead = { events: 0, hash: "" };
	for (;;) {
		const page = await db
			.selectFrom("operator_events")
			.selectAll()
			.where("sequence", ">", last.events)
			.orderBy("sequence")
			.limit(PAGE)
			.execute();
		for (const event of page) {
			const problem = problemOf(event, last);
			if (problem !== null) return problem;
			last = { events: Number(event.sequence), hash: event.hash };
			if (expected?.events === last.events && expected.hash !== last.hash) {
				return `Event ${last.events} is not the one that was noted: the log was written anew up to there.`;
			}
		}
		if (page.length < PAGE) break;
	}
	if (head && (head.events !== last.events || head.hash !== last.hash)) {
		return `The log ends with event ${last.events}, its head names event ${head.events}: the end was cut off or added to.`;
	}
	if (expected && expected.events > last.events) {
		return `The log ends with event ${last.events}, event ${expected.events} was noted: the end was cut off.`;
	}
	return null;
}

function problemOf(event: StoredOperatorEvent, last: LogHead): string | null {
	const sequence = Number(event.sequence);
	if (sequence !== last.events + 1) {
		return `Event ${last.events + 1} is missing: after event ${last.events} comes event ${sequence}.`;
	}
	if (event.previous_hash !== last.hash) {
		return `Event ${sequence} does not follow event ${last.events}: one of them was changed, moved or put in.`;
	}
	if (event.hash !== hashOfEvent(event)) return `Event ${sequence} was changed after it was written.`;
	return null;
}
