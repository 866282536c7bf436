import * as fc from "fast-check";
import { aSimulatedServer, type Engine, type SimulatedServer } from "../simulated-server.ts";
import { newReference } from "./reference.ts";
import { stepOf } from "./step.ts";
import { wish } from "./wishes.ts";
import { compareAll, newTally, newWorld, type Sabotage, type Tally } from "./world.ts";

export type ModelOptions = {
	engines: readonly Engine[];
	seed: number;
	/** At least so many operations; each of a sync counts. */
	operations: number;
	sabotage?: Sabotage;
	/** Told after each bundle of runs. */
	onProgress?: (tally: Tally) => void;
};

const RUNS_A_BUNDLE = 25;
const STEPS_A_RUN = 100;

/**
 * Runs random stories of sessions on real servers and the reference at once, until there were enough operations.
 * @throws Error with the seed, the path and the shrunk story when anything differs
 */
export async function runModel(options: ModelOptions): Promise<Tally> {
	const clock = newReference(0);
	await using stack = new AsyncDisposableStack();
	const servers: SimulatedServer[] = [];
	for (const engine of options.engines) {
		servers.push(stack.use(await aSimulatedServer(engine, () => clock.now)));
	}
	const tally = newTally();
	const given = { tally, sabotage: options.sabotage ?? ((_path: string, body: unknown) => body) };
	const stories = fc.commands([wish.map(stepOf)], { maxCommands: STEPS_A_RUN, size: "max" });
	const story = fc.asyncProperty(stories, fc.nat(), async (steps, salt) => {
		const world = await newWorld(servers, clock, salt, given);
		await fc.asyncModelRun(() => ({ model: world, real: world }), steps);
		await compareAll(world);
	});
	for (let seed = options.seed; tally.operations < options.operations; seed += 1) {
		await fc.assert(story, { seed, numRuns: RUNS_A_BUNDLE });
		options.onProgress?.(tally);
	}
	return tally;
}
