import { expect, test } from "vitest";
import { CRASH_STORIES } from "./clients/crash-stories.ts";
import { sweepCrashes } from "./clients/crash-sweep.ts";
import { deafToHolders, droppingOnRefusal, losing, renamingAtEachTry } from "./clients/meddling.ts";
import { runClients } from "./clients/run.ts";
import { playHalf, SEED } from "./clients/sample.ts";

// Larger, and from a schedule of your choice: npm run campaign:clients -- --schedules 100000 --seed 1

test(
	"clients of all kinds through all troubles: nothing is lost, nothing counts twice, all are equal in the end",
	() => playHalf(0),
	1_200_000,
);

test.each(Object.entries(CRASH_STORIES))(
	"a page that dies at any step of its storage loses nothing that it said was on the device: %s",
	async (_what, story) => {
		const { deaths, lost } = await sweepCrashes(story);
		expect(lost).toEqual([]);
		// Each story awaits its storage many times.
		expect(deaths).toBeGreaterThan(50);
	},
	240_000,
);

/** So many schedules at most, until one has noticed. */
const PATIENCE = 600;

test.each([
	{
		arm: "mints new ids when it tries again",
		sabotage: renamingAtEachTry,
		found: /is in the history 2 times/,
	},
	{
		arm: "drops what a 4xx was the answer to",
		sabotage: droppingOnRefusal,
		found: /\(kept\) is in the history 0 times/,
	},
	{ arm: "loses clears", sabotage: losing("clear"), found: /^clear of question \d+ is due/m },
	{ arm: "loses drafts", sabotage: losing("draft"), found: /^Draft \d+ of question \d+ was kept/m },
	{ arm: "loses the end", sabotage: losing("complete"), found: /^complete is due 1 to/m },
	{
		arm: "does not hear who holds the session",
		sabotage: deafToHolders,
		found: /both believe that they hold/,
	},
])(
	"the simulation notices a client that $arm",
	async ({ sabotage, found }) => {
		const failures: string[] = [];
		const onFailure = ({ message }: Error) => failures.push(message);
		const isFound = () => failures.some((message) => found.test(message));
		for (let played = 0; played < PATIENCE && !isFound(); played += 40) {
			await runClients({ engine: "sqlite", seed: SEED + played, schedules: 40, sabotage, onFailure });
		}
		expect(isFound()).toBe(true);
	},
	240_000,
);
