import { setTimeout as sleep } from "node:timers/promises";
import { type Chance, chanceOf } from "../../simulation/chance.ts";
import {
	createCampaignDatabase,
	createDatabaseChecker,
	type Engine,
} from "../environment/campaign-database.ts";
import { launchServer, type ServerOptions, startServer } from "../environment/server-process.ts";
import { createJournal } from "../students/journal.ts";
import { readQuestions } from "../students/questions.ts";
import { createStudent, startWork, waitForReplies } from "../students/student.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";

export type KillOptions = {
	engine: Engine;
	kills: number;
	seed: number;
	/** Kills before a new database is used. The whole database is compared after each kill. */
	kills_a_database?: number;
	/** Ends at the first loss, which is enough for a control arm. */
	stops_at_loss?: true;
	server?: Partial<ServerOptions>;
	onKill?: (figures: Figures) => void;
};

const STUDENTS = 8;
const KILLS_A_DATABASE = 25;

/**
 * Kills the server again and again while students work.
 *
 *     students work → kill -9 → (killed again while it starts) → start → compare with the journal → (again)
 *
 * After each restart every acknowledged operation must be stored, and each other request completely or not at
 * all.
 */
export async function runKills(options: KillOptions): Promise<Figures> {
	const figures = noFigures();
	const chance = chanceOf(options.seed);
	while (figures.rounds < options.kills && !(options.stops_at_loss && figures.lost > 0)) {
		const rest = options.kills - figures.rounds;
		const kills = Math.min(rest, options.kills_a_database ?? KILLS_A_DATABASE);
		await onOneDatabase(options, kills, chance.branch(), figures);
	}
	return figures;
}

async function onOneDatabase(
	options: KillOptions,
	kills: number,
	chance: Chance,
	figures: Figures,
): Promise<void> {
	await using place = await createCampaignDatabase(options.engine);
	await using checker = createDatabaseChecker(place.url);
	const serverOptions = { address: place.address, ...options.server };
	let server = await startServer(serverOptions);
	try {
		const where = { base: server.where.base };
		const journal = createJournal();
		const setup = { where, journal, questions: await readQuestions(where) };
		const students = Array.from({ length: STUDENTS }, () => createStudent(setup, chance.branch()));
		for (let kill = 1; kill <= kills; kill += 1) {
			const work = startWork(students);
			await waitForReplies(journal, enoughReplies(chance));
			await sleep(chance.nat(15));
			await Promise.all([server.kill(), work.stop()]);
			if (chance.oneIn(10)) await killAtStart(serverOptions, chance.nat(250));
			server = await startServer(serverOptions);
			where.base = server.where.base;
			addVerdict(figures, await checker.check(journal));
			options.onKill?.(figures);
		}
		addJournal(figures, journal);
	} finally {
		await server.kill();
	}
}

/**
 * How many replies come before a kill: mostly few, at times many. Replies and not seconds, so that a slow
 * machine covers as much as a fast one.
 */
function enoughReplies(chance: Chance): number {
	return chance.nat(chance.oneIn(8) ? 150 : 30);
}

/** Kills a server that is just starting, which interrupts the recovery from the crash before. */
async function killAtStart(options: ServerOptions, after: number): Promise<void> {
	const server = await launchServer(options);
	await sleep(after);
	await server.kill();
}
