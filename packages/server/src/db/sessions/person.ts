import { addMinutes, type Instant, type Refusal, refuse } from "@carhythm/core";
import type { Person, StoredSession } from "../store.ts";

/** For so long after the completion the student may correct who they are. */
const CORRECTION_HOURS = 24;

/**
 * Whether it is too late to change the person of a session. A completed one stays as it is: its id must not
 * let another put their name under it for as long as the results can be read.
 */
export function refusePerson(
	{ state, completed_at }: Pick<StoredSession, "state" | "completed_at">,
	now: Instant,
): Refusal | null {
	if (state.status !== "completed") return null;
	if (now <= addMinutes(completed_at ?? state.last_activity, CORRECTION_HOURS * 60)) return null;
	const detail = `This assessment is finished. What it says of you can be changed for ${CORRECTION_HOURS} hours after that.`;
	return refuse("session_completed", detail);
}

/** What the existing product writes for a person who has not told anything yet. Never shown, never exported. */
export const PLACEHOLDER: Person = {
	email: "temp@temp.com",
	full_name: "In Progress",
	age_group: "temp",
	country: "temp",
	origin_country: "temp",
};

/** The person's data with the placeholders emptied. */
export function withoutPlaceholders(person: Person): Person {
	const shown = { ...person };
	for (const field of ["email", "full_name", "age_group", "country", "origin_country"] as const) {
		if (shown[field] === PLACEHOLDER[field]) shown[field] = "";
	}
	return shown;
}
