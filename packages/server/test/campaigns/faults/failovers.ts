import { setTimeout as sleep } from "node:timers/promises";
import { chanceOf } from "../../simulation/chance.ts";
import { aCluster, addressOf, aStandby, type Cluster, followersOf } from "../a-cluster.ts";
import { checkDatabase } from "../environment/campaign-database.ts";
import { createDatabaseProxy } from "../environment/database-proxy.ts";
import { startServer } from "../environment/server-process.ts";
import { createJournal } from "../students/journal.ts";
import { readQuestions } from "../students/questions.ts";
import { createStudent, startWork, waitForReplies } from "../students/student.ts";
import { addJournal, addVerdict } from "./figures.ts";
import { measureRecovery, noRecoveryFigures, type RecoveryFigures } from "./recovery-time.ts";

export type FailoverOptions = {
	failovers: number;
	seed: number;
	/**
	 * `asynchronous-standby`: commits do not wait for the standby, so it lacks what was acknowledged last.
	 */
	arm?: FailoverArm;
	onFailover?: (figures: RecoveryFigures) => void;
};

export const FAILOVER_ARMS = ["none", "asynchronous-standby"] as const;
type FailoverArm = (typeof FAILOVER_ARMS)[number];

const STUDENTS = 8;
const MOST_REPLIES = 120;
const LONGEST_CUT_OFF_MS = 300;
const LONGEST_STANDBY_MS = 300;

/**
 * Kills the primary again and again while students work, and promotes its standby.
 *
 *     new standby → students work → link cut → primary killed → promote → recovery → compare ┐
 *     ↑                                                                                      │
 *     └──────────────────────── the standby is the next primary ─────────────────────────────┘
 *
 * The same server process must refuse the standby, and go on with the new primary. The link to the standby is
 * cut right before the kill, so a write that is acknowledged without the standby is lost.
 */
export async function runFailovers(options: FailoverOptions): Promise<RecoveryFigures> {
	const { failovers, seed, arm = "none", onFailover } = options;
	const figures = noRecoveryFigures();
	const chance = chanceOf(seed);
	await using proxy = await createDatabaseProxy();
	await using link = await createDatabaseProxy();
	await using clusters = new AsyncDisposableStack();
	let primary: Cluster = clusters.use(await aCluster());
	proxy.routeTo(primary);
	const server = await startServer({ address: addressOf(proxy) });
	const journal = createJournal();
	try {
		const setup = { where: server.where, journal, questions: await readQuestions(server.where) };
		const students = Array.from({ length: STUDENTS }, () => createStudent(setup, chance.branch()));
		for (let failover = 1; failover <= failovers; failover += 1) {
			link.routeTo(primary);
			const standby: Cluster = clusters.use(await aStandby(primary, link.port));
			if (arm === "none") await waitForStandby(primary);
			const work = startWork(students);
			await waitForReplies(journal, chance.between(1, MOST_REPLIES));
			link.routeTo(null);
			await sleep(chance.between(50, LONGEST_CUT_OFF_MS));
			// Where commits do not wait for the standby, there have to be some that it does not have.
			if (arm !== "none") await waitForReplies(journal, STUDENTS + 1);
			await primary.kill("all");
			if (chance.oneIn(2)) {
				proxy.routeTo(standby);
				await sleep(chance.nat(LONGEST_STANDBY_MS));
			}
			await standby.query("select pg_promote()");
			proxy.routeTo(standby);
			await measureRecovery(figures, journal);
			await work.stop();
			addVerdict(figures, await checkDatabase(standby.url, journal));
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

/** Makes the primary acknowledge only what the standby has. */
async function waitForStandby(primary: Cluster): Promise<void> {
	await primary.waitFor("*");
	while ((await followersOf(primary))[0]?.["sync_state"] !== "sync") await sleep(20);
}
