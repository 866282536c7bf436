import * as fc from "fast-check";
import { aSimulatedServer, type Engine, type SimulatedServer } from "../simulated-server.ts";
import { compareAll } from "./compare.ts";
import { newReference } from "./reference.ts";
import { stepOf } from "./step.ts";
import { wish } from "./wishes.ts";
import { newTally, newWorld, type Sabotage, type Tally } from "./world.ts";

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
		try {
			// What was broken on purpose needs no smallest example.
			const endOnFailure = options.sabotage !== undefined;
			await fc.assert(story, { seed, numRuns: RUNS_A_BUNDLE, endOnFailure });
		} catch (error) {
			throw told(error, options.engines, seed);
		}
		options.onProgress?.(tally);
	}
	return tally;
}

/** With what differed, and how to see it again. */
function told(error: unknown, engines: readonly Engine[], seed: number): Error {
	const { message, cause } = error as Error;
	const what = cause instanceof Error ? cause.message : "";
	const again = `npm run campaign:model -- --seed ${seed} --operations 1 --engines ${engines.join(",")} --jobs 1`;
	return new Error(`${message}\n${what}\nTo play it again: ${again}`, { cause });
}
