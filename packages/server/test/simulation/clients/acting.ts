import type { Outcome, Session } from "@carhythm/client";
import { eventLoopTurns } from "@carhythm/client/testing";
import type { Answer, Refusal } from "@carhythm/core";
import { FINEST } from "../simulated-assessment.ts";
import type { Happening } from "./happenings.ts";
import { continueHere } from "./hold.ts";
import type { Attempt, Deed, Line, Story } from "./story.ts";
import type { Tab } from "./surroundings.ts";

/** The student does something, and notes what the page says of it. */
export async function act(story: Story, line: Line, tab: Tab, deed: Deed): Promise<void> {
	const { session } = tab;
	if (!session) return;
	const { chance, attempts } = story;
	if (session.held_elsewhere && deed !== "draft" && chance.oneIn(2)) await continueHere(story, tab);
	if (tab.dead) return;
	const isHeld = session.held_elsewhere !== null;
	const question_id = drawQuestion(story, line, deed);
	const value = deed === "answer" || deed === "draft" ? drawValue(story) : null;
	const attempt: Attempt = {
		number: attempts.length,
		session_id: session.session_id,
		deed,
		question_id,
		value,
		seen: (question_id !== null && session.state.answers[question_id]) || null,
		line,
		tab,
		fate: "open",
	};
	attempts.push(attempt);
	const done = ask(story, session, attempt).then((outcome) => {
		if (tab.dead) return;
		attempt.fate = !outcome.ok ? "refused" : outcome.on_device ? "kept" : "in_memory";
		if (outcome.ok) story.surroundings.note(NOTES[deed]);
		else noteEnded(story, attempt, outcome.refusal);
		if (isHeld) noteRefused(story, attempt, outcome);
	});
	if (chance.oneIn(3)) await eventLoopTurns(1);
	else await Promise.race([done, tab.died]);
}

const NOTES: Readonly<Record<Deed, Happening>> = {
	answer: "answered",
	clear: "answer taken back",
	draft: "draft begun",
	complete: "completed",
};

function drawQuestion({ chance, questions }: Story, line: Line, deed: Deed): number | null {
	switch (deed) {
		case "answer":
		case "clear":
			return chance.pick([...line.own, ...line.own, ...questions.shared]);
		case "draft":
			return chance.pick([...line.own, questions.essay]);
		case "complete":
			return null;
	}
}

function drawValue({ chance, attempts }: Story): number {
	const value = attempts.length * 1000 + chance.nat(1000);
	if (value > FINEST) throw new Error("There are more answers than values.");
	return value;
}

function ask(story: Story, session: Session, { deed, question_id, value }: Attempt): Promise<Outcome> {
	if (question_id === null) return session.complete();
	if (value === null) return session.clear(question_id);
	const isText = question_id === story.questions.essay;
	const given: Answer = isText ? { type: "essay", text: String(value) } : { type: "slider", value };
	return deed === "draft" ? session.draft(question_id, given) : session.answer(question_id, given);
}

/** Only a reset ends a page, whatever else happens to what its browser has stored. */
function noteEnded(story: Story, { number, deed, tab }: Attempt, { code }: Refusal): void {
	if (code !== "session_not_found" || tab.resets_before < tab.device.resets) return;
	story.wrong.push(
		`A page on ${tab.device.name} refused ${deed} ${number} as after a reset, and there was none.`,
	);
}

/** A page that says the session goes on elsewhere takes nothing but what was being typed when its inputs closed. */
function noteRefused(story: Story, { number, deed }: Attempt, outcome: Outcome): void {
	if (deed === "draft") return;
	if (outcome.ok) story.wrong.push(`A page whose session goes on elsewhere took ${deed} ${number}.`);
	else if (outcome.refusal.code === "session_held_elsewhere") {
		story.surroundings.note("answer refused by the old device");
	}
}
