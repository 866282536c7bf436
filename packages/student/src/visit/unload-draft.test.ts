import { mintOperationId, mintSessionId, toInstant } from "@carhythm/core";
import { beforeEach, expect, test, vi } from "vitest";
import { dropUnloadDraft, saveUnloadDraft, takeUnloadDraft } from "./unload-draft.ts";

const session_id = mintSessionId((count) => new Uint8Array(count));
const another = mintSessionId((count) => new Uint8Array(count).fill(7));
const at = (millis: number) => ({
	operation_id: mintOperationId((count) => new Uint8Array(count).fill(millis % 256)),
	at: toInstant(millis),
});
const seen = at(1_000_000);
const essay = (text: string) => ({ type: "essay" as const, text });

beforeEach(() => {
	for (const name of ["localStorage", "sessionStorage"]) {
		const items = new Map<string, string>();
		vi.stubGlobal(name, {
			getItem: (key: string) => items.get(key) ?? null,
			setItem: (key: string, value: string) => items.set(key, value),
			removeItem: (key: string) => items.delete(key),
		});
	}
});

test("the last words come back once", () => {
	saveUnloadDraft({ session_id, question_id: 71, draft: essay("half a w"), seen }, false);
	expect(takeUnloadDraft(session_id, 71, undefined)).toEqual(essay("half a w"));
	expect(takeUnloadDraft(session_id, 71, undefined)).toBeNull();
});

test("a ranking comes back as well as a text", () => {
	const draft = { type: "ordering" as const, ordered_items: ["b", "a"] };
	saveUnloadDraft({ session_id, question_id: 4, draft, seen }, false);
	expect(takeUnloadDraft(session_id, 4, undefined)).toEqual(draft);
});

test("on a shared computer they are in the tab alone, and come back there", () => {
	saveUnloadDraft({ session_id, question_id: 71, draft: essay("mine"), seen }, true);
	expect(localStorage.getItem("carhythm.last-words")).toBeNull();
	expect(takeUnloadDraft(session_id, 71, undefined)).toEqual(essay("mine"));
	expect(sessionStorage.getItem("carhythm.last-words")).toBeNull();
});

test("another session or question never gets them", () => {
	saveUnloadDraft({ session_id, question_id: 71, draft: essay("mine"), seen }, false);
	expect(takeUnloadDraft(another, 71, undefined)).toBeNull();
	expect(takeUnloadDraft(session_id, 70, undefined)).toBeNull();
	expect(takeUnloadDraft(session_id, 71, undefined)).toEqual(essay("mine"));
});

test("what was written later elsewhere stands", () => {
	for (const known of [seen, null]) {
		saveUnloadDraft({ session_id, question_id: 71, draft: essay("old"), seen: known }, false);
		expect(takeUnloadDraft(session_id, 71, at(1_060_000))).toBeNull();
	}
});

test("they come after what the page had seen, whatever any clock says", () => {
	const itself = { ...seen, at: toInstant(9_000_000) };
	const whatWasOnItsWay = { ...at(1_000_007), at: toInstant(1_000_007) };
	for (const known of [seen, itself, whatWasOnItsWay, at(5)]) {
		saveUnloadDraft({ session_id, question_id: 71, draft: essay("last"), seen }, false);
		expect(takeUnloadDraft(session_id, 71, known)).toEqual(essay("last"));
	}
});

test("words that are safe elsewhere are gone, and broken ones are ignored", () => {
	saveUnloadDraft({ session_id, question_id: 71, draft: essay("safe"), seen }, false);
	dropUnloadDraft();
	expect(takeUnloadDraft(session_id, 71, undefined)).toBeNull();
	localStorage.setItem("carhythm.last-words", "{");
	expect(takeUnloadDraft(session_id, 71, undefined)).toBeNull();
});

test("a browser that stores nothing does no harm", () => {
	vi.stubGlobal("localStorage", undefined);
	vi.stubGlobal("sessionStorage", undefined);
	saveUnloadDraft({ session_id, question_id: 71, draft: essay("gone"), seen }, false);
	expect(takeUnloadDraft(session_id, 71, undefined)).toBeNull();
});
