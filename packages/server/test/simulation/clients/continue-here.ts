import type { SessionSnapshot } from "@carhythm/core";
import type { Tab } from "./environment/environment.ts";
import { type Scenario, untilDoneOrDead } from "./scenario.ts";

/** Takes the session back to this page ("Continue here instead"). */
export async function continueHere(scenario: Scenario, tab: Tab): Promise<void> {
	const { session } = tab;
	if (!session) return;
	const { clock, countEvent } = scenario.environment;
	const wasHeld = session.held_elsewhere !== null;
	const outcome = await untilDoneOrDead(clock, tab, () => session.continueHere());
	if (!outcome?.ok) return;
	if (wasHeld) countEvent("continued here instead");
	notifyListeners(scenario, session.session_id);
}

/**
 * Sends a server event about the session to all subscribed pages within four seconds. One page in three
 * misses it, and learns of the change with its next request.
 */
export function notifyListeners(scenario: Scenario, session_id: string): void {
	const { clock, server, listeners, chance } = scenario.environment;
	const notify = async () => {
		const response = await server.request(`/api/v2/session/${session_id}`, {});
		const { revision, status, holder } = ((await response.json()) as SessionSnapshot).session;
		const notice = JSON.stringify({ revision, status, holder });
		const deliver = () => {
			for (const listener of [...listeners]) {
				if (listener.session_id === session_id && !chance.oneIn(3)) listener.receive(notice);
			}
		};
		clock.setTimeout(deliver, 1, scenario);
	};
	clock.setTimeout(() => void clock.track(notify()), chance.between(5, 4000), scenario);
}
