import type { Story } from "./story.ts";

/** What was saved has arrived: nothing that happens to the device can take it away any more. */
export function noteSaved(story: Story): void {
	for (const attempt of story.attempts) {
		if (attempt.fate !== "in_memory") continue;
		const { tab } = attempt;
		if (tab.dead) {
			attempt.fate = "open";
			// It is gone with the page; on its way all the same, it may come after one that was given without seeing it.
			if (tab.device.kind !== "memory") story.order_known = false;
		} else if (tab.session?.session_id === attempt.session_id && tab.session.save.kind === "saved")
			attempt.fate = "kept";
	}
}
