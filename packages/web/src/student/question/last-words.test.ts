import { mintSessionId, toInstant } from "@carhythm/core";
import { beforeEach, expect, test, vi } from "vitest";
import { dropLastWords, keepLastWords, takeLastWords } from "./last-words.ts";

const session_id = mintSessionId((count) => new Uint8Array(count));
const another = mintSessionId((count) => new Uint8Array(count).fill(7));
const at = toInstant(1_000_000);

beforeEach(() => {
	const items = new Map<string, string>();
	vi.stubGlobal("localStorage", {
		getItem: (key: string) => items.get(key) ?? null,
		setItem: (key: string, value: string) => items.set(key, value),
		removeItem: (key: string) => items.delete(key),
	});
});

test("the last words come back once", () => {
	keepLastWords({ session_id, question_id: 71, text: "half a w", at });
	expect(takeLastWords(session_id, 71, undefined)).toBe("half a w");
	expect(takeLastWords(session_id, 71, undefined)).toBeNull();
});

test("another session or question never gets them", () => {
	keepLastWords({ session_id, question_id: 71, text: "mine", at });
	expect(takeLastWords(another, 71, undefined)).toBeNull();
	expect(takeLastWords(session_id, 70, undefined)).toBeNull();
	expect(takeLastWords(session_id, 71, undefined)).toBe("mine");
});

test("what was written later elsewhere stands", () => {
	keepLastWords({ session_id, question_id: 71, text: "old", at });
	expect(takeLastWords(session_id, 71, toInstant(1_000_001))).toBeNull();
});

test("words that are safe elsewhere are gone, and broken ones are ignored", () => {
	keepLastWords({ session_id, question_id: 71, text: "safe", at });
	dropLastWords();
	expect(takeLastWords(session_id, 71, undefined)).toBeNull();
	localStorage.setItem("carhythm.last-words", "{");
	expect(takeLastWords(session_id, 71, undefined)).toBeNull();
});

test("a browser that stores nothing does no harm", () => {
	vi.stubGlobal("localStorage", undefined);
	keepLastWords({ session_id, question_id: 71, text: "gone", at });
	expect(takeLastWords(session_id, 71, undefined)).toBeNull();
});
