import type { Scenario } from "./scenario.ts";

/**
 * Updates what is known of actions that only a page's memory holds.
 *
 *     in_memory → durable   the page says "saved": the server has it, and nothing can take it away
 *               → unknown   the page died: the action may still be on its way
 */
export function updateOutcomes(scenario: Scenario): void {
	for (const action of scenario.actions) {
		if (action.outcome !== "in_memory") continue;
		const { tab } = action;
		if (tab.dead) {
			action.outcome = "unknown";
			// A request on its way may arrive after an action that the next page takes without knowing of it.
			if (tab.device.kind !== "memory") scenario.order_known = false;
		} else if (tab.session?.session_id === action.session_id && tab.session.save.kind === "saved")
			action.outcome = "durable";
	}
}
