// What is true of a session, read off its whole history each time. The program keeps the present state and
// changes it step by step; here nothing is kept but what happened, so that the two can hardly be wrong in the
// same way.

type Status = "active" | "completed" | "user_abandoned_not_completed";

/** An answer as it travels; the model never looks inside. */
export type Content = Readonly<Record<string, unknown>>;

type Wanted =
	| { kind: "answer"; question_id: number; answer: Content }
	| { kind: "clear"; question_id: number }
	| { kind: "draft"; question_id: number; draft: Content | null }
	| { kind: "move"; question_id: number; language?: "en" | "ar" }
	| { kind: "complete" }
	| { kind: "hold"; device_id: string; label: string };

/** What no device sends by a sync. */
export type Unsent = { kind: "start" | "abandon" | "restore" | "apply_late" };

export type Deed = Wanted | Unsent;

export type Result =
	| {
			status: "applied" | "superseded";
			operation_id: string | null;
			revision: number;
			xp_gained: number;
			badges_unlocked: string[];
			/** The answer that stood and was not seen. */
			conflict?: string | null;
	  }
	| { status: "late" | "refused"; operation_id: string | null; code: string };

/** One line of a session's history. Times are milliseconds. */
export type Line = {
	revision: number;
	/** Null for an id that the server minted, until it has been read. */
	operation_id: string | null;
	deed: Deed;
	at: number;
	client_time: number | null;
	received: number;
	/** When it counts as received, where the server's clock ran ahead as it came. */
	counts_from?: number;
	outcome: "applied" | "superseded" | "late";
	/** It stands there for its id alone: a request that changed nothing when it came. */
	noted: boolean;
	result: Result | null;
	/** Of one that came late: the answer that was seen when it was given. */
	after?: string | null | undefined;
	/** Of one that a restore brought back: the answer that stood then and was not seen. */
	unseen?: string | null;
	/** Answered and ever answered, right after it. */
	counts: { answered: number; ever: number };
};

export type Stamp = { at: number; operation_id: string | null };

/** A session: what happened to it, and what no history line tells. */
export type History = {
	language: "en" | "ar";
	started: number;
	lines: Line[];
	status: Status;
	abandoned: number | null;
	completed: number | null;
	/** How far each device has come: the clock of its newest write, and the time that came of it. */
	devices: Map<string, { client_time: number; at: number }>;
};

const counted = (history: History) =>
	history.lines.filter(({ outcome, noted }) => outcome !== "late" && !noted);

function isNewer(a: Stamp, b: Stamp): boolean {
	return a.at > b.at || (a.at === b.at && (a.operation_id ?? "") > (b.operation_id ?? ""));
}

function newest(lines: readonly Line[]): Line | null {
	return lines.reduce<Line | null>((best, line) => (!best || isNewer(line, best) ? line : best), null);
}

const about = (line: Line) => ("question_id" in line.deed ? line.deed.question_id : null);
const says = (line: Line, ...kinds: Deed["kind"][]) => kinds.includes(line.deed.kind);

/** The line that decides what the answer to a question is. */
export function standing(history: History, question_id: number): Line | null {
	return newest(
		counted(history).filter((line) => about(line) === question_id && says(line, "answer", "clear")),
	);
}

export function standingAnswer(history: History, question_id: number): Content | null {
	const line = standing(history, question_id);
	return line?.deed.kind === "answer" ? line.deed.answer : null;
}

/** The answer of two that does not stand; undefined as long as each was given with the other in view. */
export function otherAnswer(history: History, question_id: number): Content | null | undefined {
	const stands = standing(history, question_id);
	// What was applied and stands no more was replaced by the one that does, also where that one came first,
	// late, and was applied last.
	const last = counted(history).findLast(
		(line) =>
			about(line) === question_id &&
			says(line, "answer", "clear") &&
			(line === stands || line.outcome === "superseded"),
	);
	const unseen = last && toldBy(last);
	if (!last || !unseen) return undefined;
	const other = stands === last ? history.lines.find(({ operation_id }) => operation_id === unseen) : last;
	const content = other?.deed.kind === "answer" ? other.deed.answer : null;
	const isSame = JSON.stringify(content) === JSON.stringify(standingAnswer(history, question_id));
	return isSame ? undefined : content;
}

/** The answer of which the reply to a write told, or a restore that brought it back. */
export function toldBy({ result, unseen }: Line): string | null | undefined {
	return (result && "conflict" in result ? result.conflict : undefined) ?? unseen;
}

export function wasEverAnswered(history: History, question_id: number): boolean {
	return counted(history).some((line) => about(line) === question_id && says(line, "answer"));
}

/** A draft counts while nothing newer was answered. */
export function standingDraft(history: History, question_id: number): Line | null {
	const draft = newest(counted(history).filter((line) => about(line) === question_id && says(line, "draft")));
	const answer = standing(history, question_id);
	return draft && (!answer || isNewer(draft, answer)) ? draft : null;
}

export function place(history: History): Line | null {
	return newest(counted(history).filter((line) => says(line, "answer", "clear", "move")));
}

export function chosenLanguage(history: History): Line | null {
	return newest(counted(history).filter(({ deed }) => deed.kind === "move" && deed.language !== undefined));
}

/** The device on which the session goes on: the last that said so, by the order in which the server heard it. */
export function holder(history: History): { device_id: string; label: string; since: number } | null {
	const line = counted(history).findLast(({ deed }) => deed.kind === "hold");
	if (line?.deed.kind !== "hold") return null;
	const { device_id, label } = line.deed;
	return { device_id, label, since: line.received };
}

export function lastActivity(history: History): number {
	const active = counted(history).filter((line) => !says(line, "start", "complete", "abandon"));
	return Math.max(history.started, ...active.map(({ received, counts_from }) => counts_from ?? received));
}

export function counts(history: History): { answered: number; ever: number } {
	const questions = new Set(counted(history).flatMap((line) => about(line) ?? []));
	const all = [...questions];
	return {
		answered: all.filter((id) => standingAnswer(history, id)).length,
		ever: all.filter((id) => wasEverAnswered(history, id)).length,
	};
}

/** All questions that the history speaks of. */
export function questionsIn(history: History): number[] {
	return [...new Set(history.lines.flatMap((line) => about(line) ?? []))].sort((a, b) => a - b);
}

export const DAY = 86_400_000;

export function isExpired(history: History, now: number): boolean {
	return now > lastActivity(history) + 30 * DAY;
}

/** What a device did in time is still taken in for as long again; see `DELIVERY_DAYS` of core. */
export function isTooLate(history: History, done: number, received: number): boolean {
	return isExpired(history, done) || isExpired(history, received - 30 * DAY);
}

/** How the contract names the badges of so many questions. */
export function badges(ever: number): string[] {
	const tens = Array.from({ length: Math.floor(ever / 10) }, (_, index) => `milestone_${(index + 1) * 10}`);
	return ever > 0 ? ["first_answer", ...tens] : [];
}
