import { setTimeout as sleep } from "node:timers/promises";
import { chanceOf } from "../simulation/chance.ts";
import { compileOnce, launchServer, type ServerOptions, startServer } from "./a-server.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";
import { aJournal, type Journal } from "./journal.ts";
import { aCampaignDatabase, type Engine, inspect } from "./places.ts";
import { readQuestions } from "./questions.ts";
import { aStudent, beginWork } from "./students.ts";

export type KillOptions = {
	engine: Engine;
	kills: number;
	seed: number;
	/** After how many kills a new database is begun. All of one is compared after each kill. */
	kills_a_database?: number;
	/** Enough for a control arm. */
	stops_at_loss?: true;
	server?: Partial<ServerOptions>;
	onKill?: (figures: Figures) => void;
};

const STUDENTS = 8;
/** The moment is chosen by what was acknowledged since the restart, so that a slow machine sees as much as a quick one. */
const MOST_REPLIES = 150;
const LONGEST_MS = 4000;

/**
 * Kills the server again and again while students work. After each restart everything that was ever acknowledged has to be there,
 * and everything else wholly or not at all.
 */
export async function runKills(options: KillOptions): Promise<Figures> {
	const figures = noFigures();
	const chance = chanceOf(options.seed);
	while (figures.rounds < options.kills && !(options.stops_at_loss && figures.lost > 0)) {
		const rest = options.kills - figures.rounds;
		await onOneDatabase(options, Math.min(rest, options.kills_a_database ?? 25), chance.branch(), figures);
	}
	return figures;
}

async function onOneDatabase(
	options: KillOptions,
	kills: number,
	chance: ReturnType<typeof chanceOf>,
	figures: Figures,
): Promise<void> {
	await using place = await aCampaignDatabase(options.engine);
	const serverOptions = { address: place.address, ...options.server };
	await compileOnce(serverOptions);
	let server = await startServer(serverOptions);
	try {
		const where = { base: server.where.base };
		const questions = await readQuestions(where);
		const journal = aJournal();
		const school = { where, journal, questions };
		const students = Array.from({ length: STUDENTS }, () => aStudent(school, chance.branch()));
		for (let kill = 1; kill <= kills; kill += 1) {
			const work = beginWork(students);
			await untilReplies(journal, chance.nat(MOST_REPLIES));
			await sleep(chance.nat(15));
			await server.kill();
			await work.stop();
			if (chance.oneIn(10)) await killAtStart(serverOptions, chance.nat(400));
			server = await startServer(serverOptions);
			where.base = server.where.base;
			addVerdict(figures, await inspect(place.url, journal));
			options.onKill?.(figures);
		}
		addJournal(figures, journal);
	} finally {
		await server.kill();
	}
}

/** Resolves when so many more writes were acknowledged, or the time is over. @returns whether they were */
export async function untilReplies(
	journal: Journal,
	wanted: number,
	longest_ms = LONGEST_MS,
): Promise<boolean> {
	const enough = repliesOf(journal) + wanted;
	const deadline = performance.now() + longest_ms;
	while (repliesOf(journal) < enough) {
		if (performance.now() > deadline) return false;
		await sleep(1);
	}
	return true;
}

function repliesOf({ replies }: Journal): number {
	return replies.get("POST 200") ?? 0;
}

/** The crash of the recovery from a crash. */
async function killAtStart(options: ServerOptions, after: number): Promise<void> {
	const server = launchServer(options);
	await sleep(after);
	await server.kill();
}
