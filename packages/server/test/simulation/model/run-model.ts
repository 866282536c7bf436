import * as fc from "fast-check";
import { aSimulatedServer, type Engine, type SimulatedServer } from "../simulated-server.ts";
import { compareAll } from "./compare.ts";
import { createModelRun, type ModelTotals, newTotals, type Sabotage } from "./model-run.ts";
import { newReference } from "./reference-state.ts";
import { stepInput } from "./step-inputs.ts";
import { createStep } from "./steps.ts";

export type ModelOptions = {
	engines: readonly Engine[];
	seed: number;
	/** The least number of operations; each operation of a sync counts. */
	operations: number;
	sabotage?: Sabotage;
	/** Is called after each bundle of runs. */
	onProgress?: (totals: ModelTotals) => void;
};

const RUNS_A_BUNDLE = 25;
const STEPS_A_RUN = 100;

/**
 * Runs random steps on real servers and on the reference, in lock-step, until there were enough operations.
 *
 *     fresh run → draw an input → apply to the reference → send to every server → compare ┐
 *                 ↑                                                                       │
 *                 └───────────────────── up to a hundred steps ───────────────────────────┘ → compareAll
 *
 * @throws Error with the seed, the path and the shrunk steps when anything differs
 */
export async function runModel(options: ModelOptions): Promise<ModelTotals> {
	const clock = newReference(0);
	await using stack = new AsyncDisposableStack();
	const servers: SimulatedServer[] = [];
	for (const engine of options.engines) {
		servers.push(stack.use(await aSimulatedServer(engine, () => clock.now)));
	}
	const totals = newTotals();
	const given = { totals, sabotage: options.sabotage ?? ((_path: string, body: unknown) => body) };
	const commands = fc.commands([stepInput.map(createStep)], { maxCommands: STEPS_A_RUN, size: "max" });
	const property = fc.asyncProperty(commands, fc.nat(), async (steps, salt) => {
		const run = await createModelRun(servers, clock, salt, given);
		await fc.asyncModelRun(() => ({ model: run, real: run }), steps);
		await compareAll(run);
	});
	for (let seed = options.seed; totals.operations < options.operations; seed += 1) {
		try {
			// A control arm needs no smallest example.
			const endOnFailure = options.sabotage !== undefined;
			await fc.assert(property, { seed, numRuns: RUNS_A_BUNDLE, endOnFailure });
		} catch (error) {
			throw describeFailure(error, options.engines, seed);
		}
		options.onProgress?.(totals);
	}
	return totals;
}

/** Adds what differed, and the command that runs it again. */
function describeFailure(error: unknown, engines: readonly Engine[], seed: number): Error {
	const { message, cause } = error as Error;
	const what = cause instanceof Error ? cause.message : "";
	const again = `npm run campaign:model -- --seed ${seed} --operations 1 --engines ${engines.join(",")} --jobs 1`;
	return new Error(`${message}\n${what}\nTo run it again: ${again}`, { cause });
}
