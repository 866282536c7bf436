import { expect, test } from "vitest";
import { formatHandOffCode, handOffCodeOf, parseHandOffCode } from "./hand-off.ts";
import type { OperationId, SessionId } from "./ids.ts";
import { apply, beginSession, type Command, decide, heldElsewhere, type SessionState } from "./session.ts";
import { anIndex } from "./testing/an-assessment.ts";
import { type Instant, toInstant } from "./time.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

test("a code has three groups, and comes back from whatever a person types", () => {
	const code = handOffCodeOf(bytes(7, 16, 19, 2, 20, 9, 29, 23, 4));
	expect(code).toEqual({ selector: "7GK2", verifier: "M9XQ4" });
	expect(formatHandOffCode(code)).toBe("7GK-2M9-XQ4");
	for (const typed of [
		"7GK-2M9-XQ4",
		"7gk2m9xq4",
		"  7gk 2m9 xq4\n",
		"7GK–2M9—XQ4",
		"７ＧＫ２Ｍ９ＸＱ４",
		"٧gk٢m٩xq٤",
		"۷gk۲m۹xq۴",
		"\u200e7GK-2M9-XQ4\u200f",
	]) {
		expect([typed, parseHandOffCode(typed)]).toEqual([typed, code]);
	}
	expect(parseHandOffCode("olI 000 111")).toEqual(parseHandOffCode("011 000 111"));
});

test("what cannot be a code is none", () => {
	for (const typed of ["", "7GK-2M9-XQ", "7GK-2M9-XQ44", "7GK-2M9-XU4", "7GK-2M9-XQ4!", "٧".repeat(8)]) {
		expect([typed, parseHandOffCode(typed)]).toEqual([typed, null]);
	}
});

test("every byte makes a symbol, and too few bytes are a mistake", () => {
	for (let byte = 0; byte < 256; byte += 1) {
		const code = handOffCodeOf(new Uint8Array(9).fill(byte));
		expect(parseHandOffCode(formatHandOffCode(code))).toEqual(code);
	}
	expect(() => handOffCodeOf(bytes(1, 2, 3))).toThrow("9 random bytes");
});

const index = anIndex();
const [first] = index.places;
const question_id = first?.question.id ?? 0;
const PHONE = "00000000-0000-4000-8000-00000000000a" as OperationId;
const LAPTOP = "00000000-0000-4000-8000-00000000000b" as OperationId;
const at = (seconds: number): Instant => toInstant(Date.parse("2026-11-22T10:00:00.000Z") + seconds * 1000);
let operations = 0;

function aSession(): SessionState {
	const session_id = "5c1fdab0-0000-4000-8000-000000000000" as SessionId;
	return beginSession({ session_id, language: "en", started_at: at(0) });
}

/** What becomes of a command, done on a device or (without one) arriving at the server. */
function attempt(state: SessionState, command: Command, seconds: number, device?: OperationId | null) {
	operations += 1;
	const operation_id = `00000000-0000-4000-8000-${String(operations).padStart(12, "0")}` as OperationId;
	const moment = { received: at(seconds), at: null, expiry_days: 30 };
	const decision = decide(
		index,
		state,
		{ operation_id, command },
		device === undefined ? moment : { ...moment, device: { id: device } },
	);
	return decision.ok
		? { code: null, state: apply(index, state, { ...decision.event, revision: operations }) }
		: { code: decision.refusal.code, state };
}

const hold = (device_id: OperationId, label: string): Command => ({ kind: "hold", device_id, label });
const move: Command = { kind: "move", question_id };

test("until the first hand-off every device may write", () => {
	const state = aSession();
	expect(state.holder).toBeNull();
	for (const device of [PHONE, LAPTOP, null]) expect(attempt(state, move, 1, device).code).toBeNull();
});

test("a hand-off closes the other devices' inputs, and never what they had queued", () => {
	const { state } = attempt(aSession(), hold(PHONE, "Firefox (Android)"), 60, LAPTOP);
	expect(state.holder).toEqual({ device_id: PHONE, label: "Firefox (Android)", since: at(60) });
	expect(state.last_activity).toBe(at(60));

	expect(heldElsewhere(state, PHONE)).toBeNull();
	expect(heldElsewhere(state, LAPTOP)).toEqual(state.holder);
	expect(attempt(state, move, 61, PHONE).code).toBeNull();
	for (const device of [LAPTOP, null]) {
		for (const command of [move, { kind: "clear", question_id }, { kind: "complete" }] as const) {
			expect([command.kind, attempt(state, command, 61, device).code]).toEqual([
				command.kind,
				"session_held_elsewhere",
			]);
		}
	}
	// The same things, as the server takes them in from an outbox.
	expect(attempt(state, move, 61).code).toBeNull();
	expect(attempt(state, { kind: "complete" }, 61).code).toBeNull();
});

test("what was being typed when the inputs closed is still kept", () => {
	const { state } = attempt(aSession(), hold(PHONE, "Phone"), 60);
	expect(attempt(state, { kind: "draft", question_id, draft: null }, 61, LAPTOP).code).toBeNull();
});

test("“Continue here instead” takes the session back; the last one that the server took in stands", () => {
	const handedOff = attempt(aSession(), hold(PHONE, "Phone"), 60).state;
	const back = attempt(handedOff, hold(LAPTOP, "Laptop"), 30, LAPTOP).state;
	expect(back.holder).toEqual({ device_id: LAPTOP, label: "Laptop", since: at(30) });
	expect(attempt(back, move, 61, LAPTOP).code).toBeNull();
	expect(attempt(back, move, 61, PHONE).code).toBe("session_held_elsewhere");
});

test("a session that has ended is handed to nobody", () => {
	const { state } = attempt(aSession(), { kind: "complete" }, 1);
	expect(attempt(state, hold(PHONE, "Phone"), 2).code).toBe("session_completed");
});
