import { expect, test } from "vitest";
import { NOTHING_WRONG } from "./figures.ts";
import { whyNoStrace } from "./strace.ts";
import { runWritePoints } from "./write-points.ts";

const noStrace = whyNoStrace();

// Every point: npm run campaign:points.
test.skipIf(noStrace !== null)(
	`killed in the middle of any write to the disk, it keeps what it acknowledged${noStrace ? ` (not run: ${noStrace})` : ""}`,
	{ timeout: 240_000 },
	async () => {
		const pages = await runWritePoints({ call: "pwrite64", points: [23, 77, 131, 190], seed: 5 });
		expect(pages).toMatchObject({ rounds: 4, ...NOTHING_WRONG });
		const syncs = await runWritePoints({ call: "fsync", points: [4, 9], seed: 5 });
		expect(syncs).toMatchObject({ rounds: 2, ...NOTHING_WRONG });
	},
);
