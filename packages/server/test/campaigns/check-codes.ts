import { parseHandOffCode } from "@carhythm/core";
import { hashVerifier } from "../../src/db/hand-offs/secrets.ts";
import type { Journal, JournalCode } from "./journal.ts";
import type { Event, HandOff, Stored } from "./stored.ts";
import type { Verdict } from "./verdict.ts";

/**
 * A code was asked for, is the one that was given out, and is either unused or was used by one operation of
 * the history.
 */
export async function checkCodes(
	{ writes }: Journal,
	{ handOffs, byOperation }: Stored,
	verdict: Verdict,
): Promise<void> {
	const made = new Map(writes.flatMap(({ makes }) => (makes ? [[makes.made_by, makes]] : [])));
	const uses = writes.flatMap(({ redeems, operations }) => {
		const used = redeems && byOperation.get(operations[0]?.operation_id ?? "");
		return used ? [{ used, made_by: redeems.made_by }] : [];
	});
	const usesOf = Map.groupBy(uses, ({ made_by }) => made_by);
	for (const row of handOffs.values()) {
		const code = made.get(row.operation_id);
		if (!code) verdict.torn.push("a code that nobody asked for");
		else if (!(await isIt(row, code))) verdict.lost.push("an acknowledged code is there as another");
		const [use, ...others] = usesOf.get(row.operation_id) ?? [];
		if (others.length > 0) verdict.torn.push("a code was used twice");
		if (!isUsedBy(row, use?.used)) verdict.torn.push("the use of a code differs from the history");
		if (row.failed_guesses > 0) verdict.torn.push("a guess at a code that nobody made");
	}
}

function isUsedBy({ used_operation_id, used_at }: HandOff, use: Event | undefined): boolean {
	return used_operation_id === (use?.operation_id ?? null) && used_at === (use?.received_at ?? null);
}

const hashes = new WeakMap<JournalCode, Promise<string>>();

/** Slow as it is made to be, the hash is worked out once for each code. */
async function isIt({ selector, verifier_hash }: HandOff, code: JournalCode): Promise<boolean> {
	if (code.text === null) return true;
	const parsed = parseHandOffCode(code.text);
	if (!parsed) return false;
	const hash = hashes.get(code) ?? hashVerifier(parsed);
	hashes.set(code, hash);
	// A void code has given its selector back: what follows the "~" is the number of its row.
	return parsed.selector === selector.split("~")[0] && verifier_hash === (await hash);
}
