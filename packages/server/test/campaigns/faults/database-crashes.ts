import { setTimeout as sleep } from "node:timers/promises";
import { chanceOf } from "../../simulation/chance.ts";
import { aCluster, type Cluster } from "../a-cluster.ts";
import { checkDatabase } from "../environment/campaign-database.ts";
import { startServer } from "../environment/server-process.ts";
import { createJournal } from "../students/journal.ts";
import { readQuestions } from "../students/questions.ts";
import { type ServerAddress, sendRequest } from "../students/requests.ts";
import { createStudent, startWork, waitForReplies } from "../students/student.ts";
import { addJournal, addVerdict } from "./figures.ts";
import {
	measureRecovery,
	noRecoveryFigures,
	RECOVERY_LIMIT_MS,
	type RecoveryFigures,
} from "./recovery-time.ts";

export type RestartOptions = {
	restarts: number;
	seed: number;
	onRestart?: (figures: RecoveryFigures) => void;
};

/** An unknown session. Abandoning it writes nothing, but needs the database. */
const UNKNOWN_SESSION = "00000000-0000-4000-8000-000000000000";
const STUDENTS = 8;
const MOST_REPLIES = 120;
const LONGEST_DOWN_MS = 600;

/**
 * Crashes PostgreSQL again and again while students work. The same server process must reply 503 to writes
 * meanwhile, serve what it has in memory, and recover by itself.
 *
 *     students work → crash → writes get 503, content 200 → PostgreSQL starts → recovery → compare → (again)
 */
export async function runRestarts(options: RestartOptions): Promise<RecoveryFigures> {
	const figures = noRecoveryFigures();
	const chance = chanceOf(options.seed);
	await using cluster = await aCluster();
	const server = await startServer({ address: cluster.url.url });
	const journal = createJournal();
	try {
		const setup = { where: server.where, journal, questions: await readQuestions(server.where) };
		const page_id = chance.pick(setup.questions).page_id;
		const students = Array.from({ length: STUDENTS }, () => createStudent(setup, chance.branch()));
		for (let restart = 1; restart <= options.restarts; restart += 1) {
			const work = startWork(students);
			await waitForReplies(journal, chance.between(1, MOST_REPLIES));
			await crashDatabase(cluster, chance.oneIn(2) ? "immediate" : "kill");
			await checkWhileDown(server.where, page_id, journal.violations);
			await sleep(chance.nat(LONGEST_DOWN_MS));
			await cluster.start();
			await measureRecovery(figures, journal);
			await work.stop();
			addVerdict(figures, await checkDatabase(cluster.url, journal));
			options.onRestart?.(figures);
		}
	} finally {
		await server.kill();
	}
	addJournal(figures, journal);
	return figures;
}

async function crashDatabase(cluster: Cluster, how: "immediate" | "kill"): Promise<void> {
	if (how === "immediate") await cluster.stop();
	else await cluster.kill("first");
}

/** While the database is down, questions are served and writes get a 503. */
async function checkWhileDown(where: ServerAddress, page_id: number, wrong: string[]): Promise<void> {
	const journal = createJournal();
	const statusOf = async (method: "GET" | "POST", path: string) =>
		(await sendRequest(where, journal, method, path, method === "POST" ? {} : undefined))?.status;
	// A killed PostgreSQL may take a moment to end.
	const deadline = performance.now() + RECOVERY_LIMIT_MS;
	const writing = `/api/v2/session/${UNKNOWN_SESSION}/abandon`;
	while ((await statusOf("POST", writing)) !== 503) {
		if (performance.now() < deadline) continue;
		wrong.push("While the database was down, a write was not refused.");
		break;
	}
	for (const path of ["/api/v2/modules", `/api/v2/questions?page_id=${page_id}`, "/api/v2/health"]) {
		const status = await statusOf("GET", path);
		if (status !== 200) wrong.push(`While the database was down, ${path} gave ${status}.`);
	}
	wrong.push(...journal.violations);
}
