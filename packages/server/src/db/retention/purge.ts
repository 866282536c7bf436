import { setTimeout as sleep } from "node:timers/promises";
import { addMinutes, type Instant } from "@carhythm/core";
import { sql } from "kysely";
import type { Database, Purged } from "../dialect.ts";
import { type EraseKept, eraseSessions } from "../erasures/erase-sessions.ts";
import type { ErasureMemory } from "../erasures/memory.ts";
import { isLockTimeout } from "../errors.ts";
import { deleteRowsOfOthers } from "../operator/other-programs.ts";
import { type Actor, recordOperatorEvent } from "../operator-log/append.ts";
import type { Tx } from "../schema.ts";
import { inTransaction } from "../transaction.ts";
import {
	cutoffOf,
	PART_KINDS,
	type PartKind,
	type RetentionKind,
	type RetentionRules,
	removeParts,
	SESSION_KINDS,
	type SessionKind,
	selectDue,
	selectDueParts,
} from "./kinds.ts";

/** Few, because a transaction of SQLite keeps every answer waiting that comes meanwhile. */
const SESSIONS_AT_ONCE = 10;
const PARTS_AT_ONCE = 100;
/** How many sessions one look goes through: on SQLite nothing else is done meanwhile. */
const WINDOW = 20_000;
/** Between two transactions, for the writes that wait. */
const PAUSE_MS = 20;
/** A process that died in the middle gives way after so long. */
const LEASE_MINUTES = 10;

/** What is due of a kind: how many, since when the oldest, and the cutoff; null where it is kept for ever. */
export type Due = { kind: RetentionKind; count: number; oldest: Instant | null; cutoff: Instant | null };

export type Purge = {
	/** How many of each kind went. */
	removed: Readonly<Record<RetentionKind, number>>;
	/** What is left in the files; null where nothing was removed. */
	scrubbed: Purged | null;
	/** Whether the erasures are remembered outside of the database too. */
	remembered: boolean;
};

export type PurgeOptions = {
	rules: () => RetentionRules;
	actor: Actor;
	eraseKept: EraseKept;
	memory: ErasureMemory | null;
	/** Ends after the transaction under way. */
	signal?: AbortSignal;
	/** Removes what is left in the files; by default {@link Database.dialect}'s own way. */
	scrub?: () => Promise<Purged>;
};

/** Counts what a purge would remove now; changes nothing. */
export async function countDue({ reader }: Database, rules: RetentionRules): Promise<Due[]> {
	return reader.transaction().execute(async (snapshot) => {
		const due: Due[] = [];
		for (const kind of [...SESSION_KINDS, ...PART_KINDS]) {
			const cutoff = cutoffOf(kind, rules);
			if (cutoff === null) {
				due.push({ kind, count: 0, oldest: null, cutoff });
				continue;
			}
			const figures = [
				sql<number>`count(*)`.as("count"),
				sql<Instant | null>`min(since)`.as("oldest"),
			] as const;
			const found = isPart(kind)
				? await selectDueParts(snapshot, kind, cutoff).clearSelect().select(figures).executeTakeFirstOrThrow()
				: await snapshot
						.selectFrom(selectDue(snapshot, kind, cutoff).as("due"))
						.select(figures)
						.executeTakeFirstOrThrow();
			due.push({ kind, count: Number(found.count), oldest: found.oldest, cutoff });
		}
		return due;
	});
}

/**
 * Removes what has had its day, in small transactions, each with its record in the operators' log. A session
 * that came to life between the look and its lock stays.
 * @returns null while another process is at it
 */
export async function purge(database: Database, options: PurgeOptions): Promise<Purge | null> {
	if (!(await lease(database, options.rules().now))) return null;
	const removed: Record<RetentionKind, number> = {
		asked_for: 0,
		unfinished: 0,
		set_aside: 0,
		completed: 0,
		person: 0,
		feedback: 0,
		late: 0,
		codes: 0,
	};
	let remembered = options.memory !== null;
	for (const kind of [...SESSION_KINDS, ...PART_KINDS]) {
		const end = await endOf(database, kind);
		// Sessions that another connection keeps locked are stepped over, until the next run.
		for (let after = 0; !options.signal?.aborted; ) {
			const batch = await nextBatch(database, kind, { after, end }, options);
			removed[kind] += batch.removed;
			if (batch.erasures.length > 0) remembered &&= options.memory?.remember(batch.erasures) ?? false;
			if (batch.last === null) break;
			after = batch.last;
			if (batch.removed > 0) await lease(database, options.rules().now, { isOurs: true });
			await sleep(PAUSE_MS);
		}
	}
	const isAnything = Object.values(removed).some((count) => count > 0);
	const scrubbed = isAnything ? await (options.scrub ?? database.dialect.purge)() : null;
	await release(database, options.rules().now);
	return { removed, scrubbed, remembered };
}

type Removed = { removed: number; erasures: Awaited<ReturnType<typeof eraseSessions>> };

/** `last`: behind which id to go on; null at the end. */
type Batch = Removed & { last: number | null };

const NOTHING: Removed = { removed: 0, erasures: [] };

/** The highest id of a kind that is looked through by windows; null for those that an index finds. */
async function endOf({ reader }: Database, kind: RetentionKind): Promise<number | null> {
	if (isPart(kind) && kind !== "person") return null;
	const row = await reader
		.selectFrom("student_responses")
		.select((select) => select.fn.max("id").as("end"))
		.executeTakeFirst();
	return Number(row?.end ?? 0);
}

async function nextBatch(
	database: Database,
	kind: RetentionKind,
	{ after, end }: { after: number; end: number | null },
	options: PurgeOptions,
): Promise<Batch> {
	const rules = options.rules();
	const cutoff = cutoffOf(kind, rules);
	if (cutoff === null) return { last: null, ...NOTHING };
	const upTo = after + WINDOW;
	const most = isPart(kind) ? PARTS_AT_ONCE : SESSIONS_AT_ONCE;
	const found = isPart(kind)
		? await selectDueParts(database.reader, kind, cutoff)
				.where("id", ">", after)
				.$if(end !== null, (query) => query.where("id", "<=", upTo))
				.orderBy("id")
				.limit(most)
				.execute()
		: await selectDue(database.reader, kind, cutoff)
				.where("student_responses.id", ">", after)
				.where("student_responses.id", "<=", upTo)
				.orderBy("student_responses.id")
				.limit(most)
				.execute();
	const rest = end === null || upTo >= end ? null : upTo;
	const last = found.length === most ? (found.at(-1)?.id ?? null) : rest;
	if (found.length === 0) return { last, ...NOTHING };
	const chosen = found.map(({ id }) => id);
	try {
		const done = await inTransaction(database, async (tx) => {
			await database.dialect.setShortLockTimeout(tx);
			const done = isPart(kind)
				? await removeDueParts(tx, kind, cutoff, chosen)
				: await eraseDue(tx, database, kind, cutoff, chosen, options);
			if (done.removed > 0) {
				const details = { kind, removed: done.removed, before: cutoff };
				await recordOperatorEvent(tx, { actor: options.actor, action: "sessions.purge", details }, rules.now);
			}
			return done;
		});
		return { last, ...done };
	} catch (error) {
		if (!isLockTimeout(error)) throw error;
		return { last, ...NOTHING };
	}
}

async function eraseDue(
	tx: Tx,
	database: Database,
	kind: SessionKind,
	cutoff: Instant,
	ids: readonly number[],
	options: PurgeOptions,
): Promise<Removed> {
	const { dialect } = database;
	await dialect.lockSessions(tx, "id", ids);
	const due = await selectDue(tx, kind, cutoff).where("student_responses.id", "in", ids).execute();
	for (const session of due) await deleteRowsOfOthers(tx, dialect, { ...session, response_id: session.id });
	const { memory, eraseKept } = options;
	const erasures = await eraseSessions(tx, due, { dialect, eraseKept, memory, now: options.rules().now });
	return { removed: due.length, erasures };
}

async function removeDueParts(
	tx: Tx,
	kind: PartKind,
	cutoff: Instant,
	ids: readonly number[],
): Promise<Removed> {
	const due = await selectDueParts(tx, kind, cutoff).where("id", "in", ids).execute();
	const still = due.map(({ id }) => id);
	if (still.length > 0) await removeParts(tx, kind, still);
	return { removed: still.length, erasures: [] };
}

function isPart(kind: RetentionKind): kind is PartKind {
	return PART_KINDS.some((one) => one === kind);
}

/** Takes or renews the say. @returns false while another process has it */
async function lease(database: Database, now: Instant, { isOurs = false } = {}): Promise<boolean> {
	const { numUpdatedRows } = await inTransaction(database, (tx) =>
		tx
			.updateTable("retention_runs")
			.set({ lease_ends_at: addMinutes(now, LEASE_MINUTES) })
			.where("id", "=", 1)
			.$if(!isOurs, (query) =>
				query.where((row) => row.or([row("lease_ends_at", "is", null), row("lease_ends_at", "<", now)])),
			)
			.executeTakeFirst(),
	);
	return numUpdatedRows === 1n;
}

async function release(database: Database, now: Instant): Promise<void> {
	await inTransaction(database, (tx) =>
		tx
			.updateTable("retention_runs")
			.set({ lease_ends_at: null, finished_at: now })
			.where("id", "=", 1)
			.execute(),
	);
}
