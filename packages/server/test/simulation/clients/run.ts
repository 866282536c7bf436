import "fake-indexeddb/auto";
import { createClient, createMemoryStorage } from "@carhythm/client";
import { createVirtualClock, type VirtualClock } from "@carhythm/client/testing";
import { chanceOf } from "../chance.ts";
import { aSimulatedServer, type Engine } from "../simulated-server.ts";
import { noteSaved } from "./attempts.ts";
import { check } from "./checks.ts";
import { addTo, type Tally } from "./happenings.ts";
import { clearAway, heal } from "./heal.ts";
import type { Saboteur } from "./meddling.ts";
import { copyPlainDataByHand } from "./plain-copies.ts";
import { playStory } from "./schedule.ts";
import { BEGINNING, beginStory, describe } from "./story.ts";

export type ClientsOptions = {
	engine: Engine;
	/** The first schedule is this number, the next the one after it. */
	seed: number;
	schedules: number;
	sabotage?: () => Saboteur;
	onProgress?: (figures: Figures) => void;
	/** When it is there, schedules that end wrong are told to it and the next one is played. */
	onFailure?: (failure: ScheduleFailed) => void;
};

export type Figures = {
	schedules: number;
	answers: number;
	kept: number;
	windows: number;
	happened: Tally;
};

class ScheduleFailed extends Error {
	override readonly name = "ScheduleFailed";
	readonly seed: number;
	constructor(seed: number, wrong: readonly string[], cause?: unknown) {
		super(`Schedule ${seed} ended wrong:\n${wrong.join("\n")}`, { cause });
		this.seed = seed;
	}
}

export const noFigures = (): Figures => ({ schedules: 0, answers: 0, kept: 0, windows: 0, happened: {} });

const BETWEEN_CLEANINGS = 100;

copyPlainDataByHand();

/**
 * Plays schedules of simulated students, each until all is well again, and checks what must then be true.
 * @throws {ScheduleFailed} with the number of the schedule, which can be played again alone
 */
export async function runClients(options: ClientsOptions): Promise<Figures> {
	const clock: { time: VirtualClock } = { time: createVirtualClock({ start: BEGINNING }) };
	await using server = await aSimulatedServer(options.engine, () => clock.time.now());
	const figures = noFigures();
	await loadRareParts();
	while (figures.schedules < options.schedules) {
		const seed = options.seed + figures.schedules;
		if (figures.schedules % BETWEEN_CLEANINGS === 0) await server.empty();
		clock.time = createVirtualClock({ start: BEGINNING });
		server.reseed(seed);
		const story = await beginStory(server, clock.time, chanceOf(seed), options.sabotage?.() ?? {});
		try {
			await playStory(story);
			await heal(story);
			noteSaved(story);
			const wrong = await check(story);
			if (wrong.length > 0) throw new ScheduleFailed(seed, [describe(story), ...wrong]);
		} catch (error) {
			const failure =
				error instanceof ScheduleFailed
					? error
					: new ScheduleFailed(seed, [describe(story), String(error)], error);
			if (!options.onFailure) throw failure;
			options.onFailure(failure);
		} finally {
			clearAway(story);
		}
		figures.schedules += 1;
		const answers = story.attempts.filter(({ deed }) => deed === "answer");
		figures.answers += answers.length;
		figures.kept += answers.filter(({ fate }) => fate === "kept").length;
		figures.windows += story.lines.length;
		addTo(figures.happened, story.tally);
		options.onProgress?.(figures);
	}
	return figures;
}

/**
 * Parts of the client that come when they are first needed would come in real time, and a seed would not
 * always tell the same.
 */
async function loadRareParts(): Promise<void> {
	const client = createClient({ storage: createMemoryStorage() });
	await client.prepare();
	client.close();
}
