import type { Answer, AnswerRecord, SessionState } from "@carhythm/core";
import type { Event } from "./stored.ts";
import type { Attempt, Deed, Story } from "./story.ts";

// What must have become of everything that a student did in one session.

export function checkDeeds(
	story: Story,
	attempts: readonly Attempt[],
	events: readonly Event[],
	state: SessionState,
): string[] {
	return [
		...checkAnswers(attempts, events),
		...checkNameless(attempts, events),
		...checkSeen(attempts, events, state),
		...checkOrder(story, attempts, events, state),
		...checkDrafts(story, attempts, events, state),
		...checkCompleted(events, state),
	];
}

/** The value by which an answer is known again. */
function givenIn({ value }: Event): number | null {
	return value === null ? null : ((JSON.parse(value) as { value?: number }).value ?? null);
}

type Place = Pick<Attempt, "deed" | "question_id">;

const isOf =
	({ deed, question_id }: Place) =>
	(event: Event) =>
		event.kind === deed && event.question_id === question_id;

/** What was kept is in the history once; what was refused never; and there is nothing that nobody gave. */
function checkAnswers(attempts: readonly Attempt[], events: readonly Event[]): string[] {
	const answers = attempts.filter(({ deed }) => deed === "answer");
	const wrong = answers.flatMap((attempt) => {
		const { number, value, fate } = attempt;
		const times = events.filter((event) => isOf(attempt)(event) && givenIn(event) === value).length;
		const isRight = fate === "kept" ? times === 1 : fate === "refused" ? times === 0 : times <= 1;
		return isRight ? [] : [`Answer ${number} (${fate}) is in the history ${times} times.`];
	});
	const given = new Set(answers.map(({ value }) => value));
	const strangers = events.filter((event) => event.kind === "answer" && !given.has(givenIn(event)));
	return [...wrong, ...strangers.map(({ value }) => `Nobody gave the answer ${value}.`)];
}

/**
 * Nothing in the history tells one clear of a question from another: there are as many as were kept, and
 * those that nothing was said of. Drafts may be fewer, for one that waits makes room for the next.
 */
function checkNameless(attempts: readonly Attempt[], events: readonly Event[]): string[] {
	const kinds: readonly string[] = ["clear", "draft", "complete"] satisfies Deed[];
	const nameless = attempts.filter(({ deed }) => kinds.includes(deed));
	const named = new Map(nameless.map((one) => [nameOf(one), one]));
	const wrong = [...named].flatMap(([name, place]) => {
		const there = events.filter(isOf(place)).length;
		const tried = nameless.filter((one) => nameOf(one) === name && one.fate !== "refused");
		const least = place.deed === "draft" ? 0 : tried.filter(({ fate }) => fate === "kept").length;
		const isRight = there >= least && there <= tried.length;
		return isRight
			? []
			: [`${name} is due ${least} to ${tried.length} times, and is in the history ${there} times.`];
	});
	const strangers = events
		.filter(({ kind }) => kinds.includes(kind))
		.map(({ kind, question_id }) => nameOf({ deed: kind, question_id }))
		.filter((name) => !named.has(name));
	return [...wrong, ...strangers.map((name) => `Nobody asked for ${name}.`)];
}

function nameOf({ deed, question_id }: { deed: string; question_id: number | null }): string {
	return question_id === null ? deed : `${deed} of question ${question_id}`;
}

/** Whether it came while the session took answers; null where the history does not tell one clear from another. */
function cameInTime(
	attempt: Attempt,
	attempts: readonly Attempt[],
	events: readonly Event[],
): boolean | null {
	const { deed, question_id, value, fate } = attempt;
	if (fate === "refused") return false;
	const there = events.filter(isOf(attempt));
	const inTime = there.filter(({ outcome }) => outcome !== "late");
	if (value !== null) return inTime.some((event) => givenIn(event) === value);
	const tried = attempts.filter(
		(one) => one.deed === deed && one.question_id === question_id && one.fate !== "refused",
	);
	if (inTime.length === tried.length) return true;
	return inTime.length === 0 ? false : null;
}

/**
 * Whatever the clocks and the network did: what is done to a question is later than what the student saw
 * there and changed by it.
 */
function checkSeen(
	attempts: readonly Attempt[],
	events: readonly Event[],
	{ answers }: SessionState,
): string[] {
	return attempts.flatMap((attempt) => {
		const { number, deed, question_id, seen } = attempt;
		if ((deed !== "answer" && deed !== "clear") || question_id === null || !seen) return [];
		const standing = answers[question_id];
		const isBeaten = standing && isSame(standing, seen) && cameInTime(attempt, attempts, events) === true;
		return isBeaten
			? [
					`The ${deed} ${number} was given with ${JSON.stringify(seen)} in view, which stands on question ${question_id}.`,
				]
			: [];
	});
}

/** What a page shows before it is written may still get another id. */
function isSame(standing: AnswerRecord, seen: AnswerRecord): boolean {
	if (standing.operation_id === seen.operation_id) return true;
	const values = [standing, seen].map(({ answer }) => (answer?.type === "slider" ? answer.value : null));
	return values[0] !== null && values[0] === values[1];
}

/**
 * A question that one window alone answers ends with the last of its answers that came in time (or without
 * one, where it was taken back), where the server can know the order: see docs/evidence/simulations.md.
 */
function checkOrder(
	story: Story,
	attempts: readonly Attempt[],
	events: readonly Event[],
	{ answers }: SessionState,
): string[] {
	return ordered(story, attempts).flatMap(({ question_id, tried }) => {
		const writes = tried.filter(({ deed }) => deed !== "draft");
		const came = writes.map((attempt) => cameInTime(attempt, attempts, events));
		if (came.includes(null)) return [];
		const last = writes.filter((_, index) => came[index]).at(-1);
		const standing = answers[question_id]?.answer;
		const value = standing?.type === "slider" ? standing.value : null;
		if (!last || value === last.value) return [];
		return [
			`The ${last.deed} ${last.number} was the last to question ${question_id}, and ${JSON.stringify(standing)} stands.`,
		];
	});
}

/**
 * What was half-done last is there, unless the question was answered after that: the last that was kept, or a
 * later one of that window, or another window's. What was half-done before an answer of the same window is
 * not.
 */
function checkDrafts(
	story: Story,
	attempts: readonly Attempt[],
	events: readonly Event[],
	{ drafts }: SessionState,
): string[] {
	return ordered(story, attempts, [story.questions.essay]).flatMap(({ question_id, tried }) => {
		const isLate = events.some(
			(event) => event.outcome === "late" && event.kind === "draft" && event.question_id === question_id,
		);
		if (isLate) return [];
		const begun = tried.filter(({ deed }) => deed === "draft");
		const draft = drafts[question_id]?.draft;
		const standing = begun.find(({ value }) => value === contentOf(draft));
		const isNamed = standing && !hasNewName(story, standing);
		const answers = tried.filter(({ deed }) => deed !== "draft");
		const settling = answers.find(
			(one) => isLaterInLine(one, standing) && cameInTime(one, attempts, events) === true,
		);
		if (settling && isNamed) {
			const { deed, number } = settling;
			return [`Draft ${standing.number} of question ${question_id} stands above ${deed} ${number}.`];
		}
		const kept = begun.findLast(({ fate }) => fate === "kept");
		// What may have come counts as come: it would have made the draft void.
		const isAnswered = answers.some(
			(one) => one.number > (kept?.number ?? 0) && cameInTime(one, attempts, events) !== false,
		);
		if (!kept || isAnswered) return [];
		const newer = begun.find((one) => one.fate === "kept" && isLaterInLine(one, standing));
		if (standing && !(newer && isNamed)) return [];
		return [
			`Draft ${(newer ?? kept).number} of question ${question_id} was kept, and ${JSON.stringify(draft)} stands.`,
		];
	});
}

function contentOf(draft: Answer | null | undefined): number | null {
	if (draft?.type === "essay") return Number(draft.text);
	return draft?.type === "slider" ? draft.value : null;
}

function isLaterInLine(one: Attempt, other: Attempt | undefined): boolean {
	return one.line === other?.line && one.number > other.number;
}

/**
 * The server orders the writes of one device as they were done. One that lost its name with its storage is
 * another to it.
 */
function hasNewName({ tally }: Story, { line }: Attempt): boolean {
	return line.device.kind === "memory" || !!tally["storage cleared"];
}

/** The questions that one window alone writes to, and what it did there, where the server can know the order. */
function ordered({ lines, order_known }: Story, attempts: readonly Attempt[], also: readonly number[] = []) {
	if (!order_known) return [];
	return [...lines.flatMap(({ own }) => own), ...also]
		.map((question_id) => ({ question_id, tried: attempts.filter((one) => one.question_id === question_id) }))
		.filter(({ tried }) => !tried.some(wasOnItsWayAlone));
}

/**
 * A page whose memory is all it has died with an answer under way: the next page knows nothing of it, and its
 * student answers without having it in view.
 */
function wasOnItsWayAlone({ fate, line }: Attempt): boolean {
	return fate === "open" && line.device.kind === "memory";
}

/** An assessment that was finished in time is finished for good. */
function checkCompleted(events: readonly Event[], { status }: SessionState): string[] {
	const isDone = events.some(({ kind, outcome }) => kind === "complete" && outcome !== "late");
	return isDone === (status === "completed")
		? []
		: [`It was ${isDone ? "" : "not "}completed, and is ${status}.`];
}
