import type { Outcome, Session } from "@carhythm/client";
import { eventLoopTurns } from "@carhythm/client/testing";
import type { Answer, Refusal } from "@carhythm/core";
import { FINEST } from "../simulated-assessment.ts";
import { continueHere } from "./continue-here.ts";
import type { Tab } from "./environment/environment.ts";
import type { ScenarioEvent } from "./environment/event-counts.ts";
import type { Action, ActionKind, Scenario, StudentWindow } from "./scenario.ts";

/** Lets the student act in a page, and records what the page says of it. */
export async function performAction(
	scenario: Scenario,
	window: StudentWindow,
	tab: Tab,
	kind: ActionKind,
): Promise<void> {
	const { session } = tab;
	if (!session) return;
	const { chance, actions } = scenario;
	if (session.held_elsewhere && kind !== "draft" && chance.oneIn(2)) await continueHere(scenario, tab);
	if (tab.dead) return;
	const isHeld = session.held_elsewhere !== null;
	const question_id = drawQuestion(scenario, window, kind);
	const value = kind === "answer" || kind === "draft" ? drawValue(scenario) : null;
	const action: Action = {
		number: actions.length,
		session_id: session.session_id,
		kind,
		question_id,
		value,
		seen: (question_id !== null && session.state.answers[question_id]) || null,
		window,
		tab,
		outcome: "unknown",
	};
	actions.push(action);
	const done = sendAction(scenario, session, action).then((response) => {
		if (tab.dead) return;
		action.outcome = !response.ok ? "refused" : response.on_device ? "durable" : "in_memory";
		if (response.ok) scenario.environment.countEvent(EVENT_OF[kind]);
		else checkNotEnded(scenario, action, response.refusal);
		if (isHeld) checkHeldElsewhere(scenario, action, response);
	});
	if (chance.oneIn(3)) await eventLoopTurns(1);
	else await Promise.race([done, tab.died]);
}

const EVENT_OF: Readonly<Record<ActionKind, ScenarioEvent>> = {
	answer: "answered",
	clear: "answer cleared",
	draft: "draft begun",
	complete: "completed",
};

function drawQuestion(
	{ chance, questions }: Scenario,
	window: StudentWindow,
	kind: ActionKind,
): number | null {
	switch (kind) {
		case "answer":
		case "clear":
			return chance.pick([...window.own_questions, ...window.own_questions, ...questions.shared]);
		case "draft":
			return chance.pick([...window.own_questions, questions.essay]);
		case "complete":
			return null;
	}
}

function drawValue({ chance, actions }: Scenario): number {
	const value = actions.length * 1000 + chance.nat(1000);
	if (value > FINEST) throw new Error("The scenario has more answers than the slider has values.");
	return value;
}

function sendAction(
	scenario: Scenario,
	session: Session,
	{ kind, question_id, value }: Action,
): Promise<Outcome> {
	if (question_id === null) return session.complete();
	if (value === null) return session.clear(question_id);
	const isText = question_id === scenario.questions.essay;
	const given: Answer = isText ? { type: "essay", text: String(value) } : { type: "slider", value };
	return kind === "draft" ? session.draft(question_id, given) : session.answer(question_id, given);
}

/** A page may end as after a reset only if there was one, whatever else happens to its browser's storage. */
function checkNotEnded(scenario: Scenario, { number, kind, tab }: Action, { code }: Refusal): void {
	if (code !== "session_not_found" || tab.resets_at_open < tab.device.resets) return;
	scenario.violations.push(
		`A page on ${tab.device.name} refused ${kind} ${number} as after a reset, and there was none.`,
	);
}

/** A page whose session is held elsewhere must refuse everything but a draft of what was being typed. */
function checkHeldElsewhere(scenario: Scenario, { number, kind }: Action, response: Outcome): void {
	if (kind === "draft") return;
	if (response.ok) scenario.violations.push(`A page whose session goes on elsewhere took ${kind} ${number}.`);
	else if (response.refusal.code === "session_held_elsewhere") {
		scenario.environment.countEvent("answer refused by the old device");
	}
}
