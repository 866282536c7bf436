import { setTimeout as sleep } from "node:timers/promises";
import { chanceOf } from "../simulation/chance.ts";
import { aCluster, addressOf, aStandby, type Cluster, followersOf } from "./a-cluster.ts";
import { aFront } from "./a-front.ts";
import { startServer } from "./a-server.ts";
import { addJournal, addVerdict } from "./figures.ts";
import { type HealingFigures, healAgain, noHealing } from "./healing.ts";
import { aJournal } from "./journal.ts";
import { inspect } from "./places.ts";
import { readQuestions } from "./questions.ts";
import { aStudent, beginWork, untilReplies } from "./students.ts";

export type FailoverOptions = {
	failovers: number;
	seed: number;
	/** `asynchronous-standby`: nobody waits for the standby, so that it lacks what was acknowledged last. */
	arm?: FailoverArm;
	onFailover?: (figures: HealingFigures) => void;
};

export const FAILOVER_ARMS = ["none", "asynchronous-standby"] as const;
type FailoverArm = (typeof FAILOVER_ARMS)[number];

const STUDENTS = 8;
const MOST_REPLIES = 120;
const LONGEST_CUT_OFF_MS = 300;
const LONGEST_STANDBY_MS = 300;

/**
 * Kills the primary again and again while students work; its standby takes over, for as long as the next
 * failover. One and the same server of ours, whose address leads to the primary, has to refuse the standby
 * and to go on with the new primary, which has all that was acknowledged. Right before each end the standby
 * is cut off: what is acknowledged without it is lost.
 */
export async function runFailovers(options: FailoverOptions): Promise<HealingFigures> {
	const { failovers, seed, arm = "none", onFailover } = options;
	const figures = noHealing();
	const chance = chanceOf(seed);
	await using front = await aFront();
	await using link = await aFront();
	await using clusters = new AsyncDisposableStack();
	let primary: Cluster = clusters.use(await aCluster());
	front.lead(primary);
	const server = await startServer({ address: addressOf(front) });
	const journal = aJournal();
	try {
		const school = { where: server.where, journal, questions: await readQuestions(server.where) };
		const students = Array.from({ length: STUDENTS }, () => aStudent(school, chance.branch()));
		for (let failover = 1; failover <= failovers; failover += 1) {
			link.lead(primary);
			const standby: Cluster = clusters.use(await aStandby(primary, link.port));
			if (arm === "none") await waitForStandby(primary);
			const work = beginWork(students);
			await untilReplies(journal, chance.between(1, MOST_REPLIES));
			link.lead(null);
			await sleep(chance.between(50, LONGEST_CUT_OFF_MS));
			// Where commits do not wait for the standby, there have to be some that it does not have.
			if (arm !== "none") await untilReplies(journal, STUDENTS + 1);
			await primary.kill("all");
			if (chance.oneIn(2)) {
				front.lead(standby);
				await sleep(chance.nat(LONGEST_STANDBY_MS));
			}
			await standby.query("select pg_promote()");
			front.lead(standby);
			await healAgain(figures, journal);
			await work.stop();
			addVerdict(figures, await inspect(standby.url, journal));
			onFailover?.(figures);
			await primary[Symbol.asyncDispose]();
			primary = standby;
		}
	} finally {
		await server.kill();
	}
	addJournal(figures, journal);
	return figures;
}

/** From now on nothing is acknowledged that the standby does not have. */
async function waitForStandby(primary: Cluster): Promise<void> {
	await primary.waitFor("*");
	while ((await followersOf(primary))[0]?.["sync_state"] !== "sync") await sleep(20);
}
