import { performAction } from "./actions.ts";
import { continueHere, notifyListeners } from "./continue-here.ts";
import type { Tab } from "./environment/environment.ts";
import { openTab } from "./environment/tab.ts";
import { expectSessionAgain } from "./resets.ts";
import { type Scenario, type StudentWindow, showSession, untilDoneOrDead } from "./scenario.ts";

/** Hands the session to another device by a code, or takes it back with "continue here instead". */
export async function handOff(scenario: Scenario, window: StudentWindow, tab: Tab): Promise<void> {
	const { chance, environment } = scenario;
	const { session } = tab;
	if (!session) return;
	if (session.held_elsewhere || chance.oneIn(4)) return continueHere(scenario, tab);
	const others = scenario.windows.filter(({ device }) => device !== window.device);
	if (others.length === 0) return;
	const { code } = (await untilDoneOrDead(environment.clock, tab, () => session.handOff())) ?? {};
	if (code === undefined) return;
	if (chance.oneIn(2)) await goOffline(scenario, window, tab);
	const other = chance.pick(others);
	if (!other.tab || other.tab.dead) other.tab = await openTab(environment, other.device);
	const there = other.tab;
	expectSessionAgain(scenario, other.device, session.session_id);
	// The same code is sent twice at most, because the first reply may be lost.
	for (let tries = 0; tries < 2 && !there.dead; tries += 1) {
		const taken = await untilDoneOrDead(environment.clock, there, () => there.client.redeem(code));
		if (!taken || there.dead) continue;
		showSession(scenario, there, taken);
		environment.countEvent("code redeemed");
		countWaiting(scenario, other);
		notifyListeners(scenario, taken.session_id);
		return;
	}
}

/**
 * Takes the old device off the network, which is why the student changes devices. One more answer waits
 * there.
 */
async function goOffline(scenario: Scenario, window: StudentWindow, tab: Tab): Promise<void> {
	const { chance, environment } = scenario;
	window.device.offline = true;
	await performAction(scenario, window, tab, "answer");
	const reconnect = () => {
		window.device.offline = false;
	};
	environment.clock.setTimeout(reconnect, chance.between(1000, 120_000), scenario);
}

/** Counts the other devices that still have operations queued; these must be applied all the same. */
function countWaiting({ windows, environment }: Scenario, taker: StudentWindow): void {
	for (const { device, tab } of windows) {
		const { session } = tab ?? {};
		if (!tab || tab.dead || device === taker.device || !session) continue;
		const isSame = session.session_id === taker.tab?.session?.session_id;
		if (isSame && session.save.kind !== "saved") environment.countEvent("answers waited on the old device");
	}
}
