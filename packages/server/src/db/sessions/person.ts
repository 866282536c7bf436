import type { Person } from "../store.ts";

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
