import * as z from "#schema";
import { checkAnswer, checkDraft } from "./answer.ts";
import type { AssessmentIndex } from "./assessment.ts";
import { isTooLate } from "./expiry.ts";
import { OperationId, type SessionId } from "./ids.ts";
import { Answer } from "./question-types/index.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { Language, StorableText } from "./text.ts";
import { Instant, laterOf, toInstant, toMillis } from "./time.ts";
import { unreachable } from "./unreachable.ts";

/** What the database stores. Expired is no status: it follows from `last_activity` and the clock. */
export const SessionStatus = z.enum(["active", "completed", "user_abandoned_not_completed"]);
export type SessionStatus = z.infer<typeof SessionStatus>;

/** The order of writes: by time, ties by operation id, so that every device and server agrees on the later one. */
const stamp = { at: Instant, operation_id: OperationId };
const Stamp = z.object(stamp);
type Stamp = z.infer<typeof Stamp>;

/** The standing answer to one question; `answer` is null after it was cleared. */
export const AnswerRecord = z.object({
	...stamp,
	answer: z.nullable(Answer),
	/** Whether the question ever had an answer: it then counts for XP, once. */
	ever: z.boolean(),
	/** The server's number of the event within the session; 0 while the event is only on a device. */
	revision: z.int(),
	/**
	 * Only after two devices answered without seeing each other's answer: the one that does not stand, null
	 * where it was taken back there. The next write to the question settles it.
	 */
	other: z.optional(z.nullable(Answer)),
});
export type AnswerRecord = z.infer<typeof AnswerRecord>;

/** Something half-done: text not yet submitted, a ranking under way. Null when it was discarded. */
export const DraftRecord = z.object({ ...stamp, draft: z.nullable(Answer) });
export type DraftRecord = z.infer<typeof DraftRecord>;

/** Where the student is. Both ids are null before the first move. */
export const Position = z.object({
	...stamp,
	page_id: z.nullable(z.int()),
	question_id: z.nullable(z.int()),
});
export type Position = z.infer<typeof Position>;

/**
 * What a device calls itself to a person, for example "Chrome (Android)". It is shown as it comes and means
 * nothing else.
 */
const DeviceLabel = StorableText.check(z.minLength(1, "must not be empty"), z.maxLength(60));

/** The device on which the student goes on. All others are read-only until they take the session back. */
export const Holder = z.object({
	device_id: OperationId,
	label: DeviceLabel,
	/** By the server's clock. */
	since: Instant,
});
export type Holder = z.infer<typeof Holder>;

/**
 * The present state of one session: a value, the same in the browser, on the wire and on the server. The
 * server may hold a part of `answers` and `drafts` only (the questions at hand); the counts are of the whole.
 */
export const SessionState = z.object({
	session_id: z.custom<SessionId>((value) => typeof value === "string"),
	status: SessionStatus,
	language: Language,
	/** When the student last chose the language; null while it is the one of the start. */
	language_chosen: z.nullable(Stamp),
	started_at: Instant,
	last_activity: Instant,
	/** The highest revision that is part of this state. */
	revision: z.int(),
	place: z.nullable(Position),
	/** Null while every device may write: from the start to the first hand-off. */
	holder: z._default(z.nullable(Holder), null),
	/** By question id. */
	answers: z.record(z.string(), AnswerRecord),
	/** By question id. */
	drafts: z.record(z.string(), DraftRecord),
	/** Questions that have an answer now. */
	answered: z.int(),
	/** Distinct questions that ever had an answer: the base of XP and badges. */
	ever_answered: z.int(),
});
export type SessionState = z.infer<typeof SessionState>;

const byQuestion = { question_id: z.int() };

/** What a client may ask of a session through `sync`. */
export const Command = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("answer"), ...byQuestion, answer: Answer }),
	z.object({ kind: z.literal("clear"), ...byQuestion }),
	/** Keeps something half-done, or discards it with null. It holds nothing that the question does not have. */
	z.object({ kind: z.literal("draft"), ...byQuestion, draft: z.nullable(Answer) }),
	/** The student now looks at this question, in this language. Resuming sends one. */
	z.object({ kind: z.literal("move"), ...byQuestion, language: z.optional(Language) }),
	z.object({ kind: z.literal("complete") }),
	/**
	 * The student goes on here: by a code from another device, or by "Continue here instead". The server
	 * orders them.
	 */
	z.object({ kind: z.literal("hold"), device_id: OperationId, label: DeviceLabel }),
]);
export type Command = z.infer<typeof Command>;

/** Commands with an endpoint of their own. */
export type LifecycleCommand = { kind: "abandon" } | { kind: "restore" };

/** What happened: a command that was accepted, with its place in time. Events are appended and never changed. */
export type SessionEvent = Stamp & {
	/** When the server took it in (on a device: when it was done). The only time that counts as activity. */
	received_at: Instant;
	/** The server's number within the session, from 1; 0 while the event is only on a device. */
	revision: number;
	body: Command | LifecycleCommand;
};

/** When an operation happened and by which rules it is judged. */
export type DecisionContext = {
	/** The judge's clock. */
	received: Instant;
	/**
	 * See `correctedTime`; null for a write without a clock of its own, which then counts as later than all
	 * before it.
	 */
	at: Instant | null;
	/** Days without activity after which a session expires; null where the server decides (in the browser). */
	expiry_days: number | null;
	/**
	 * The device on which it is being done; its id is null before its first write. Absent on the server, which
	 * never asks who holds the session: what a device had queued before the hand-off counts, whenever it
	 * comes.
	 */
	device?: { id: OperationId | null };
};

/** The outcome of {@link decide}. */
export type Decision = { ok: true; event: SessionEvent } | { ok: false; refusal: Refusal };

/** A session that has just begun. */
export function beginSession(start: {
	session_id: SessionId;
	language: Language;
	started_at: Instant;
}): SessionState {
	return {
		...start,
		language_chosen: null,
		status: "active",
		last_activity: start.started_at,
		revision: 0,
		place: null,
		holder: null,
		answers: {},
		drafts: {},
		answered: 0,
		ever_answered: 0,
	};
}

/**
 * Judges one command: the same rules in the browser, before anything is stored, and on the server, where they bind.
 * @returns the event to append and {@link apply}, or the reason why not. It never throws for anything a
 *   client can send.
 */
export function decide(
	index: AssessmentIndex,
	state: SessionState,
	operation: { operation_id: OperationId; command: Command | LifecycleCommand },
	moment: DecisionContext,
): Decision {
	const { command, operation_id } = operation;
	// Content first: what is kept aside as late from an ended session must be fit to apply if it is restored.
	const refusal =
		refuseByContent(index, command) ??
		refuseByStatus(state, command, moment) ??
		refuseByHolder(state, command, moment);
	if (refusal) return { ok: false, refusal };
	const at = moment.at ?? afterAllBefore(state, command, moment.received);
	return { ok: true, event: { operation_id, at, received_at: moment.received, revision: 0, body: command } };
}

function refuseByStatus(
	state: SessionState,
	command: Command | LifecycleCommand,
	moment: DecisionContext,
): Refusal | null {
	if (command.kind === "restore") return null;
	switch (state.status) {
		case "completed":
			return command.kind === "complete"
				? null
				: refuse("session_completed", "This assessment is already finished; its answers stay as they are.");
		case "user_abandoned_not_completed":
			return command.kind === "abandon"
				? null
				: refuse("session_abandoned", "This assessment was set aside by starting fresh.");
		case "active":
			return command.kind !== "abandon" &&
				moment.expiry_days !== null &&
				isTooLate(
					state.last_activity,
					{ done: moment.at ?? moment.received, received: moment.received },
					moment.expiry_days,
				)
				? refuse(
						"session_expired",
						`This assessment was not visited for ${moment.expiry_days} days and has expired. Start a new one.`,
					)
				: null;
		default:
			return unreachable(state.status);
	}
}

/** The device on which the session goes on, seen from this one; null when this one may write. */
export function heldElsewhere(state: SessionState, device_id: OperationId | null): Holder | null {
	return state.holder && state.holder.device_id !== device_id ? state.holder : null;
}

function refuseByHolder(
	state: SessionState,
	command: Command | LifecycleCommand,
	{ device }: DecisionContext,
): Refusal | null {
	if (!device || !heldElsewhere(state, device.id)) return null;
	// A draft is what was being typed at the moment in which the inputs closed; it must not be lost.
	if (command.kind === "hold" || command.kind === "draft") return null;
	return refuse("session_held_elsewhere", "You went on with this assessment on another device.");
}

function refuseByContent(index: AssessmentIndex, command: Command | LifecycleCommand): Refusal | null {
	if (!("question_id" in command)) return null;
	const place = index.by_question.get(command.question_id);
	if (!place) return refuse("question_not_found", "This question is not part of the assessment.");
	switch (command.kind) {
		case "answer":
			return checkAnswer(place.question, command.answer);
		case "draft":
			return command.draft ? checkDraft(place.question, command.draft) : null;
		case "clear":
		case "move":
			return null;
		default:
			return unreachable(command);
	}
}

function afterAllBefore(
	state: SessionState,
	command: Command | LifecycleCommand,
	received: Instant,
): Instant {
	const before: (Stamp | null | undefined)[] = [state.place];
	if ("question_id" in command) {
		before.push(state.answers[command.question_id], state.drafts[command.question_id]);
	}
	return before.reduce<Instant>(
		(latest, other) => (other && other.at >= latest ? toInstant(toMillis(other.at) + 1) : latest),
		received,
	);
}

/**
 * The time of a write to a question that was made with a known answer in view: it is later than that one,
 * whatever the clocks of two devices say.
 * @param after the id of the write that stood when this one was made
 */
export function afterSeen(
	state: SessionState,
	question_id: number,
	after: OperationId | null | undefined,
	at: Instant,
): Instant {
	const seen = state.answers[question_id];
	return seen && seen.operation_id === after && at <= seen.at ? toInstant(toMillis(seen.at) + 1) : at;
}

function isLater(a: Stamp, b: Stamp | null | undefined): boolean {
	if (!b || a.at > b.at) return true;
	return a.at === b.at && a.operation_id > b.operation_id;
}

/**
 * The state after an event. Answers, clears, drafts and moves commute: whatever the order of arrival, the
 * later one by its stamp stands. Completing, abandoning, restoring and handing off are put in order by the
 * server. An event must be applied once: who applies it knows which operation ids it has seen.
 */
export function apply(index: AssessmentIndex, state: SessionState, event: SessionEvent): SessionState {
	const revision = Math.max(state.revision, event.revision);
	const { body } = event;
	switch (body.kind) {
		case "answer":
			return visit(index, setAnswer({ ...state, revision }, event, body.question_id, body.answer), event);
		case "clear":
			return visit(index, setAnswer({ ...state, revision }, event, body.question_id, null), event);
		case "draft":
			return touch(setDraft({ ...state, revision }, event, body.question_id, body.draft), event);
		case "move":
			return visit(index, setLanguage({ ...state, revision }, event, body.language), event);
		case "complete":
			return { ...state, revision, status: "completed" };
		case "abandon":
			return { ...state, revision, status: "user_abandoned_not_completed" };
		case "restore":
			return touch({ ...state, revision, status: "active" }, event);
		case "hold": {
			const { device_id, label } = body;
			return touch({ ...state, revision, holder: { device_id, label, since: event.received_at } }, event);
		}
		default:
			return unreachable(body);
	}
}

function touch(state: SessionState, event: SessionEvent): SessionState {
	return { ...state, last_activity: laterOf(state.last_activity, event.received_at) };
}

function visit(index: AssessmentIndex, state: SessionState, event: SessionEvent): SessionState {
	const { at, operation_id, body } = event;
	const found = "question_id" in body ? index.by_question.get(body.question_id) : undefined;
	if (!found || !isLater(event, state.place)) return touch(state, event);
	const place: Position = { at, operation_id, page_id: found.page.id, question_id: found.question.id };
	return touch({ ...state, place }, event);
}

function setLanguage(state: SessionState, event: SessionEvent, language: Language | undefined): SessionState {
	if (!language || !isLater(event, state.language_chosen)) return state;
	return { ...state, language, language_chosen: { at: event.at, operation_id: event.operation_id } };
}

function setAnswer(
	state: SessionState,
	event: SessionEvent,
	question_id: number,
	answer: Answer | null,
): SessionState {
	const before = state.answers[question_id];
	const ever = answer !== null || (before?.ever ?? false);
	const record: AnswerRecord =
		before && !isLater(event, before)
			? { ...before, ever }
			: { at: event.at, operation_id: event.operation_id, answer, ever, revision: event.revision };
	const { [question_id]: draft, ...otherDrafts } = state.drafts;
	return {
		...state,
		answers: { ...state.answers, [question_id]: record },
		drafts: draft && isLater(record, draft) ? otherDrafts : state.drafts,
		answered: state.answered + (record.answer ? 1 : 0) - (before?.answer ? 1 : 0),
		ever_answered: state.ever_answered + (ever && !before?.ever ? 1 : 0),
	};
}

function setDraft(
	state: SessionState,
	event: SessionEvent,
	question_id: number,
	draft: Answer | null,
): SessionState {
	const outdated = !isLater(event, state.drafts[question_id]) || !isLater(event, state.answers[question_id]);
	if (outdated) return state;
	const record: DraftRecord = { at: event.at, operation_id: event.operation_id, draft };
	return { ...state, drafts: { ...state.drafts, [question_id]: record } };
}
