import { parseHandOffCode } from "@carhythm/core";
import { hashVerifier } from "../../../src/db/hand-offs/secrets.ts";
import type { Journal, JournalCode } from "../students/journal.ts";
import type { Event, HandOff, Stored } from "./stored-rows.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Checks that each stored code was requested, equals the one in the reply, and is unused or used by exactly
 * one event.
 */
export async function checkCodes(
	{ writes }: Journal,
	{ handOffs, byOperation }: Stored,
	verdict: Verdict,
): Promise<void> {
	const made = new Map(
		writes.flatMap(({ makes_code }) => (makes_code ? [[makes_code.made_by, makes_code]] : [])),
	);
	const uses = writes.flatMap(({ redeems_code, operations }) => {
		const used = redeems_code && byOperation.get(operations[0]?.operation_id ?? "");
		return used ? [{ used, made_by: redeems_code.made_by }] : [];
	});
	const usesOf = Map.groupBy(uses, ({ made_by }) => made_by);
	for (const row of handOffs.values()) {
		const code = made.get(row.operation_id);
		if (!code) verdict.torn.push("a code that no student asked for");
		else if (!(await isSameCode(row, code))) verdict.lost.push("an acknowledged code is there as another");
		const [use, ...others] = usesOf.get(row.operation_id) ?? [];
		if (others.length > 0) verdict.torn.push("a code was used twice");
		if (!isUsedBy(row, use?.used)) verdict.torn.push("the use of a code differs from the history");
		if (row.failed_guesses > 0) verdict.torn.push("a wrong guess that no student made");
	}
}

function isUsedBy({ used_operation_id, used_at }: HandOff, use: Event | undefined): boolean {
	return used_operation_id === (use?.operation_id ?? null) && used_at === (use?.received_at ?? null);
}

const hashes = new WeakMap<JournalCode, Promise<string>>();

/** Compares a row with a code. The hash is slow on purpose, so it is computed once for each code. */
async function isSameCode({ selector, verifier_hash }: HandOff, code: JournalCode): Promise<boolean> {
	if (code.text === null) return true;
	const parsed = parseHandOffCode(code.text);
	if (!parsed) return false;
	const hash = hashes.get(code) ?? hashVerifier(parsed);
	hashes.set(code, hash);
	// The selector of a void code is stored with "~" and the row's id, which frees it for others.
	return parsed.selector === selector.split("~")[0] && verifier_hash === (await hash);
}
