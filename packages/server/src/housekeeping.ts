import type { Instant } from "@carhythm/core";
import type { Logger } from "pino";
import type { Database } from "./db/dialect.ts";
import { pruneCodes } from "./db/hand-offs/prune-codes.ts";

const EVERY_MS = 60 * 60 * 1000;
/** The first round waits until the students of a restart are back. */
const FIRST_MS = 60 * 1000;

/**
 * Deletes old hand-off codes every hour, for as long as the server runs: retention runs at night alone, and
 * an attacker makes many codes a day. A round that fails is left to the next.
 * @returns a function that ends it, and resolves when the round under way is over
 */
export function startHousekeeping(
	database: Database,
	{ log, codesBefore }: { log: Logger; codesBefore: () => Instant | null },
): () => Promise<void> {
	let round = Promise.resolve();
	const run = () => {
		const cutoff = codesBefore();
		if (cutoff === null) return;
		round = pruneCodes(database, cutoff).then(
			(codes) => {
				if (codes > 0) log.info({ codes }, "old hand-off codes were deleted");
			},
			(error: unknown) => {
				log.warn({ error: error instanceof Error ? error.name : "unknown" }, "housekeeping failed");
			},
		);
	};
	let timer = setTimeout(() => {
		run();
		timer = setInterval(run, EVERY_MS).unref();
	}, FIRST_MS).unref();
	return async () => {
		clearTimeout(timer);
		await round;
	};
}
