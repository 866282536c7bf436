import type { Outcome, Session } from "@carhythm/client";
import { FINEST } from "../simulated-assessment.ts";
import { continueHere } from "./hold.ts";
import type { Attempt, Line, Story } from "./story.ts";
import type { Tab } from "./surroundings.ts";
import { turn } from "./virtual-time.ts";

/** The student answers something. */
export async function answer(story: Story, line: Line, tab: Tab): Promise<void> {
	const { session } = tab;
	if (!session) return;
	const { chance, questions, attempts } = story;
	if (session.held_elsewhere && chance.oneIn(2)) await continueHere(story, tab);
	if (tab.dead) return;
	const isHeld = session.held_elsewhere !== null;
	const question_id = chance.pick([...line.own, ...line.own, ...questions.shared]);
	const value = attempts.length * 1000 + chance.nat(1000);
	if (value > FINEST) throw new Error("There are more answers than values.");
	const attempt: Attempt = {
		number: attempts.length,
		session_id: session.session_id,
		question_id,
		value,
		seen: shownIn(session, question_id),
		line,
		tab,
		fate: "open",
	};
	attempts.push(attempt);
	const given = session.answer(question_id, { type: "slider", value }).then((outcome) => {
		if (tab.dead) return;
		attempt.fate = !outcome.ok ? "refused" : outcome.on_device ? "kept" : "in_memory";
		if (isHeld) noteRefused(story, attempt, outcome);
	});
	if (chance.oneIn(3)) await turn();
	else await Promise.race([given, tab.died]);
}

function shownIn({ state }: Session, question_id: number): number | null {
	const shown = state.answers[question_id]?.answer;
	return shown?.type === "slider" ? shown.value : null;
}

/** A page that says the session goes on elsewhere takes nothing. */
function noteRefused(story: Story, { number }: Attempt, outcome: Outcome): void {
	if (outcome.ok) story.wrong.push(`A page whose session goes on elsewhere took answer ${number}.`);
	else if (outcome.refusal.code === "session_held_elsewhere") {
		story.surroundings.note("answer refused by the old device");
	}
}
