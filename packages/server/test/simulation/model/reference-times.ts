import { currentDraft, currentPlace, currentWrite, type History, type ModelCommand } from "./history.ts";
import type { Receipt } from "./receipt.ts";
import { findEntry, type ModelOperation, type Sender } from "./reference-state.ts";

// How the server dates operations: the rules of the contract, beside reference.ts.

/**
 * The estimated time of an operation. Null for one without a device time, which counts as later than all
 * before it.
 */
export function estimateTime(
	session: History,
	{ client_time, command }: ModelOperation,
	{ sent_at, device_id }: Sender,
	{ received, newest, direct }: Receipt,
): number | null {
	if (client_time === null || sent_at === null) return null;
	const age = sent_at - client_time;
	const guess = direct.includes(age) ? newest + 1 + direct.indexOf(age) : received - age;
	const { started, devices } = session;
	const at = Math.max(started, Math.min(guess, Math.max(received, started)));
	const mark = device_id === null ? undefined : devices.get(device_id);
	const device = mark && mark.at - received > 1000 ? { ...mark, at: received - 1 } : mark;
	if (!device) return at;
	if (client_time === device.client_time) return device.at;
	if (client_time > device.client_time) return Math.max(at, device.at + 1);
	// An out-of-order write is dated by its distance from the device's newest write, but not before the
	// session.
	const before = Math.max(device.at - (device.client_time - client_time), Math.min(started, device.at - 1));
	return clampBeforeNewer(session, command, client_time, Math.min(at, before));
}

/** Keeps an out-of-order write older than newer writes to its question. */
function clampBeforeNewer(session: History, command: ModelCommand, client_time: number, at: number): number {
	if (command.kind !== "answer" && command.kind !== "clear" && command.kind !== "draft") return at;
	const { question_id } = command;
	const newer = [currentWrite(session, question_id), currentDraft(session, question_id)].filter(
		(entry) => entry !== null && entry.client_time !== null && entry.client_time > client_time,
	);
	return Math.min(at, ...newer.map((entry) => (entry?.at ?? 0) - 1));
}

/** A write is later than the current write that its student saw. */
export function placeAfterSeen(
	session: History,
	{ command, after }: ModelOperation,
	at: number | null,
): number | null {
	const seen = "question_id" in command ? currentWrite(session, command.question_id) : null;
	return at !== null && seen && seen.operation_id === after ? Math.max(at, seen.at + 1) : at;
}

/**
 * A late write is later than the write that its student saw, so that both keep their order if a restore
 * applies them.
 */
export function placeAfterKnown(session: History, { command, after }: ModelOperation, at: number): number {
	const seen = after && findEntry(session, after);
	if (!seen || !("question_id" in command)) return at;
	const { command: saw } = seen;
	const isSame = (saw.kind === "answer" || saw.kind === "clear") && saw.question_id === command.question_id;
	return isSame ? Math.max(at, seen.at + 1) : at;
}

export function placeAfterAll(session: History, command: ModelCommand, received: number): number {
	const others = [currentPlace(session)];
	if ("question_id" in command) {
		others.push(currentWrite(session, command.question_id), currentDraft(session, command.question_id));
	}
	return Math.max(received, ...others.map((entry) => (entry ? entry.at + 1 : 0)));
}

/** Records how far a device has come, by its own clock. */
export function advanceWatermark(
	{ devices }: History,
	{ device_id }: Sender,
	client_time: number | null,
	at: number,
): void {
	if (device_id === null || client_time === null) return;
	const device = devices.get(device_id);
	if (!device || device.client_time < client_time) devices.set(device_id, { client_time, at });
}
