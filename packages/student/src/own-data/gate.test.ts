import { type Consent, toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { declaredBy, gateOf } from "./gate.ts";
import { ownData as ar } from "./texts-ar.ts";
import { ownData as en } from "./texts-en.ts";

const AT = toInstant(Date.parse("2027-01-03T12:00:00.000Z"));
const NOW = toInstant(Date.parse("2026-11-22T12:00:00.000Z"));
const TEXTS = { controller: null, contact: null, purpose: null, more: [], version: "2" };
const GUARDED = { threshold: 16, basis: "guardian" } as const;
const SCHOOL = { threshold: 16, basis: "school" } as const;

const consent = (changes: Partial<Consent> = {}): Consent => ({
	version: "2",
	language: "en",
	kind: "consent",
	at: NOW,
	withdrawn_at: null,
	...changes,
});

test("the form declares nothing before its questions are answered, and no more than they say", () => {
	const asks = { consent_required: true, age_gate: GUARDED };
	expect(declaredBy(asks, { age: null, agrees: true })).toBe(null);
	expect(declaredBy(asks, { age: "over", agrees: false })).toBe(null);
	expect(declaredBy(asks, { age: "over", agrees: true })).toBe("consent");
	expect(declaredBy(asks, { age: "under", agrees: false })).toBe(null);
	expect(declaredBy(asks, { age: "under", agrees: true })).toBe("guardian");
	const school = { consent_required: false, age_gate: SCHOOL };
	expect(declaredBy(school, { age: "under", agrees: false })).toBe("school");
	expect(declaredBy(school, { age: "over", agrees: false })).toBe("seen");
	expect(declaredBy({ consent_required: true, age_gate: null }, { age: null, agrees: true })).toBe("consent");
});

test("questions are covered while an agreement is missing or taken back, and when the notice has changed", () => {
	const asked = { notice: { ...TEXTS, consent_required: true, age_gate: null } };
	const open = { notice: { ...TEXTS, consent_required: false, age_gate: null } };
	const free = { held_back: null };
	expect(gateOf({ consent: null, ...free }, asked)).toBe("required");
	expect(gateOf({ consent: consent({ kind: "seen" }), ...free }, asked)).toBe("required");
	expect(gateOf({ consent: consent(), ...free }, asked)).toBe(null);
	expect(gateOf({ consent: consent(), held_back: "consent_required" }, asked)).toBe("required");
	expect(gateOf({ consent: consent({ version: "1" }), ...free }, asked)).toBe("changed");
	expect(gateOf({ consent: consent({ withdrawn_at: NOW }), ...free }, open)).toBe("withdrawn");
	expect(gateOf({ consent: null, ...free }, open)).toBe(null);
	expect(gateOf({ consent: null, ...free }, {})).toBe(null);
});

/** Every text; those with a number for some, those with dates for a day of another year. */
function allTexts(texts: typeof en): Map<string, string> {
	const all = new Map<string, string>();
	for (const [name, text] of Object.entries(texts)) {
		if (typeof text === "string") all.set(name, text);
		else if (text.length === 2) all.set(name, (text as typeof en.agreed_at)(AT, NOW));
		else {
			for (const value of [1, 2, 7, 16, 30, 730])
				all.set(`${name} ${value}`, (text as typeof en.kept_completed)(value));
			if (name.startsWith("kept_")) all.set(`${name} ever`, (text as typeof en.kept_completed)(null));
		}
	}
	return all;
}

test("both languages say the same about the student's data, each in its own digits", () => {
	const english = allTexts(en);
	const arabic = allTexts(ar);
	expect([...arabic.keys()]).toEqual([...english.keys()]);
	for (const [name, text] of [...english, ...arabic])
		expect(text, name).not.toMatch(/^\s*$|undefined|NaN|null|#/);
	for (const [name, text] of arabic) expect(text, name).not.toMatch(/[0-9]/);
	for (const [name, text] of english) expect(text, name).not.toMatch(/[٠-٩]/);
	expect(ar.kept_completed(730)).toContain("٧٣٠ يومًا");
	expect(en.erased_body(AT, NOW)).toContain("3 January 2027");
});
