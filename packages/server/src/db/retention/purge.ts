import { setTimeout as sleep } from "node:timers/promises";
import { addMinutes, type Instant } from "@carhythm/core";
import { sql } from "kysely";
import type { Database, Purged } from "../dialect.ts";
import { type EraseKept, eraseSessions } from "../erasures/erase-sessions.ts";
import type { ErasureMemory } from "../erasures/memory.ts";
import { isLockTimeout } from "../errors.ts";
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
		// Sessions that another connection keeps locked are stepped over, until the next run.
		for (let after = 0; !options.signal?.aborted; ) {
			const batch = await nextBatch(database, kind, after, options);
			if (batch === null) break;
			after = batch.last;
			removed[kind] += batch.removed;
			remembered &&= options.memory?.remember(batch.erasures) ?? false;
			await lease(database, options.rules().now, { isOurs: true });
			await sleep(PAUSE_MS);
		}
	}
	const isAnything = Object.values(removed).some((count) => count > 0);
	const scrubbed = isAnything ? await (options.scrub ?? database.dialect.purge)() : null;
	await release(database, options.rules().now);
	return { removed, scrubbed, remembered };
}

type Batch = { last: number; removed: number; erasures: Awaited<ReturnType<typeof eraseSessions>> };

/** @returns null where nothing more is due */
async function nextBatch(
	database: Database,
	kind: RetentionKind,
	after: number,
	options: PurgeOptions,
): Promise<Batch | null> {
	const rules = options.rules();
	const cutoff = cutoffOf(kind, rules);
	if (cutoff === null) return null;
	const ids = isPart(kind)
		? await selectDueParts(database.reader, kind, cutoff)
				.where("id", ">", after)
				.orderBy("id")
				.limit(PARTS_AT_ONCE)
				.execute()
		: await selectDue(database.reader, kind, cutoff)
				.where("student_responses.id", ">", after)
				.orderBy("student_responses.id")
				.limit(SESSIONS_AT_ONCE)
				.execute();
	const last = ids.at(-1)?.id;
	if (last === undefined) return null;
	const chosen = ids.map(({ id }) => id);
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
		return { last, removed: 0, erasures: [] };
	}
}

async function eraseDue(
	tx: Tx,
	database: Database,
	kind: SessionKind,
	cutoff: Instant,
	ids: readonly number[],
	options: PurgeOptions,
): Promise<Omit<Batch, "last">> {
	const { dialect } = database;
	await dialect.lockSessions(tx, "id", ids);
	const due = await selectDue(tx, kind, cutoff).where("student_responses.id", "in", ids).execute();
	const { memory, eraseKept } = options;
	const erasures = await eraseSessions(tx, due, { dialect, eraseKept, memory, now: options.rules().now });
	return { removed: due.length, erasures };
}

async function removeDueParts(
	tx: Tx,
	kind: PartKind,
	cutoff: Instant,
	ids: readonly number[],
): Promise<Omit<Batch, "last">> {
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
			.set({ leased_until: addMinutes(now, LEASE_MINUTES) })
			.where("id", "=", 1)
			.$if(!isOurs, (query) =>
				query.where((row) => row.or([row("leased_until", "is", null), row("leased_until", "<", now)])),
			)
			.executeTakeFirst(),
	);
	return numUpdatedRows === 1n;
}

async function release(database: Database, now: Instant): Promise<void> {
	await inTransaction(database, (tx) =>
		tx
			.updateTable("retention_runs")
			.set({ leased_until: null, finished_at: now })
			.where("id", "=", 1)
			.execute(),
	);
}
