import { PROBLEM_TEXTS, RefusalCode, toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { messages as arabic } from "./ar.ts";
import { messages as english, type Messages } from "./en.ts";
import { results as arabicResults } from "./results-ar.ts";
import { results as englishResults } from "./results-en.ts";

const en = { ...english, results: englishResults };
const ar = { ...arabic, results: arabicResults };

const NOW = toInstant(Date.parse("2026-11-22T17:40:00.000Z"));
const COUNTS = [0, 1, 2, 3, 10, 11, 26, 99, 100, 101, 102, 1000];
/** Phrases that keep what they are given, and dates, which take no count. */
const NAMES_AND_DATES = new Set([
	"date",
	"pause_sheet.kept",
	"resume.when",
	"resume.abandoned_until",
	"resume.set_aside_until",
	"resume.expired",
]);

/** Every text of a language by its path; phrases are tried with every count in every place. */
function allTexts(messages: Messages & { results: object }): Map<string, string> {
	const texts = new Map<string, string>();
	const collect = (value: unknown, path: string) => {
		if (typeof value === "string") texts.set(path, value);
		else if (typeof value === "function") {
			if (NAMES_AND_DATES.has(path)) return;
			for (const count of COUNTS) {
				texts.set(`${path}(${count})`, String(value(...Array.from({ length: value.length }, () => count))));
			}
		} else if (typeof value === "object" && value !== null) {
			for (const [key, inner] of Object.entries(value)) {
				collect(inner, path ? `${path}.${key}` : key);
			}
		}
	};
	collect(messages, "");
	return texts;
}

test("both languages have the same texts, and none is empty", () => {
	const english = allTexts(en);
	const arabic = allTexts(ar);
	expect([...arabic.keys()]).toEqual([...english.keys()]);
	for (const [path, text] of [...english, ...arabic]) {
		expect(text.trim(), path).not.toBe("");
		expect(text, path).not.toMatch(/undefined|NaN|#/);
	}
});

test("every refusal of the API has a sentence in both languages", () => {
	for (const code of RefusalCode.options) {
		expect(en.refusal[code], code).toMatch(/\.$/);
		expect(ar.refusal[code], code).toMatch(/\.$/);
	}
});

test("Arabic never shows a Latin digit, English never an Arabic one", () => {
	// A number given for a text (a title, an item) comes back as it is.
	const passesTextThrough =
		/\.chapter\(|order_(handle|moved|grabbed|dropped|returned|up|down)\(|hexagon|\.responsible\(|both_(high|low)\(|near\(|preliminary_row\(|ideas\.(attribution|changes)/;
	for (const [path, text] of allTexts(ar)) {
		if (!passesTextThrough.test(path)) expect(text, path).not.toMatch(/[0-9]/);
	}
	for (const [path, text] of allTexts(en)) expect(text, path).not.toMatch(/[٠-٩]/);
});

test("Arabic uses each of its six plural forms", () => {
	expect([0, 1, 2, 3, 11, 100].map((count) => ar.gain.milestone(count))).toEqual([
		"لا إجابات",
		"إجابة واحدة",
		"إجابتان",
		"٣ إجابات",
		"١١ إجابة",
		"١٠٠ إجابة",
	]);
	expect([2, 7, 12].map((count) => ar.progress.left(count))).toEqual([
		"بقي نحو دقيقتين",
		"بقي نحو ٧ دقائق",
		"بقي نحو ١٢ دقيقة",
	]);
});

test("English counts one apart from many", () => {
	expect([0, 1, 2].map((count) => en.gain.milestone(count))).toEqual(["0 answers", "1 answer", "2 answers"]);
	expect(en.resume.confirm(1)).toContain("You can return to it");
	expect(en.resume.confirm(30)).toContain("You can return to them");
});

test("the last visit is told in words and with its date", () => {
	const local = (day: number, hour: number) => toInstant(new Date(2026, 10, day, hour, 40).getTime());
	const now = local(22, 20);
	expect(en.resume.when(local(22, 8), now)).toBe("today, 22 November, at 08:40");
	expect(en.resume.when(local(21, 18), now)).toBe("yesterday, 21 November, at 18:40");
	expect(en.resume.when(local(19, 18), now)).toBe("3 days ago, 19 November, at 18:40");
	expect(en.resume.when(local(2, 18), now)).toBe("2 November, at 18:40");
	expect(ar.resume.when(local(21, 18), now)).toBe("أمس، ٢١ نوفمبر، الساعة ١٨:٤٠");
});

test("a date of another year says its year", () => {
	const next = toInstant(Date.parse("2027-01-03T12:00:00.000Z"));
	expect(en.date(next, NOW)).toBe("3 January 2027");
	expect(ar.date(next, NOW)).toContain("٢٠٢٧");
	expect(en.pause_sheet.kept(next, NOW)).toContain("3 January 2027");
	expect(en.resume.expired(2, next, NOW)).toBe(
		"It could be continued until 3 January 2027. Your 2 answers are still stored. You can start a new one.",
	);
	expect(ar.resume.abandoned_until(next, NOW)).toContain("٢٠٢٧");
	expect(en.resume.set_aside_until(5, next, NOW)).toBe("You set aside 5 answers, kept until 3 January 2027.");
	expect(ar.resume.set_aside_until(5, next, NOW)).toContain("٢٠٢٧");
});

test("a refusal reads the same in our pages and in the table that other front ends get", () => {
	for (const code of RefusalCode.options) {
		expect({ code, ...PROBLEM_TEXTS[code] }).toEqual({ code, en: en.refusal[code], ar: ar.refusal[code] });
	}
});
