import { expect, test } from "vitest";
import type { Consent, ConsentKind } from "./consent.ts";
import { consentKinds, consentNeed, refuseWithoutConsent } from "./consent-rules.ts";
import { toInstant } from "./time.ts";

const AT = toInstant(Date.parse("2026-11-22T10:00:00.000Z"));

function consent(kind: ConsentKind, withdrawn = false): Consent {
	return { version: "1", language: "en", kind, at: AT, withdrawn_at: withdrawn ? AT : null };
}

const GUARDED = { threshold: 16, basis: "guardian" } as const;

test("what has to be declared, and what may be, follows from what the operator asks", () => {
	const asked = [
		{ consent_required: false, age_gate: null },
		{ consent_required: true, age_gate: null },
		{ consent_required: false, age_gate: GUARDED },
		{ consent_required: true, age_gate: { threshold: 13, basis: "school" } },
	] as const;
	expect(asked.map(consentNeed)).toEqual(["nothing", "consent", "record", "consent"]);
	expect(asked.map(consentKinds)).toEqual([
		["seen"],
		["consent"],
		["seen", "guardian"],
		["consent", "school"],
	]);
});

test("having seen the notice is enough for an age gate alone, and never an agreement", () => {
	const code = (given: Consent | null, need: "nothing" | "record" | "consent") =>
		refuseWithoutConsent(given, need)?.code ?? null;
	expect(code(null, "nothing")).toBe(null);
	expect(code(null, "record")).toBe("consent_required");
	expect(code(consent("seen"), "record")).toBe(null);
	expect(code(consent("seen"), "consent")).toBe("consent_required");
	for (const kind of ["consent", "guardian", "school"] as const) {
		expect(code(consent(kind), "consent")).toBe(null);
	}
});

test("an agreement that was taken back holds everything back, whatever the operator asks by now", () => {
	for (const need of ["nothing", "record", "consent"] as const) {
		expect(refuseWithoutConsent(consent("consent", true), need)?.code).toBe("consent_withdrawn");
	}
});
