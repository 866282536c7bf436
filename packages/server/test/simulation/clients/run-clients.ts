import "fake-indexeddb/auto";
import { createClient, createMemoryStorage } from "@carhythm/client";
import { createVirtualClock, type VirtualClock } from "@carhythm/client/testing";
import { chanceOf } from "../chance.ts";
import { aSimulatedServer, type Engine } from "../simulated-server.ts";
import { updateOutcomes } from "./action-outcomes.ts";
import { checkScenario } from "./checker/check-scenario.ts";
import { addCounts, type EventCounts } from "./environment/event-counts.ts";
import { installFastStructuredClone } from "./environment/fast-structured-clone.ts";
import type { Saboteur } from "./environment/saboteurs.ts";
import { recover, tearDown } from "./recovery.ts";
import { BEGINNING, createScenario, describeScenario } from "./scenario.ts";
import { runSchedule } from "./schedule.ts";

export type ClientsOptions = {
	engine: Engine;
	/** The number of the first schedule; the others follow it. */
	seed: number;
	schedules: number;
	sabotage?: () => Saboteur;
	onProgress?: (totals: ClientTotals) => void;
	/**
	 * Is told of each schedule that fails, and the next one runs. Without it, the first failure is thrown.
	 */
	onFailure?: (failure: ScheduleFailed) => void;
};

export type ClientTotals = {
	schedules: number;
	answers: number;
	durable: number;
	windows: number;
	events: EventCounts;
};

class ScheduleFailed extends Error {
	override readonly name = "ScheduleFailed";
	readonly seed: number;
	constructor(seed: number, wrong: readonly string[], cause?: unknown) {
		super(`Schedule ${seed} failed:\n${wrong.join("\n")}`, { cause });
		this.seed = seed;
	}
}

export const noTotals = (): ClientTotals => ({
	schedules: 0,
	answers: 0,
	durable: 0,
	windows: 0,
	events: {},
});

const SCHEDULES_A_DATABASE = 100;

installFastStructuredClone();

/**
 * Runs schedules of simulated students and checks each.
 *
 *     createScenario → runSchedule → recover → checkScenario ┬ no violation → tearDown → (the next seed)
 *                                                            └ violations   → onFailure, or throws
 *
 * @throws {ScheduleFailed} with the number of the schedule, which can be run again alone
 */
export async function runClients(options: ClientsOptions): Promise<ClientTotals> {
	const current: { clock: VirtualClock } = { clock: createVirtualClock({ start: BEGINNING }) };
	await using server = await aSimulatedServer(options.engine, () => current.clock.now());
	const totals = noTotals();
	await preloadLazyParts();
	while (totals.schedules < options.schedules) {
		const seed = options.seed + totals.schedules;
		if (totals.schedules % SCHEDULES_A_DATABASE === 0) await server.empty();
		current.clock = createVirtualClock({ start: BEGINNING });
		server.reseed(seed);
		const scenario = await createScenario(server, current.clock, chanceOf(seed), options.sabotage?.() ?? {});
		try {
			await runSchedule(scenario);
			await recover(scenario);
			updateOutcomes(scenario);
			const wrong = await checkScenario(scenario);
			if (wrong.length > 0) throw new ScheduleFailed(seed, [describeScenario(scenario), ...wrong]);
		} catch (error) {
			const failure =
				error instanceof ScheduleFailed
					? error
					: new ScheduleFailed(seed, [describeScenario(scenario), String(error)], error);
			if (!options.onFailure) throw failure;
			options.onFailure(failure);
		} finally {
			tearDown(scenario);
		}
		totals.schedules += 1;
		const answers = scenario.actions.filter(({ kind }) => kind === "answer");
		totals.answers += answers.length;
		totals.durable += answers.filter(({ outcome }) => outcome === "durable").length;
		totals.windows += scenario.windows.length;
		addCounts(totals.events, scenario.event_counts);
		options.onProgress?.(totals);
	}
	return totals;
}

/**
 * Loads the client's lazy parts. Loaded later, they would take real time, and a seed would not repeat its
 * schedule.
 */
async function preloadLazyParts(): Promise<void> {
	const client = createClient({ storage: createMemoryStorage() });
	await client.prepare();
	client.close();
}
