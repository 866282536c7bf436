import { expect, test } from "vitest";
import { weakened } from "./a-server.ts";
import { runKills } from "./kills.ts";
import { whyNoStrace } from "./strace.ts";
import { runWritePoints } from "./write-points.ts";

// The same with thousands of kills: npm run campaign:kills. What was found then stands in docs/guarantees.md.
const NOTHING_WRONG = { rounds_with_loss: 0, lost: 0, torn: 0, corrupt: 0, complaints: [] };
const LONG = { timeout: 240_000 };
const noStrace = whyNoStrace();

test.each([
	{ engine: "sqlite", kills: 12 },
	{ engine: "postgres", kills: 8 },
] as const)(
	"$engine: after each of $kills kills everything acknowledged is there, and nothing half",
	LONG,
	async ({ engine, kills }) => {
		const figures = await runKills({ engine, kills, seed: 4 });
		expect(figures).toMatchObject({ rounds: kills, ...NOTHING_WRONG });
		expect(figures.acknowledged).toBeGreaterThan(10 * kills);
	},
);

test("a server that commits after its reply would be found out", LONG, async () => {
	const server = weakened("write-behind");
	const rounds = { kills: 5, kills_a_database: 1, stops_at_loss: true } as const;
	const figures = await runKills({ engine: "sqlite", seed: 5, server, ...rounds });
	expect(figures.lost).toBeGreaterThan(0);
});

test.skipIf(noStrace !== null)(
	`killed in the middle of any write to the disk, it keeps what it acknowledged${noStrace ? ` (not run: ${noStrace})` : ""}`,
	LONG,
	async () => {
		const pages = await runWritePoints({ call: "pwrite64", points: [23, 77, 131, 190], seed: 5 });
		expect(pages).toMatchObject({ rounds: 4, ...NOTHING_WRONG });
		const syncs = await runWritePoints({ call: "fsync", points: [4, 9], seed: 5 });
		expect(syncs).toMatchObject({ rounds: 2, ...NOTHING_WRONG });
	},
);
