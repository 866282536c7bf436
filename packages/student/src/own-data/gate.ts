import {
	type ConsentKind,
	consentKinds,
	consentNeed,
	type PrivacyNotice,
	type PrivacyReply,
	refuseWithoutConsent,
} from "@carhythm/core";
import type { SessionView } from "../visit/visit.ts";

/** Why no answer is given just now: the notice comes first. Null where nothing stands in the way. */
type Gate = "required" | "withdrawn" | "changed" | null;

/** What has to be said before the next answer. A session from before the notice is not disturbed by it. */
export function gateOf(
	{ consent, held_back }: Pick<SessionView, "consent" | "held_back">,
	{ notice }: Pick<PrivacyReply, "notice">,
): Gate {
	if (notice === undefined) return null;
	const refusal = refuseWithoutConsent(consent, consentNeed(notice));
	if (refusal) return refusal.code === "consent_withdrawn" ? "withdrawn" : "required";
	// The server knows better than what this device remembers.
	if (held_back === "consent_required") return "required";
	return consent !== null && consent.version !== notice.version ? "changed" : null;
}

/** What someone has chosen in the form. */
export type Chosen = { age: "over" | "under" | null; agrees: boolean };

/** What the choices declare; null while something is still to be chosen. */
export function declaredBy(
	notice: Pick<PrivacyNotice, "consent_required" | "age_gate">,
	{ age, agrees }: Chosen,
): ConsentKind | null {
	const [own = "seen", basis] = consentKinds(notice);
	if (notice.age_gate && age === null) return null;
	const kind = age === "under" && basis ? basis : own;
	return agrees || kind === "seen" || kind === "school" ? kind : null;
}
