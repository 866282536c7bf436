import { expect, test } from "vitest";
import { ATTACKS } from "./attacks.ts";
import { runAbuse } from "./run.ts";

// Runs once: a part of npm run campaign:abuse, whose figures are in docs/evidence/abuse.md.

const SAMPLE = { history: 4, drafts: 4, starts: 4, codes: 4, "half-bodies": 4, streams: 4 } as const;

test.each(ATTACKS.filter((attack): attack is keyof typeof SAMPLE => attack in SAMPLE))(
	"an attacker's %s cost the class no answer, and the server its memory neither",
	{ timeout: 120_000 },
	async (attack) => {
		const figures = await runAbuse({
			engine: "sqlite",
			attack,
			seconds: SAMPLE[attack],
			seed: 3,
			think_ms: 400,
		});
		expect(figures, "seed 3").toMatchObject({ lost: 0, server_ended: false });
		expect(figures.acknowledged).toBeGreaterThan(40);
		expect(figures.memory).toBeLessThan(400);
		// The attacker was told to stop.
		const told = (kind: string) => figures.replies[kind] ?? 0;
		expect(told("429") + told("503") + told("session_full")).toBeGreaterThan(0);
	},
);
