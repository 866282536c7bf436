import { addDays, type Instant, toMillis } from "@carhythm/core";
import type { Logger } from "pino";
import type { Database } from "../dialect.ts";
import { missingPurgeGrants, PURGE_SENTENCE } from "../postgres/rights.ts";
import { inTransaction } from "../transaction.ts";
import { type PurgeOptions, purge } from "./purge.ts";

/** A database that was there before retention is not emptied overnight: its operator reads the log first. */
const GRACE_DAYS = 30;
const LOOK_EVERY_MS = 15 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
/** Once a night; a server that is off at night has its run by day, when the last one is two days ago. */
const NIGHT = { from: 1, to: 5 };
const SOONEST_MS = 20 * HOUR_MS;
const LATEST_MS = 48 * HOUR_MS;
/** Writing a file anew keeps writers waiting: half a second for so many bytes. */
const LARGEST_REWRITTEN = 128 * 1024 * 1024;

/** When the next run is: now, or not yet and why. */
export type RunState = "due" | "grace" | "not_yet";

type Runs = { began_at: Instant | null; finished_at: Instant | null };

/** @param hour of the server's own clock on the wall */
export function runState({ began_at, finished_at }: Runs, now: Instant, hour: number): RunState {
	if (began_at === null || now < addDays(began_at, GRACE_DAYS)) return "grace";
	if (finished_at === null) return "due";
	const since = toMillis(now) - toMillis(finished_at);
	const isNight = hour >= NIGHT.from && hour < NIGHT.to;
	return since >= LATEST_MS || (isNight && since >= SOONEST_MS) ? "due" : "not_yet";
}

/** From when a server removes by itself what has had its day. */
export function beginsAt(began_at: Instant): Instant {
	return addDays(began_at, GRACE_DAYS);
}

type AutomaticOptions = Omit<PurgeOptions, "actor" | "memory" | "signal" | "scrub"> & {
	/** Opened when there is something to remember: it may make files. */
	openMemory: () => PurgeOptions["memory"];
	log: Pick<Logger, "info" | "warn">;
	/** What is removed besides rows: backups. @returns how many */
	purgeFiles: () => number;
	hour?: () => number;
	/** Told of the rights that the server's role lacks; by default in the log. */
	onNotPermitted?: (missing: readonly string[]) => void;
};

/**
 * Looks every quarter of an hour whether it is time, and removes what has had its day. Several processes may
 * do so: one at a time has the say.
 * @returns ends it, after the transaction under way
 */
export function startRetention(database: Database, options: AutomaticOptions): () => Promise<void> {
	const ending = new AbortController();
	let running: Promise<unknown> = Promise.resolve();
	// The start has told of missing rights; one line a process is enough of those that were taken later.
	let hasTold = false;
	const onNotPermitted = (missing: readonly string[]) => {
		if (!hasTold) options.log.warn({ missing }, PURGE_SENTENCE);
		hasTold = true;
	};
	const timer = setInterval(() => {
		running = running.then(() =>
			retentionTick(database, { ...options, onNotPermitted, signal: ending.signal }).catch((error: unknown) =>
				options.log.warn({ reason: messageOf(error) }, "retention could not run; it is tried again"),
			),
		);
	}, LOOK_EVERY_MS);
	timer.unref();
	return async () => {
		clearInterval(timer);
		ending.abort();
		await running;
	};
}

/** One look. */
export async function retentionTick(
	database: Database,
	{
		log,
		purgeFiles,
		hour = () => new Date().getHours(),
		openMemory,
		onNotPermitted = (missing) => log.warn({ missing }, PURGE_SENTENCE),
		...options
	}: AutomaticOptions & { signal: AbortSignal },
): Promise<void> {
	if (options.signal.aborted) return;
	const { now } = options.rules();
	const runs = await begin(database, now);
	if (runs.isNew) {
		log.info(
			{ from: beginsAt(now) },
			'what has had its day is removed by itself from then on; "carhythm purge --dry-run" shows it',
		);
	}
	if (runState(runs, now, hour()) !== "due") return;
	const missing = await missingPurgeGrants(database);
	if (missing.length > 0) {
		onNotPermitted(missing);
		return;
	}
	const done = await purge(database, {
		...options,
		memory: openMemory(),
		actor: { kind: "server", name: "carhythm serve" },
		scrub: () => database.dialect.purge({ largest: LARGEST_REWRITTEN }),
	});
	if (!done) return;
	const backups = purgeFiles();
	const left = done.scrubbed && !done.scrubbed.clean ? { left_in_files: done.scrubbed.reason } : {};
	log.info({ ...done.removed, backups, remembered: done.remembered, ...left }, "retention");
}

async function begin(database: Database, now: Instant): Promise<Runs & { isNew: boolean }> {
	return inTransaction(database, async (tx) => {
		const { numUpdatedRows } = await tx
			.updateTable("retention_runs")
			.set({ began_at: now })
			.where("id", "=", 1)
			.where("began_at", "is", null)
			.executeTakeFirst();
		const runs = await tx
			.selectFrom("retention_runs")
			.select(["began_at", "finished_at"])
			.where("id", "=", 1)
			.executeTakeFirst();
		return { ...(runs ?? { began_at: null, finished_at: null }), isNew: numUpdatedRows === 1n };
	});
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
