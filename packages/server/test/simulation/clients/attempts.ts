import type { AnswerRecord } from "@carhythm/core";
import type { Line, Story } from "./story.ts";
import type { Tab } from "./surroundings.ts";

/** What a student does that has to come to something. */
export type Deed = "answer" | "clear" | "draft" | "complete";

/**
 * What became of a deed, as far as the student was told: `kept` has to arrive; `open` may arrive (its page died before it
 * said anything, or only memory held it); `refused` must not.
 */
export type Attempt = {
	number: number;
	session_id: string;
	deed: Deed;
	/** Null for the end of the assessment. */
	question_id: number | null;
	/** By which an answer or a draft is known again; null for what has none. */
	value: number | null;
	/** The answer that the page showed then. */
	seen: AnswerRecord | null;
	line: Line;
	/** The page that took it: what only its memory held is gone with it. */
	tab: Tab;
	fate: "kept" | "in_memory" | "open" | "refused";
};

/** What was saved has arrived: nothing that happens to the device can take it away any more. */
export function noteSaved(story: Story): void {
	for (const attempt of story.attempts) {
		if (attempt.fate !== "in_memory") continue;
		const { tab } = attempt;
		if (tab.dead) attempt.fate = "open";
		else if (tab.session?.session_id === attempt.session_id && tab.session.save.kind === "saved")
			attempt.fate = "kept";
	}
}
