import { SessionStatus } from "@carhythm/core";

/** The labels of a status in ours, as they stand in SQL. */
export const STATUS_LABELS = SessionStatus.options.map((label) => `'${label}'`).join(", ");

/** The names of the existing product's enumeration, in whatever letters some program wrote them. */
const NAMES: Readonly<Record<string, SessionStatus>> = {
	active: "active",
	completed: "completed",
	abandoned: "user_abandoned_not_completed",
	user_abandoned_not_completed: "user_abandoned_not_completed",
};

/**
 * What a found label stands for in ours; null where no rule says it. An empty column is a session without a
 * label yet.
 * @param decided what the operator decided for labels without a rule
 */
export function statusOf(
	label: string | null,
	decided: Readonly<Record<string, string>>,
): SessionStatus | null {
	if (label === null) return "active";
	const own = Object.hasOwn(decided, label) ? SessionStatus.safeParse(decided[label]) : null;
	if (own?.success) return own.data;
	const name = label.trim().toLowerCase();
	return Object.hasOwn(NAMES, name) ? (NAMES[name] ?? null) : null;
}

/** What to ask when no rule knows a label. */
export function unknownLabels(unknown: readonly { label: string | null; unfinished: number }[]): string {
	const labels = unknown.map(({ label, unfinished }) => `"${label}" (${unfinished} unfinished responses)`);
	const answer = unknown.map(({ label }) => `--map-status ${label}=STATUS`).join(" ");
	return `no rule says what the status ${labels.join(", ")} stands for. Say it with ${answer}, where STATUS is one of ${SessionStatus.options.join(", ")}`;
}

/** Each of our labels in the words of the program that had the database before. */
export type Vocabulary = Readonly<Record<SessionStatus, string>>;

/**
 * The words in which a program wrote its labels, learned from those that were found. What was never written
 * is said as that program would have: in capitals where it used them, `abandoned` otherwise.
 * @param found labels with a rule, the most frequent first
 */
export function vocabularyOf(found: readonly string[]): Vocabulary {
	const capitals = found.some((label) => label === label.toUpperCase());
	const words: Partial<Record<SessionStatus, string>> = {};
	for (const label of found) {
		const status = statusOf(label, {});
		if (status) words[status] ??= label;
	}
	const style = (name: string) => (capitals ? name.toUpperCase() : name);
	return {
		active: words.active ?? style("active"),
		completed: words.completed ?? style("completed"),
		user_abandoned_not_completed: words.user_abandoned_not_completed ?? style("abandoned"),
	};
}
