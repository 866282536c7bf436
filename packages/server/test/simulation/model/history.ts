// The state of a session, derived from its whole history by searching. The product keeps the current state
// and changes it step by step, so the two can hardly have the same fault.

type Status = "active" | "completed" | "user_abandoned_not_completed";

/** An answer as it is sent. The model never looks inside. */
export type AnswerContent = Readonly<Record<string, unknown>>;

type SyncCommand =
	| { kind: "answer"; question_id: number; answer: AnswerContent }
	| { kind: "clear"; question_id: number }
	| { kind: "draft"; question_id: number; draft: AnswerContent | null }
	| { kind: "move"; question_id: number; language?: "en" | "ar" }
	| { kind: "complete" }
	| { kind: "hold"; device_id: string; label: string };

/** Commands that no sync carries. */
export type ServerCommand = { kind: "start" | "abandon" | "restore" | "apply_late" };

export type ModelCommand = SyncCommand | ServerCommand;

export type Result =
	| {
			status: "applied" | "superseded";
			operation_id: string | null;
			revision: number;
			xp_gained: number;
			badges_unlocked: string[];
			/** The operation id of the answer that was current and not seen. */
			conflict?: string | null;
	  }
	| { status: "late" | "refused"; operation_id: string | null; code: string };

/** One entry of a session's history. Times are milliseconds. */
export type HistoryEntry = {
	revision: number;
	/** Null for an id that the server minted, until a comparison has read it. */
	operation_id: string | null;
	command: ModelCommand;
	at: number;
	client_time: number | null;
	received: number;
	/** When it counts as received, if the server's clock ran ahead at that moment. */
	counts_as_received?: number;
	outcome: "applied" | "superseded" | "late";
	/** Whether the entry only records an operation id, of a request that changed nothing. */
	changes_nothing: boolean;
	result: Result | null;
	/** Of a late entry: the operation id of the answer that the student saw. */
	after?: string | null | undefined;
	/**
	 * Of a late entry that was applied: the operation id of the answer that was current then and not seen.
	 */
	conflict_when_applied?: string | null;
	/** Questions answered, and ever answered, right after this entry. */
	counts: { answered: number; ever: number };
};

export type Stamp = { at: number; operation_id: string | null };

/** A session's entries, and the facts that no entry holds. */
export type History = {
	language: "en" | "ar";
	started: number;
	entries: HistoryEntry[];
	status: Status;
	abandoned: number | null;
	completed: number | null;
	/** Each device's watermark: the clock of its newest write, and the time that this write got. */
	devices: Map<string, { client_time: number; at: number }>;
};

const effectiveEntries = (history: History) =>
	history.entries.filter(({ outcome, changes_nothing }) => outcome !== "late" && !changes_nothing);

function isNewer(a: Stamp, b: Stamp): boolean {
	return a.at > b.at || (a.at === b.at && (a.operation_id ?? "") > (b.operation_id ?? ""));
}

function newest(entries: readonly HistoryEntry[]): HistoryEntry | null {
	return entries.reduce<HistoryEntry | null>(
		(best, entry) => (!best || isNewer(entry, best) ? entry : best),
		null,
	);
}

const questionOf = (entry: HistoryEntry) =>
	"question_id" in entry.command ? entry.command.question_id : null;
const isKind = (entry: HistoryEntry, ...kinds: ModelCommand["kind"][]) => kinds.includes(entry.command.kind);

/** The answer or clear that decides a question. */
export function currentWrite(history: History, question_id: number): HistoryEntry | null {
	return newest(
		effectiveEntries(history).filter(
			(entry) => questionOf(entry) === question_id && isKind(entry, "answer", "clear"),
		),
	);
}

export function currentAnswer(history: History, question_id: number): AnswerContent | null {
	const entry = currentWrite(history, question_id);
	return entry?.command.kind === "answer" ? entry.command.answer : null;
}

/** The other answer of a conflict; undefined where each write was made with the other in view. */
export function conflictingAnswer(history: History, question_id: number): AnswerContent | null | undefined {
	const current = currentWrite(history, question_id);
	// An applied entry that is not current was replaced by the current one, even where that one is older in
	// the history, arrived late and was applied last.
	const last = effectiveEntries(history).findLast(
		(entry) =>
			questionOf(entry) === question_id &&
			isKind(entry, "answer", "clear") &&
			(entry === current || entry.outcome === "superseded"),
	);
	const unseen = last && reportedConflict(last);
	if (!last || !unseen) return undefined;
	const other = current === last ? history.entries.find(({ operation_id }) => operation_id === unseen) : last;
	const content = other?.command.kind === "answer" ? other.command.answer : null;
	const isSame = JSON.stringify(content) === JSON.stringify(currentAnswer(history, question_id));
	return isSame ? undefined : content;
}

/** The conflict that the reply to a write reported, or that arose when a late write was applied. */
export function reportedConflict({ result, conflict_when_applied }: HistoryEntry): string | null | undefined {
	return (result && "conflict" in result ? result.conflict : undefined) ?? conflict_when_applied;
}

export function wasEverAnswered(history: History, question_id: number): boolean {
	return effectiveEntries(history).some(
		(entry) => questionOf(entry) === question_id && isKind(entry, "answer"),
	);
}

/** A draft is current until a newer answer or clear. */
export function currentDraft(history: History, question_id: number): HistoryEntry | null {
	const draft = newest(
		effectiveEntries(history).filter((entry) => questionOf(entry) === question_id && isKind(entry, "draft")),
	);
	const answer = currentWrite(history, question_id);
	return draft && (!answer || isNewer(draft, answer)) ? draft : null;
}

export function currentPlace(history: History): HistoryEntry | null {
	return newest(effectiveEntries(history).filter((entry) => isKind(entry, "answer", "clear", "move")));
}

export function chosenLanguage(history: History): HistoryEntry | null {
	return newest(
		effectiveEntries(history).filter(
			({ command }) => command.kind === "move" && command.language !== undefined,
		),
	);
}

/** The device that holds the session: that of the last hold, in the order of arrival. */
export function currentHolder(history: History): { device_id: string; label: string; since: number } | null {
	const entry = effectiveEntries(history).findLast(({ command }) => command.kind === "hold");
	if (entry?.command.kind !== "hold") return null;
	const { device_id, label } = entry.command;
	return { device_id, label, since: entry.received };
}

export function lastActivity(history: History): number {
	const active = effectiveEntries(history).filter((entry) => !isKind(entry, "start", "complete", "abandon"));
	return Math.max(
		history.started,
		...active.map(({ received, counts_as_received }) => counts_as_received ?? received),
	);
}

export function counts(history: History): { answered: number; ever: number } {
	const questions = new Set(effectiveEntries(history).flatMap((entry) => questionOf(entry) ?? []));
	const all = [...questions];
	return {
		answered: all.filter((id) => currentAnswer(history, id)).length,
		ever: all.filter((id) => wasEverAnswered(history, id)).length,
	};
}

/** Every question that the history names. */
export function questionsIn(history: History): number[] {
	return [...new Set(history.entries.flatMap((entry) => questionOf(entry) ?? []))].sort((a, b) => a - b);
}

export const DAY = 86_400_000;

export function isExpired(history: History, now: number): boolean {
	return now > lastActivity(history) + 30 * DAY;
}

/** An operation done before the expiry is accepted for 30 days after it; see `LATE_DELIVERY_DAYS` of core. */
export function isTooLate(history: History, done: number, received: number): boolean {
	return isExpired(history, done) || isExpired(history, received - 30 * DAY);
}

/** The badges of so many questions ever answered, by their names in the contract. */
export function badges(ever: number): string[] {
	const tens = Array.from({ length: Math.floor(ever / 10) }, (_, index) => `milestone_${(index + 1) * 10}`);
	return ever > 0 ? ["first_answer", ...tens] : [];
}
