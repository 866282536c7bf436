import { expect, test } from "vitest";
import { CRASH_SCENARIOS } from "./clients/crashes/crash-scenarios.ts";
import { sweepCrashes } from "./clients/crashes/crash-sweep.ts";
import { droppingOn4xx, hidingHolder, losingKind, mintingNewIds } from "./clients/environment/saboteurs.ts";
import { runClients } from "./clients/run-clients.ts";
import { runHalf, SEED } from "./clients/sample.ts";

// A longer run, from any schedule: npm run campaign:clients -- --schedules 100000 --seed 1

test(
	"clients of all kinds through all troubles: nothing is lost, nothing counts twice, all are equal in the end",
	() => runHalf(0),
	1_200_000,
);

test.each(Object.entries(CRASH_SCENARIOS))(
	"a page that dies at any step of its storage loses nothing that it said was on the device: %s",
	async (_what, scenario) => {
		const { deaths, lost } = await sweepCrashes(scenario);
		expect(lost).toEqual([]);
		// Every scenario has many storage steps; fewer crashes would mean that the sweep ended too soon.
		expect(deaths).toBeGreaterThan(50);
	},
	240_000,
);

/** How many schedules a control arm may take until one notices it. */
const MOST_SCHEDULES = 600;

test.each([
	{
		arm: "mints new ids when it tries again",
		sabotage: mintingNewIds,
		found: /is in the history 2 times/,
	},
	{
		arm: "drops what a 4xx was the answer to",
		sabotage: droppingOn4xx,
		found: /\(durable\) is in the history 0 times/,
	},
	{ arm: "loses clears", sabotage: losingKind("clear"), found: /^clear of question \d+ is due/m },
	{ arm: "loses drafts", sabotage: losingKind("draft"), found: /^Draft \d+ of question \d+ is durable/m },
	{ arm: "loses the end", sabotage: losingKind("complete"), found: /^complete is due 1 to/m },
	{
		arm: "does not hear who holds the session",
		sabotage: hidingHolder,
		found: /both believe that they hold/,
	},
])(
	"the simulation notices a client that $arm",
	async ({ sabotage, found }) => {
		const failures: string[] = [];
		const onFailure = ({ message }: Error) => failures.push(message);
		const isFound = () => failures.some((message) => found.test(message));
		for (let played = 0; played < MOST_SCHEDULES && !isFound(); played += 40) {
			await runClients({ engine: "sqlite", seed: SEED + played, schedules: 40, sabotage, onFailure });
		}
		expect(isFound()).toBe(true);
	},
	240_000,
);
