import { setTimeout as sleep } from "node:timers/promises";
import { type Chance, chanceOf } from "../simulation/chance.ts";
import { launchServer, type ServerOptions, startServer } from "./a-server.ts";
import { addJournal, addVerdict, type Figures, noFigures } from "./figures.ts";
import { aJournal } from "./journal.ts";
import { aCampaignDatabase, anInspector, type Engine } from "./places.ts";
import { readQuestions } from "./questions.ts";
import { aStudent, beginWork, untilReplies } from "./students.ts";

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
const KILLS_A_DATABASE = 25;

/**
 * Kills the server again and again while students work. After each restart everything that was ever
 * acknowledged has to be there, and everything else wholly or not at all.
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
	await using place = await aCampaignDatabase(options.engine);
	await using inspector = anInspector(place.url);
	const serverOptions = { address: place.address, ...options.server };
	let server = await startServer(serverOptions);
	try {
		const where = { base: server.where.base };
		const journal = aJournal();
		const school = { where, journal, questions: await readQuestions(where) };
		const students = Array.from({ length: STUDENTS }, () => aStudent(school, chance.branch()));
		for (let kill = 1; kill <= kills; kill += 1) {
			const work = beginWork(students);
			await untilReplies(journal, enoughReplies(chance));
			await sleep(chance.nat(15));
			await Promise.all([server.kill(), work.stop()]);
			if (chance.oneIn(10)) await killAtStart(serverOptions, chance.nat(250));
			server = await startServer(serverOptions);
			where.base = server.where.base;
			addVerdict(figures, await inspector.inspect(journal));
			options.onKill?.(figures);
		}
		addJournal(figures, journal);
	} finally {
		await server.kill();
	}
}

/**
 * Mostly a server that has hardly begun, at times one with much behind it. Counted in replies, so that a slow
 * machine sees as much as a quick one.
 */
function enoughReplies(chance: Chance): number {
	return chance.nat(chance.oneIn(8) ? 150 : 30);
}

/** The crash of the recovery from a crash. */
async function killAtStart(options: ServerOptions, after: number): Promise<void> {
	const server = await launchServer(options);
	await sleep(after);
	await server.kill();
}
