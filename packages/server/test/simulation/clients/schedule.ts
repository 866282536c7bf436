import { updateOutcomes } from "./action-outcomes.ts";
import { performAction } from "./actions.ts";
import type { Tab } from "./environment/environment.ts";
import { injectFault } from "./faults.ts";
import { checkNoTraces } from "./resets.ts";
import { openSession, type Scenario, type StudentWindow } from "./scenario.ts";

/**
 * Runs a scenario's steps. Faults that are under way at the end go on; `recover` ends them.
 *
 *     draw a window → open its page if closed → act, wait, signal or inject a fault → advance → (the next)
 */
export async function runSchedule(scenario: Scenario): Promise<void> {
	const { chance, windows } = scenario;
	await openSession(scenario, windows[0] as StudentWindow);
	const steps = chance.between(8, 24);
	for (let step = 0; step < steps; step += 1) {
		const window = chance.pick(windows);
		if (!window.tab?.session || window.tab.dead) await openSession(scenario, window);
		if (window.tab) await runStep(scenario, window, window.tab);
		// At least two milliseconds, because no student does two things in one.
		await scenario.environment.clock.advance(
			chance.oneIn(3) ? chance.between(2, 20_000) : chance.between(2, 300),
		);
		updateOutcomes(scenario);
		await checkNoTraces(scenario);
	}
}

async function runStep(scenario: Scenario, window: StudentWindow, tab: Tab): Promise<void> {
	const { chance, faults, environment } = scenario;
	const { clock } = environment;
	if (faults.has("crash") && chance.oneIn(6)) tab.dies_at_step = tab.storage_steps + chance.between(1, 60);
	switch (chance.nat(18)) {
		case 0:
		case 7:
			return performAction(scenario, window, tab, "draft");
		case 1:
			return void tab.session?.move(chance.pick(scenario.questions.sliders), chance.pick(["en", "ar"]));
		case 2:
		case 8:
			return performAction(scenario, window, tab, "clear");
		case 3:
			return clock.advance(chance.pick([1000, 30_000, 130_000, 3_600_000]));
		case 4:
			return tab.signal(chance.pick(["online", "visible", "hidden", "pagehide", "pageshow", "focus"]));
		case 5:
		case 6:
			return injectFault(scenario, window, tab);
		default:
			return performAction(scenario, window, tab, "answer");
	}
}
