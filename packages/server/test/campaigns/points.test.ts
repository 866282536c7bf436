import { expect, test } from "vitest";
import { whyNoStrace } from "./environment/strace.ts";
import { NOTHING_WRONG } from "./faults/figures.ts";
import { runWritePoints } from "./faults/write-points.ts";

const noStrace = whyNoStrace();

/** With this seed the student starts fresh, undoes it, and makes and uses a code at the end. */
const SEED = 280;

// Every point: npm run campaign:points.
test.skipIf(noStrace !== null)(
	`killed in the middle of any write to the disk, it keeps what it acknowledged${noStrace ? ` (not run: ${noStrace})` : ""}`,
	{ timeout: 240_000 },
	async () => {
		const pages = await runWritePoints({ call: "pwrite64", points: [70, 130, 218, 270], seed: SEED });
		expect(pages, `seed ${SEED}`).toMatchObject({ rounds: 4, killed: 4, ...NOTHING_WRONG });
		expect(pages.kinds).toEqual(expect.arrayContaining(["start", "answer", "restore", "hand_off", "hold"]));
		// The code is made, and used.
		const syncs = await runWritePoints({ call: "fsync", points: [13, 14], seed: SEED });
		expect(syncs, `seed ${SEED}`).toMatchObject({ rounds: 2, killed: 2, codes_made: 1, ...NOTHING_WRONG });
		for (const { acknowledged } of [pages, syncs]) expect(acknowledged).toBeGreaterThan(20);
	},
);
