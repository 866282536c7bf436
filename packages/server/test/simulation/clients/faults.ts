import type { SessionId } from "@carhythm/core";
import { updateOutcomes } from "./action-outcomes.ts";
import { performAction } from "./actions.ts";
import type { Device, Tab } from "./environment/environment.ts";
import { handOff } from "./hand-off.ts";
import { expectSessionAgain, resetBrowser } from "./resets.ts";
import { openSession, type Scenario, type StudentWindow, showSession, untilDoneOrDead } from "./scenario.ts";

/** Injects one of the faults that the scenario has. */
export async function injectFault(scenario: Scenario, window: StudentWindow, tab: Tab): Promise<void> {
	const { chance, faults, environment } = scenario;
	const { device } = window;
	if (faults.size === 0) return;
	const fault = chance.pick([...faults]);
	switch (fault) {
		case "network":
			scenario.network_faults.one_in = chance.pick([1, 2, 4, 50]);
			return;
		case "disk":
			scenario.order_known = false;
			device.full_disk_one_in = chance.pick([0, 0, 1, 3, 10]);
			return;
		case "crash":
			updateOutcomes(scenario);
			tab.kill();
			environment.countEvent("crash between two steps");
			return updateOutcomes(scenario);
		case "update":
			updateOutcomes(scenario);
			tab.close();
			environment.countEvent("app updated");
			updateOutcomes(scenario);
			return openSession(scenario, window);
		case "clock":
			environment.countEvent("clock changed");
			device.clock_error += chance.pick([-86_400_000, -3_600_000, 5000, 3_600_000, 86_400_000]);
			return;
		case "clear":
			return clearStorage(scenario, device);
		case "endings":
			await untilDoneOrDead(environment.clock, tab, () => endSession(scenario, window, tab));
			return;
		case "hand_off":
			return handOff(scenario, window, tab);
		case "forget":
			return resetSomeBrowser(scenario, window, tab);
		case "ages":
			// Pages are closed first, because no student keeps one open for a month. Their outboxes wait in
			// the storage.
			updateOutcomes(scenario);
			for (const { tab: page } of scenario.windows) page?.close();
			updateOutcomes(scenario);
			return letDaysPass(scenario, chance.pick([1, 8, 31]));
	}
}

/** Resets a browser that has two pages, if there is one, because the other page may have work under way. */
async function resetSomeBrowser(scenario: Scenario, window: StudentWindow, tab: Tab): Promise<void> {
	const isShared = ({ device }: StudentWindow) =>
		scenario.windows.filter((other) => other.device === device).length > 1;
	const there = isShared(window)
		? window
		: scenario.windows.find((other) => isShared(other) && other.tab && !other.tab.dead);
	return resetBrowser(scenario, there ?? window, there?.tab ?? tab);
}

async function letDaysPass({ environment }: Scenario, days: number): Promise<void> {
	if (days > 30) environment.countEvent("a month passed");
	await environment.clock.advance(days * 86_400_000);
}

/**
 * Empties the storage of a browser, as browsers do that run out of room. Actions that only this storage held
 * are then in the memory of the page that took them, or unknown where that page is closed.
 */
async function clearStorage(scenario: Scenario, device: Device): Promise<void> {
	for (const action of scenario.actions) {
		if (action.window.device !== device || action.outcome === "refused") continue;
		const { session, dead } = action.tab;
		const isShown = session?.session_id === action.session_id;
		const isSaved = isShown && session.save.kind === "saved";
		if (isSaved) continue;
		action.outcome = isShown && !dead ? "in_memory" : "unknown";
		// A request on its way may arrive after an action that was taken without knowing of it.
		if (action.outcome === "unknown") scenario.order_known = false;
	}
	// The record of the reset is gone with everything else, so an old page may bring a session back.
	scenario.reset_sessions.get(device)?.clear();
	const [tab] = device.tabs;
	if (!tab || device.kind === "memory") return;
	scenario.environment.countEvent("storage cleared");
	await scenario.environment.clock.track(
		tab.storage.write(async (tx) => {
			for (const box of BOXES) for (const { key } of await tx.list(box)) await tx.delete(box, key);
		}),
	);
}

const BOXES = ["sessions", "outbox", "refused", "assessments", "meta", "aside"] as const;

/** Completes the session, starts fresh, or undoes a Start Fresh. */
async function endSession(scenario: Scenario, window: StudentWindow, tab: Tab): Promise<void> {
	const { session } = tab;
	const { countEvent } = scenario.environment;
	if (!session) return;
	switch (scenario.chance.nat(3)) {
		case 0:
			return performAction(scenario, window, tab, "complete");
		case 1: {
			const fresh = await tab.client.start({ language: "ar", replaces: session.session_id });
			countEvent("started fresh");
			return showSession(scenario, tab, fresh);
		}
		default: {
			const older = scenario.chance.pick([...scenario.sessions]) as SessionId;
			expectSessionAgain(scenario, tab.device, older);
			const restored = await tab.client.restore(older);
			countEvent("restored");
			showSession(scenario, tab, restored);
		}
	}
}
