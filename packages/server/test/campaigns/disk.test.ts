import { expect, test } from "vitest";
import { whyNoDisks } from "./a-disk.ts";
import { whyNoStrace } from "./environment/strace.ts";
import { runFaults, runFullDisks, runFullLogs, type SystemCallFault } from "./faults/disk-faults.ts";
import { NOTHING_WRONG } from "./faults/figures.ts";

const LONG = { timeout: 240_000 };
const noDisks = whyNoDisks();
const noStrace = whyNoStrace();

const FAULTS: readonly SystemCallFault[] = [
	{ call: "fsync", error: "EIO", first: 12, times: 1 },
	{ call: "fsync", error: "EIO", first: 20, times: 20 },
	{ call: "pwrite64", error: "ENOSPC", first: 90, times: 20 },
];

test.skipIf(noDisks !== null).each([
	{ engine: "SQLite", run: runFullDisks, rounds: 4, reads: "and reads go on" },
	// PostgreSQL stops itself, so reads fail too.
	{ engine: "PostgreSQL", run: runFullLogs, rounds: 1, reads: "and reads too" },
])(
	`$engine's disk is full: writes get a 503, $reads, nothing is lost, and it is over when there is room${noDisks ? ` (not run: ${noDisks})` : ""}`,
	LONG,
	async ({ engine, run, rounds }) => {
		const figures = await run({ rounds, seed: 9, mebibytes: 8 });
		expect(figures, "seed 9").toMatchObject({ rounds, ...NOTHING_WRONG });
		expect(figures.writes_refused).toBeGreaterThan(0);
		if (engine === "SQLite") expect(figures.reads_refused).toBe(0);
	},
);

test.skipIf(noStrace !== null)(
	`a disk that fails to write or to sync is said to be unavailable, and nothing acknowledged is lost${noStrace ? ` (not run: ${noStrace})` : ""}`,
	LONG,
	async () => {
		const figures = await runFaults(FAULTS, 10);
		expect(figures, "seed 10").toMatchObject({ rounds: FAULTS.length, ...NOTHING_WRONG });
		expect(figures.writes_refused).toBeGreaterThanOrEqual(FAULTS.length);
		expect(figures.reads_refused).toBe(0);
	},
);
