import { expect, test } from "vitest";
import { readConfig } from "./config.ts";

const SCHOOL = {
	controller: { en: "Example School", ar: "مدرسة المثال" },
	contact: { en: "privacy@school.example", ar: "privacy@school.example" },
};

const read = (environment: Record<string, string>) => readConfig({}, environment);

test("a notice says every text in both languages, and nothing that is not known", () => {
	const more = [{ en: "We ask once a year.", ar: "نسأل مرة كل عام." }];
	const texts = { ...SCHOOL, more, assessments: { sampler: { purpose: SCHOOL.controller } } };
	expect(read({ PRIVACY_NOTICE: JSON.stringify(texts) }).privacy_notice).toEqual({ ...texts, purpose: null });
	for (const wrong of [
		"no JSON",
		"[]",
		'{"controller": "Example School"}',
		'{"controller": {"en": "Example School"}}',
		'{"controller": {"en": "Example School", "ar": " "}}',
		'{"controler": {"en": "Example School", "ar": "مدرسة"}}',
		'{"assessments": {"Not A Key": {}}}',
	]) {
		expect(() => read({ PRIVACY_NOTICE: wrong }), wrong).toThrow("PRIVACY_NOTICE");
	}
});

test("asking for agreement needs a controller and a contact", () => {
	for (const asked of [{ CONSENT_REQUIRED: "true" }, { AGE_THRESHOLD: "16" }]) {
		expect(() => read(asked as Record<string, string>)).toThrow("controller and contact");
		const named = { PRIVACY_NOTICE: JSON.stringify(SCHOOL), ...asked } as Record<string, string>;
		expect(read(named).privacy_notice).toMatchObject(SCHOOL);
	}
	expect(() => read({ AGE_THRESHOLD: "3" })).toThrow("from 5 to 21");
	expect(() => read({ AGE_BASIS: "nobody" })).toThrow("guardian or school");
});
