import { createHash, createHmac, randomBytes } from "node:crypto";
import {
	appendFileSync,
	closeSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { Instant } from "@carhythm/core";
import * as z from "zod/mini";

/** That a session was erased, by a hash that says nothing without its key. */
export type Erasure = { session_hash: string; key_id: string; erased_at: Instant };

/**
 * Remembers erasures beside the database, so that no older backup brings a person back. The database alone,
 * and so a backup of it, reveals nothing: the hashes are made with a key that is not in it.
 */
export type ErasureMemory = {
	/** Names the key without revealing it. */
	key_id: string;
	/** HMAC-SHA256 of a session id. */
	hashOf(session_id: string): string;
	/** Appends to the file and to the disk; called after the commit. @returns false where that failed */
	remember(erasures: readonly Erasure[]): boolean;
	/** What the file holds. */
	recall(): Erasure[];
};

export type MemoryPlace = {
	/** Where the key is made and the erasures are noted, without the ends of their names. */
	base: string;
	/** The setting ERASURE_KEY; null takes the key beside the database, which is made where there is none. */
	key: string | null;
};

const KEY_BYTES = 32;

/** @returns null where there is no key and none can be made: this user may not write there */
export function openErasureMemory({ base, key: given }: MemoryPlace): ErasureMemory | null {
	const key = given ?? readOrMakeKey(`${base}.erasure-key`);
	if (key === null) return null;
	const file = `${base}.erasures`;
	return {
		key_id: createHash("sha256").update(`carhythm erasure key ${key}`).digest("hex").slice(0, 12),
		hashOf: (session_id) => createHmac("sha256", key).update(session_id.toLowerCase()).digest("hex"),
		remember: (erasures) => append(file, erasures),
		recall: () => readErasures(file),
	};
}

function readOrMakeKey(file: string): string | null {
	const found = readKey(file);
	if (found !== null) return found;
	try {
		mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
		const made = randomBytes(KEY_BYTES).toString("hex");
		// A process that made one in the same moment was first: its key holds.
		writeFileSync(file, `${made}\n`, { flag: "wx", mode: 0o600, flush: true });
		return made;
	} catch {
		return readKey(file);
	}
}

function readKey(file: string): string | null {
	try {
		const key = readFileSync(file, "utf8").trim();
		return key.length >= KEY_BYTES ? key : null;
	} catch {
		return null;
	}
}

function append(file: string, erasures: readonly Erasure[]): boolean {
	if (erasures.length === 0) return true;
	try {
		mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
		const handle = openSync(file, "a", 0o600);
		try {
			appendFileSync(handle, erasures.map((erasure) => `\n${JSON.stringify(erasure)}`).join(""));
			fsyncSync(handle);
		} finally {
			closeSync(handle);
		}
		return true;
	} catch {
		return false;
	}
}

const Line = z.object({
	session_hash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
	key_id: z.string(),
	erased_at: Instant,
});

function readErasures(file: string): Erasure[] {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch {
		return [];
	}
	// Each begins with its line end, so what a power cut left half written spoils no other. It is in the
	// database, where it was committed before.
	return text.split("\n").flatMap((line) => {
		try {
			const parsed = Line.safeParse(JSON.parse(line));
			return parsed.success ? [parsed.data] : [];
		} catch {
			return [];
		}
	});
}
