import { applyOperation, endedReason } from "./reference.ts";
import {
	type Code,
	type ModelOperation,
	type Reference,
	type ReferenceSession,
	type Refused,
	UNKNOWN_SENDER,
} from "./reference-state.ts";

// The rules of the contract for hand-off codes, beside reference.ts.

const MINUTE = 60_000;
const MINUTES_OF_A_CODE = 10;
const MOST_GUESSES = 5;

/** Makes the code of an operation, or finds it. A new code has no text yet, because the server chooses it. */
export function createCode(
	reference: Reference,
	session: ReferenceSession,
	operation_id: string | null,
): Code | Refused {
	const known = operation_id && session.codes.find((code) => code.operation_id === operation_id);
	if (known) return known;
	const hold = { kind: "hold", device_id: "", label: "" } as const;
	const refused = endedReason(session, hold, { done: reference.now, received: reference.now });
	if (refused) return { refused };
	const expires = reference.now + MINUTES_OF_A_CODE * MINUTE;
	const code = { operation_id, text: "", selector_reused: false, expires, wrong_guesses: 0, used: null };
	session.codes.push(code);
	return code;
}

/** Records the text that the server chose. An older code with the same selector has lost it. */
export function recordCodeText({ sessions }: Reference, code: Code, text: string): void {
	for (const { codes } of sessions) {
		for (const other of codes) if (hasSelectorOf(other, text)) other.selector_reused = true;
	}
	code.text = text;
}

/** Redeems a code as it was typed. */
export function redeemInReference(
	reference: Reference,
	typed: string,
	hold: ModelOperation,
): ReferenceSession | Refused {
	const invalid = { refused: "hand_off_code_invalid" };
	const session = reference.sessions.find(
		({ erased, codes }) => !erased && codes.some((code) => hasSelectorOf(code, typed)),
	);
	const code = session?.codes.find((code) => hasSelectorOf(code, typed));
	if (!session || !code) return invalid;
	const isRight = code.text === typed;
	if (isRight && hold.operation_id !== null && code.used?.operation_id === hold.operation_id) return session;
	if (code !== session.codes.at(-1) || code.wrong_guesses >= MOST_GUESSES) return invalid;
	if (!isRight) {
		code.wrong_guesses += 1;
		return invalid;
	}
	if (code.used || reference.now >= code.expires) return invalid;
	const outcome = applyOperation(reference, session, hold, UNKNOWN_SENDER);
	if ("refused" in outcome) return outcome;
	code.used = { operation_id: hold.operation_id };
	return session;
}

/** The state of a code before it is redeemed, which names the transition. */
export function codeState({ codes }: ReferenceSession, code: Code, now: number): string {
	if (code !== codes.at(-1)) return "replaced";
	if (code.wrong_guesses >= MOST_GUESSES) return "guessed at five times";
	if (code.used) return "used";
	return now >= code.expires ? "too old" : "good";
}

const selectorOf = (text: string) => text.replaceAll("-", "").slice(0, 4);
const hasSelectorOf = ({ text, selector_reused }: Code, other: string) =>
	!selector_reused && selectorOf(text) === selectorOf(other);
