// Runs once: no database is part of it.
import { appendFileSync, chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { aFolder } from "../../testing/folders/a-folder.ts";
import { openErasureMemory } from "./memory.ts";

const SESSION = "3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a11";
const erased_at = "2026-03-01T08:00:00.000Z";

test("the erasure memory makes its key once, for its owner alone, and hashes with it", () => {
	using folder = aFolder();
	const base = folder.file("deep/a.db");
	const memory = openErasureMemory({ base, key: null });
	expect(memory?.hashOf(SESSION)).toMatch(/^[0-9a-f]{64}$/);
	expect(statSync(`${base}.erasure-key`).mode & 0o777).toBe(0o600);
	const again = openErasureMemory({ base, key: null });
	expect(again?.hashOf(SESSION.toUpperCase())).toBe(memory?.hashOf(SESSION));
	const other = openErasureMemory({ base: folder.file("b.db"), key: null });
	expect(other?.hashOf(SESSION)).not.toBe(memory?.hashOf(SESSION));
	expect(other?.key_id).not.toBe(memory?.key_id);
	expect(memory?.key_id).not.toContain(readFileSync(`${base}.erasure-key`, "utf8").slice(0, 12));
});

test("the erasure memory recalls what it was told, and steps over a line that a power cut left", () => {
	using folder = aFolder();
	const base = folder.file("a.db");
	const memory = openErasureMemory({ base, key: "k".repeat(32) });
	const erasure = { session_hash: memory?.hashOf(SESSION) ?? "", key_id: memory?.key_id ?? "", erased_at };
	expect(memory?.recall()).toEqual([]);
	expect(memory?.remember([erasure])).toBe(true);
	appendFileSync(`${base}.erasures`, '\n{"session_hash":"12');
	expect(memory?.remember([erasure])).toBe(true);
	expect(memory?.recall()).toEqual([erasure, erasure]);
	const text = readFileSync(`${base}.erasures`, "utf8");
	expect(text).not.toContain(SESSION);
	expect(statSync(`${base}.erasures`).mode & 0o777).toBe(0o600);
});

test("without a key that can be read or made there is no erasure memory", () => {
	using folder = aFolder();
	writeFileSync(folder.file("file"), "");
	chmodSync(folder.file("file"), 0o600);
	expect(openErasureMemory({ base: folder.file("file/inside"), key: null })).toBeNull();
	const kept = openErasureMemory({ base: folder.file("file/inside"), key: "k".repeat(32) });
	expect(kept?.remember([{ session_hash: "0".repeat(64), key_id: "x", erased_at }])).toBe(false);
});
