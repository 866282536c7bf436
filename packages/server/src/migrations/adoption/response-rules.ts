import { type Instant, laterOf, type SessionStatus } from "@carhythm/core";
import { statusOf } from "./status/status-mapping.ts";
import { readTime } from "./times/times.ts";

/** Stands for a moment that is not known any more: it counts as old. */
export const EPOCH: Instant = "1970-01-01T00:00:00.000Z";

/** A response as it is found. Times are what the database gives. */
export type FoundResponse = {
	status: string | null;
	created_at: unknown;
	completed_at: unknown;
	last_activity: unknown;
	/** Where its last activity comes from: this program, a moment that no student set, or an unknown source. */
	activity: "ours" | "moment" | "unknown";
};

/** The rules by which a response was changed; the report counts them. */
export type Rule = "label" | "finished" | "time_format" | "unreadable_time" | "last_activity";

/** What a response becomes; null where a field stays as it is. */
export type Repaired = {
	status: SessionStatus | null;
	created_at: Instant | null;
	completed_at: Instant | null;
	last_activity: Instant | null;
	rules: readonly Rule[];
};

/**
 * Repairs one response by rules that need no other row. Doing it again changes nothing.
 * @returns null where no rule knows the label
 */
export function repairResponse(
	found: FoundResponse,
	decisions: { assume_timezone: string; map_status: Readonly<Record<string, string>> },
): Repaired | null {
	const rules = new Set<Rule>();
	const isFinished = found.completed_at !== null;
	const labelled = statusOf(found.status, decisions.map_status);
	const status = isFinished ? "completed" : labelled;
	if (status === null) return null;
	if (status !== found.status) rules.add(status === labelled ? "label" : "finished");

	const read = (value: unknown) => readTime(value, decisions.assume_timezone);
	const created = read(found.created_at);
	const completed = read(found.completed_at);
	const active = found.activity === "moment" ? null : read(found.last_activity);
	const known = [created, completed, active].filter((time) => time !== null);
	const newest = (found.activity === "ours" ? active : null) ?? known.reduce(laterOf, EPOCH);

	/** What cannot be read stays where it is kept, and the best that is known takes its place. */
	const time = (value: unknown, ours: Instant): Instant | null => {
		if (value === ours) return null;
		rules.add(value === null || read(value) === null ? "unreadable_time" : "time_format");
		return ours;
	};
	const last_activity = found.last_activity === newest ? null : newest;
	if (last_activity) rules.add(read(found.last_activity) === newest ? "time_format" : "last_activity");
	return {
		status: status === found.status ? null : status,
		created_at: time(found.created_at, created ?? (known.length > 0 ? known.toSorted()[0] : EPOCH) ?? EPOCH),
		completed_at: isFinished ? time(found.completed_at, completed ?? newest) : null,
		last_activity,
		rules: [...rules],
	};
}
