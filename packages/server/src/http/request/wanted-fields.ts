import { PERSONAL_FIELDS, type PersonalField } from "../../privacy-settings.ts";
import type { Deps } from "../context.ts";

/** What was given, without what the operator does not want to have: a client that asks for it keeps working. */
export function wantedFields<T extends Partial<Record<PersonalField, string>>>(
	given: T,
	{ personal_fields }: Pick<Deps["config"], "personal_fields">,
): T {
	if (!personal_fields) return given;
	const wanted = { ...given };
	for (const field of PERSONAL_FIELDS) {
		if (field in wanted && !personal_fields.includes(field)) Object.assign(wanted, { [field]: "" });
	}
	return wanted;
}
