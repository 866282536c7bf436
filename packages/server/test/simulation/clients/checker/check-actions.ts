import type { Answer, AnswerRecord, SessionState } from "@carhythm/core";
import type { Action, ActionKind, Scenario } from "../scenario.ts";
import type { HistoryEvent } from "./session-history.ts";

/**
 * Checks that one session's history and state show every action of its students as they were told.
 * @returns the violations, in words
 */
export function checkActions(
	scenario: Scenario,
	actions: readonly Action[],
	events: readonly HistoryEvent[],
	state: SessionState,
): string[] {
	return [
		...checkAnswers(actions, events),
		...checkCounts(actions, events),
		...checkSeenAnswers(actions, events, state),
		...checkOrder(scenario, actions, events, state),
		...checkDrafts(scenario, actions, events, state),
		...checkCompleted(events, state),
	];
}

/** The value that identifies an answer. */
function answerValue({ value }: HistoryEvent): number | null {
	return value === null ? null : ((JSON.parse(value) as { value?: number }).value ?? null);
}

type ActionTarget = Pick<Action, "kind" | "question_id">;

const isEventOf =
	({ kind, question_id }: ActionTarget) =>
	(event: HistoryEvent) =>
		event.kind === kind && event.question_id === question_id;

/** A durable answer is in the history once, a refused one never, and every answer there has its action. */
function checkAnswers(actions: readonly Action[], events: readonly HistoryEvent[]): string[] {
	const answers = actions.filter(({ kind }) => kind === "answer");
	const wrong = answers.flatMap((action) => {
		const { number, value, outcome } = action;
		const times = events.filter((event) => isEventOf(action)(event) && answerValue(event) === value).length;
		const isRight = outcome === "durable" ? times === 1 : outcome === "refused" ? times === 0 : times <= 1;
		return isRight ? [] : [`Answer ${number} (${outcome}) is in the history ${times} times.`];
	});
	const given = new Set(answers.map(({ value }) => value));
	const strangers = events.filter((event) => event.kind === "answer" && !given.has(answerValue(event)));
	return [...wrong, ...strangers.map(({ value }) => `The answer ${value} has no action.`)];
}

/**
 * Clears, drafts and endings cannot be told apart in the history, so they are counted: at least the durable
 * ones, at most those that were not refused. Drafts may be fewer, because a queued draft is replaced by the
 * next.
 */
function checkCounts(actions: readonly Action[], events: readonly HistoryEvent[]): string[] {
	const kinds: readonly string[] = ["clear", "draft", "complete"] satisfies ActionKind[];
	const counted = actions.filter(({ kind }) => kinds.includes(kind));
	const named = new Map(counted.map((one) => [nameOf(one), one]));
	const wrong = [...named].flatMap(([name, target]) => {
		const there = events.filter(isEventOf(target)).length;
		const tried = counted.filter((one) => nameOf(one) === name && one.outcome !== "refused");
		const least = target.kind === "draft" ? 0 : tried.filter(({ outcome }) => outcome === "durable").length;
		const isRight = there >= least && there <= tried.length;
		return isRight
			? []
			: [`${name} is due ${least} to ${tried.length} times, and is in the history ${there} times.`];
	});
	const strangers = events
		.filter(({ kind }) => kinds.includes(kind))
		.map(({ kind, question_id }) => nameOf({ kind, question_id }))
		.filter((name) => !named.has(name));
	return [...wrong, ...strangers.map((name) => `The history has ${name}, which has no action.`)];
}

function nameOf({ kind, question_id }: { kind: string; question_id: number | null }): string {
	return question_id === null ? kind : `${kind} of question ${question_id}`;
}

/** Whether an action arrived in time. Null for a clear that the history does not tell from another. */
function cameInTime(
	action: Action,
	actions: readonly Action[],
	events: readonly HistoryEvent[],
): boolean | null {
	const { kind, question_id, value, outcome } = action;
	if (outcome === "refused") return false;
	const there = events.filter(isEventOf(action));
	const inTime = there.filter(({ outcome }) => outcome !== "late");
	if (value !== null) return inTime.some((event) => answerValue(event) === value);
	const tried = actions.filter(
		(one) => one.kind === kind && one.question_id === question_id && one.outcome !== "refused",
	);
	if (inTime.length === tried.length) return true;
	return inTime.length === 0 ? false : null;
}

/**
 * An answer or a clear replaces the answer that the student saw when making it, whatever clocks and network
 * did. The seen answer must not be current again.
 */
function checkSeenAnswers(
	actions: readonly Action[],
	events: readonly HistoryEvent[],
	{ answers }: SessionState,
): string[] {
	return actions.flatMap((action) => {
		const { number, kind, question_id, seen } = action;
		if ((kind !== "answer" && kind !== "clear") || question_id === null || !seen) return [];
		const current = answers[question_id];
		const isBack = current && isSameAnswer(current, seen) && cameInTime(action, actions, events) === true;
		return isBack
			? [
					`The ${kind} ${number} was given with ${JSON.stringify(seen)} in view, which is current again on question ${question_id}.`,
				]
			: [];
	});
}

/** Compares values as well as ids: a page may show an answer before its id is final. */
function isSameAnswer(current: AnswerRecord, seen: AnswerRecord): boolean {
	if (current.operation_id === seen.operation_id) return true;
	const values = [current, seen].map(({ answer }) => (answer?.type === "slider" ? answer.value : null));
	return values[0] !== null && values[0] === values[1];
}

/**
 * A question that only one window answers ends with the last answer or clear of that window that arrived in
 * time. Where the server cannot know the order, nothing is checked: see docs/evidence/simulations.md, known
 * limits.
 */
function checkOrder(
	scenario: Scenario,
	actions: readonly Action[],
	events: readonly HistoryEvent[],
	{ answers }: SessionState,
): string[] {
	return orderedQuestions(scenario, actions).flatMap(({ question_id, tried }) => {
		const writes = tried.filter(({ kind }) => kind !== "draft");
		const came = writes.map((action) => cameInTime(action, actions, events));
		if (came.includes(null)) return [];
		const last = writes.filter((_, index) => came[index]).at(-1);
		const current = answers[question_id]?.answer;
		const value = current?.type === "slider" ? current.value : null;
		if (!last || value === last.value) return [];
		return [
			`The ${last.kind} ${last.number} was the last to question ${question_id}, and ${JSON.stringify(current)} is current.`,
		];
	});
}

/**
 * The current draft of a question is the last durable one, a later one of the same window, or another
 * window's. It is gone if the question was answered or cleared after it, and must be gone if the same window
 * did that.
 */
function checkDrafts(
	scenario: Scenario,
	actions: readonly Action[],
	events: readonly HistoryEvent[],
	{ drafts }: SessionState,
): string[] {
	return orderedQuestions(scenario, actions, [scenario.questions.essay]).flatMap(({ question_id, tried }) => {
		const isLate = events.some(
			(event) => event.outcome === "late" && event.kind === "draft" && event.question_id === question_id,
		);
		if (isLate) return [];
		const drafted = tried.filter(({ kind }) => kind === "draft");
		const draft = drafts[question_id]?.draft;
		const current = drafted.find(({ value }) => value === draftValue(draft));
		const hasKnownDevice = current && !mayHaveNewDeviceId(scenario, current);
		const answers = tried.filter(({ kind }) => kind !== "draft");
		const later_answer = answers.find(
			(one) => isLaterInWindow(one, current) && cameInTime(one, actions, events) === true,
		);
		if (later_answer && hasKnownDevice) {
			const { kind, number } = later_answer;
			return [`Draft ${current.number} of question ${question_id} is current, after ${kind} ${number}.`];
		}
		const durable = drafted.findLast(({ outcome }) => outcome === "durable");
		// An answer that may have arrived counts as arrived, because it would have voided the draft.
		const isAnswered = answers.some(
			(one) => one.number > (durable?.number ?? 0) && cameInTime(one, actions, events) !== false,
		);
		if (!durable || isAnswered) return [];
		const newer = drafted.find((one) => one.outcome === "durable" && isLaterInWindow(one, current));
		if (current && !(newer && hasKnownDevice)) return [];
		return [
			`Draft ${(newer ?? durable).number} of question ${question_id} is durable, and ${JSON.stringify(draft)} is current.`,
		];
	});
}

function draftValue(draft: Answer | null | undefined): number | null {
	if (draft?.type === "essay") return Number(draft.text);
	return draft?.type === "slider" ? draft.value : null;
}

function isLaterInWindow(one: Action, other: Action | undefined): boolean {
	return one.window === other?.window && one.number > other.number;
}

/** A device that lost its id with its storage is another one to the server, which orders writes by device. */
function mayHaveNewDeviceId({ event_counts }: Scenario, { window }: Action): boolean {
	return window.device.kind === "memory" || !!event_counts["storage cleared"];
}

/** The questions that only one window writes to, with its actions, where the server can know their order. */
function orderedQuestions(
	{ windows, order_known }: Scenario,
	actions: readonly Action[],
	also: readonly number[] = [],
) {
	if (!order_known) return [];
	return [...windows.flatMap(({ own_questions }) => own_questions), ...also]
		.map((question_id) => ({ question_id, tried: actions.filter((one) => one.question_id === question_id) }))
		.filter(({ tried }) => !tried.some(wasLostInFlight));
}

/**
 * A page without a storage died with this action under way. The next page does not know of it, so its student
 * answers without having it in view.
 */
function wasLostInFlight({ outcome, window }: Action): boolean {
	return outcome === "unknown" && window.device.kind === "memory";
}

/** A session is completed if and only if a `complete` arrived in time. */
function checkCompleted(events: readonly HistoryEvent[], { status }: SessionState): string[] {
	const isDone = events.some(({ kind, outcome }) => kind === "complete" && outcome !== "late");
	return isDone === (status === "completed")
		? []
		: [`It was ${isDone ? "" : "not "}completed, and is ${status}.`];
}
