import type { Outcome } from "@carhythm/client";
import { type Answer, answerTo, draftOf, isEmptyAnswer, type Question, type Refusal } from "@carhythm/core";
import { type ReadonlySignal, signal } from "@preact/signals";
import { answer, goNext, opened } from "../visit/actions.ts";
import type { Route } from "../visit/routes.ts";
import { dropUnloadDraft, type Touch } from "../visit/unload-draft.ts";
import type { Visit } from "../visit/visit.ts";

/** A choice stays visible for this long before the next question comes. */
const BEAT_MS = 350;

/**
 * One question being answered. What is in the control goes three ways: given as the answer, held as a draft,
 * or — between two keystrokes — only live.
 */
export type AnswerEditor = {
	readonly question: Question;
	/** What the control shows: what is live in it, else the draft, else the standing answer. */
	value(): Answer | null;
	/** The write by which the session last heard of this question. */
	touched(): Touch | undefined;
	readonly refusal: ReadonlySignal<Refusal | null>;
	/** True in the moment between a choice and the next question. */
	readonly leaving: ReadonlySignal<boolean>;
	/** Gives an answer and stays. */
	choose(value: Answer): void;
	/** Gives an answer and goes on after a beat. */
	chooseAndLeave(value: Answer): void;
	/** Keeps something half-done, at once or when nothing changed for `delay` milliseconds. */
	hold(value: Answer, delay?: number): void;
	/** Keeps at once what a delay still holds back. */
	holdNow(): void;
	/** What is in the control and nowhere else yet. */
	unheld(): Answer | null;
	/** Gives what is in the control as the answer and goes on; an emptied control takes the answer back. */
	commit(): void;
	/** Lets one of two devices' answers stand, and stays; null takes the answer back. */
	settleOn(value: Answer | null): void;
	/** Goes on without an answer. */
	skip(): void;
	/** The screen has left the question: nothing goes on by itself any more, and nothing half-done is lost. */
	end(): void;
};

/** Makes the {@link AnswerEditor} on one question. */
export function createAnswerEditor(visit: Visit, route: Route, question: Question): AnswerEditor {
	const live = signal<Answer | null>(null);
	const refusal = signal<Refusal | null>(null);
	const leaving = signal(false);
	let ended = false;
	/** The same answer is not given twice because Next comes before the first was taken in. */
	let lastGiven: { answer: Answer; accepted: Promise<boolean> } | null = null;
	let beat: ReturnType<typeof setTimeout> | undefined;
	let pause: ReturnType<typeof setTimeout> | undefined;

	const value = () => {
		const state = visit.view.value?.state;
		return live.value ?? (state ? (draftOf(state, question.id) ?? answerTo(state, question.id)) : null);
	};
	const leave = () => {
		if (!ended) goNext(visit, route);
	};
	const settle = (outcome: Outcome, given: Answer | null, isAnswer = true) => {
		// That a text is kept does not settle why it was not taken as the answer, which may have been told meanwhile.
		if (isAnswer || !outcome.ok) refusal.value = outcome.ok ? null : outcome.refusal;
		if (outcome.ok && live.value === given) live.value = null;
		return outcome.ok;
	};
	const take = async (given: Answer) => settle(await answer(visit, question.id, given), given);
	const give = (given: Answer) => {
		const accepted = take(given);
		lastGiven = { answer: given, accepted };
		return accepted;
	};
	const keep = async (draft: Answer) => {
		if (settle(await opened(visit).draft(question.id, draft), draft, false)) dropUnloadDraft();
	};
	const takeBack = async () => {
		const session = opened(visit);
		live.value = null;
		if (draftOf(session.state, question.id)) settle(await session.draft(question.id, null), null);
		if (answerTo(session.state, question.id)) settle(await session.clear(question.id), null);
	};
	const clearAnswer = async () => settle(await opened(visit).clear(question.id), null);
	const holdNow = () => {
		clearTimeout(pause);
		const { value: waiting } = live;
		// There is none any more where this browser was made to forget it.
		if (waiting !== null && visit.session !== null) void keep(waiting);
	};

	return {
		question,
		value,
		touched() {
			const { answers, drafts } = opened(visit).state;
			return drafts[question.id] ?? answers[question.id];
		},
		refusal,
		leaving,
		choose(given) {
			// Shown at once: a key held down gives the next value before this one is taken in.
			live.value = given;
			void give(given);
		},
		chooseAndLeave(given) {
			clearTimeout(beat);
			leaving.value = true;
			const accepted = give(given);
			beat = setTimeout(async () => {
				if (await accepted) leave();
				leaving.value = false;
			}, BEAT_MS);
		},
		hold(draft, delay = 0) {
			live.value = draft;
			refusal.value = null;
			clearTimeout(pause);
			if (delay === 0) void keep(draft);
			else pause = setTimeout(holdNow, delay);
		},
		holdNow,
		unheld: () => live.value,
		async commit() {
			clearTimeout(pause);
			const current = value();
			if (current === null || leaving.value) return;
			const state = opened(visit).state;
			const standing = live.value === null && draftOf(state, question.id) === null;
			if (isEmptyAnswer(current)) await takeBack();
			else if (!standing) {
				const isGiven = lastGiven?.answer === current;
				if (!(await (isGiven ? lastGiven?.accepted : give(current)))) return;
			}
			leave();
		},
		settleOn(chosen) {
			// Half-done text would cover what was just chosen.
			live.value = chosen;
			if (chosen) void give(chosen);
			else void clearAnswer();
		},
		skip: leave,
		end() {
			ended = true;
			clearTimeout(beat);
			holdNow();
		},
	};
}
