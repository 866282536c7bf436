import { setTimeout as sleep } from "node:timers/promises";
import { chanceOf } from "../simulation/chance.ts";
import { aCluster, type Cluster } from "./a-cluster.ts";
import { startServer } from "./a-server.ts";
import { addJournal, addVerdict } from "./figures.ts";
import { HEALING_LIMIT_MS, type HealingFigures, healAgain, noHealing } from "./healing.ts";
import { aJournal } from "./journal.ts";
import { inspect } from "./places.ts";
import { readQuestions } from "./questions.ts";
import { send, type Whereabouts } from "./requests.ts";
import { aStudent, beginWork, untilReplies } from "./students.ts";

export type RestartOptions = {
	restarts: number;
	seed: number;
	onRestart?: (figures: HealingFigures) => void;
};

/** A session that does not exist: asking for its end writes nothing, but needs the database. */
const NOBODY = "00000000-0000-4000-8000-000000000000";
const STUDENTS = 8;
const MOST_REPLIES = 120;
const LONGEST_AWAY_MS = 600;

/**
 * Crashes PostgreSQL again and again while students work. One and the same server of ours has to say 503
 * meanwhile, go on serving what it knows by heart, and go on by itself.
 */
export async function runRestarts(options: RestartOptions): Promise<HealingFigures> {
	const figures = noHealing();
	const chance = chanceOf(options.seed);
	await using cluster = await aCluster();
	const server = await startServer({ address: cluster.url.url });
	const journal = aJournal();
	try {
		const school = { where: server.where, journal, questions: await readQuestions(server.where) };
		const page_id = chance.pick(school.questions).page_id;
		const students = Array.from({ length: STUDENTS }, () => aStudent(school, chance.branch()));
		for (let restart = 1; restart <= options.restarts; restart += 1) {
			const work = beginWork(students);
			await untilReplies(journal, chance.between(1, MOST_REPLIES));
			await crash(cluster, chance.oneIn(2) ? "immediate" : "kill");
			await checkAway(server.where, page_id, journal.wrong);
			await sleep(chance.nat(LONGEST_AWAY_MS));
			await cluster.start();
			await healAgain(figures, journal);
			await work.stop();
			addVerdict(figures, await inspect(cluster.url, journal));
			options.onRestart?.(figures);
		}
	} finally {
		await server.kill();
	}
	addJournal(figures, journal);
	return figures;
}

async function crash(cluster: Cluster, how: "immediate" | "kill"): Promise<void> {
	if (how === "immediate") await cluster.stop();
	else await cluster.kill("first");
}

/** While the database is away the questions are still served, and whoever writes is told when to come again. */
async function checkAway(where: Whereabouts, page_id: number, wrong: string[]): Promise<void> {
	const journal = aJournal();
	const statusOf = async (method: "GET" | "POST", path: string) =>
		(await send(where, journal, method, path, method === "POST" ? {} : undefined))?.status;
	// What was killed may still take a moment to end.
	const deadline = performance.now() + HEALING_LIMIT_MS;
	const writing = `/api/v2/session/${NOBODY}/abandon`;
	while ((await statusOf("POST", writing)) !== 503) {
		if (performance.now() < deadline) continue;
		wrong.push("While the database was away, a write was not refused.");
		break;
	}
	for (const path of ["/api/v2/modules", `/api/v2/questions?page_id=${page_id}`, "/api/v2/health"]) {
		const status = await statusOf("GET", path);
		if (status !== 200) wrong.push(`While the database was away, ${path} gave ${status}.`);
	}
	wrong.push(...journal.wrong);
}
