import type { Consent, ConsentKind } from "./consent.ts";
import type { PrivacyNotice } from "./contract-notice.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** What has to be declared before an answer is taken: `record` is any kind, for an age gate alone. */
export type ConsentNeed = "nothing" | "record" | "consent";

type Rules = Pick<PrivacyNotice, "consent_required" | "age_gate">;

export function consentNeed({ consent_required, age_gate }: Rules): ConsentNeed {
	return consent_required ? "consent" : age_gate ? "record" : "nothing";
}

/** What may be declared to a notice: first by someone old enough, then, with an age gate, by someone younger. */
export function consentKinds({ consent_required, age_gate }: Rules): ConsentKind[] {
	const own = consent_required ? "consent" : "seen";
	return age_gate ? [own, age_gate.basis] : [own];
}

/** Whether it is agreement, which can be taken back; the others are ended by erasure. */
export function isWithdrawable(kind: ConsentKind): boolean {
	return kind === "consent" || kind === "guardian";
}

/**
 * Why a session takes nothing in for want of agreement; null where it does. A declaration to an earlier version
 * counts: a page shows the new one at the next visit, and answers that wait on a device are not held up by it.
 */
export function refuseWithoutConsent(consent: Consent | null, need: ConsentNeed): Refusal | null {
	if (consent !== null && consent.withdrawn_at !== null) {
		return refuse(
			"consent_withdrawn",
			"You took your agreement back, so nothing more is taken in. Agree again to go on, or delete your answers.",
		);
	}
	const isEnough = need === "nothing" || (consent !== null && (need === "record" || consent.kind !== "seen"));
	return isEnough
		? null
		: refuse("consent_required", "Please read what happens to your answers and agree to it first.");
}
