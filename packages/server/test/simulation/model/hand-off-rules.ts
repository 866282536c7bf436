import type { Code, Operation, Reference, RefSession, Refused } from "./reference.ts";
import { NOBODY, operate, whyEnded } from "./reference.ts";

// What the contract says of codes, beside reference.ts.

const MINUTE = 60_000;
const MINUTES_OF_A_CODE = 10;
const MOST_GUESSES = 5;

/** The code of an operation; a new one is without its text, which is the server's choice. */
export function handOff(
	reference: Reference,
	session: RefSession,
	operation_id: string | null,
): Code | Refused {
	const known = operation_id && session.codes.find((code) => code.operation_id === operation_id);
	if (known) return known;
	const hold = { kind: "hold", device_id: "", label: "" } as const;
	const refused = whyEnded(session, hold, { done: reference.now, received: reference.now });
	if (refused) return { refused };
	const expires = reference.now + MINUTES_OF_A_CODE * MINUTE;
	const code = { operation_id, text: "", freed: false, expires, wrong_guesses: 0, used: null };
	session.codes.push(code);
	return code;
}

/**
 * Takes note of the text that the server chose. A code that is void, or has been dead for long, gives its
 * selector away.
 */
export function learnCode({ sessions }: Reference, code: Code, text: string): void {
	for (const { codes } of sessions) {
		for (const other of codes) if (hasSelectorOf(other, text)) other.freed = true;
	}
	code.text = text;
}

/** The session that a code leads to. */
export function redeem(reference: Reference, typed: string, hold: Operation): RefSession | Refused {
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
	const outcome = operate(reference, session, hold, NOBODY);
	if ("refused" in outcome) return outcome;
	code.used = { operation_id: hold.operation_id };
	return session;
}

/** How a code stands before it is brought: where its transitions begin. */
export function standingOfCode({ codes }: RefSession, code: Code, now: number): string {
	if (code !== codes.at(-1)) return "replaced";
	if (code.wrong_guesses >= MOST_GUESSES) return "guessed at five times";
	if (code.used) return "used";
	return now >= code.expires ? "too old" : "good";
}

const selectorOf = (text: string) => text.replaceAll("-", "").slice(0, 4);
const hasSelectorOf = ({ text, freed }: Code, other: string) =>
	!freed && selectorOf(text) === selectorOf(other);
