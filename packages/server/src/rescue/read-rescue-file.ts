import { readFileSync, type Stats, statSync } from "node:fs";
import { RescueFile } from "@carhythm/core";

/** A file of a real student is a hundred times smaller. */
const MOST_BYTES = 32 * 1024 * 1024;

/** What a file turned out to be; `problem` is a sentence that repeats nothing of its content. */
export type ReadRescueFile = { ok: true; file: RescueFile } | { ok: false; problem: string };

/** Reads a file that a student brought, and believes nothing of it. */
export function readRescueFile(path: string): ReadRescueFile {
	const stats = statsOf(path);
	if (!stats) return refused("There is no such file.");
	// Reading a pipe or a device may never end.
	if (!stats.isFile()) return refused("It is not a file.");
	if (stats.size > MOST_BYTES) return refused("It is far too large for a rescue file.");
	const bytes = bytesOf(path);
	return bytes ? parseRescueFile(bytes) : refused("It cannot be read.");
}

function parseRescueFile(bytes: Uint8Array): ReadRescueFile {
	const text = textOf(bytes);
	if (text === null) return refused("It is not text in UTF-8.");
	const json = jsonOf(text);
	if (!json.ok) return refused("It is not JSON, or only a part of it is there.");
	const parsed = RescueFile.safeParse(json.value);
	if (parsed.success) return { ok: true, file: parsed.data };
	if (isNewer(json.value)) return refused("It was saved by a newer version of CaRhythm than this one.");
	// Only names of fields that the form knows: the rest of a path is the file's own words.
	const fields = parsed.error.issues.flatMap(({ path: [field] }) =>
		typeof field === "string" && field in RescueFile.shape ? [field] : [],
	);
	const wrong = [...new Set(fields)];
	return refused(
		wrong.length === 0
			? "It is not a rescue file."
			: `It is not a rescue file, or it was changed: ${wrong.join(", ")} ${wrong.length === 1 ? "is" : "are"} missing or wrong.`,
	);
}

function refused(problem: string): ReadRescueFile {
	return { ok: false, problem };
}

function statsOf(path: string): Stats | null {
	try {
		return statSync(path);
	} catch {
		return null;
	}
}

function bytesOf(path: string): Uint8Array | null {
	try {
		return readFileSync(path);
	} catch {
		return null;
	}
}

function textOf(bytes: Uint8Array): string | null {
	try {
		// A byte order mark, which some editors add, is dropped.
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return null;
	}
}

function jsonOf(text: string): { ok: true; value: unknown } | { ok: false } {
	try {
		return { ok: true, value: JSON.parse(text) };
	} catch {
		return { ok: false };
	}
}

function isNewer(value: unknown): boolean {
	if (typeof value !== "object" || value === null || !("carhythm_rescue" in value)) return false;
	return typeof value.carhythm_rescue === "number" && value.carhythm_rescue > 1;
}
