import {
	badges,
	counts,
	DAY,
	type Deed,
	type History,
	isExpired,
	isTooLate,
	type Line,
	place,
	type Result,
	standing,
	standingDraft,
	toldBy,
	type Unsent,
} from "./history.ts";
import { type Receipt, receive } from "./received.ts";

/** The rules of the contract, for a whole server: who is refused, what is kept, what a repeated request gets. */
export type Reference = {
	now: number;
	sessions: RefSession[];
	/** By the operation id of the start. */
	starts: Map<string, { wish: string; slot: number }>;
};

export type RefSession = History & {
	slot: number;
	replaced_by: number | null;
	erased: boolean;
	/** Starts that were answered with another session because this one had been replaced already. */
	redirected: Map<string, { wish: string; slot: number }>;
	/** The codes that were made for it, oldest first. */
	codes: Code[];
};

/** A code that continues a session on another device. */
export type Code = {
	operation_id: string | null;
	/** As the server gave it. */
	text: string;
	/** Another code has its selector since. */
	freed: boolean;
	expires: number;
	wrong_guesses: number;
	/** By which operation; null when that had no id. */
	used: { operation_id: string | null } | null;
};

export type Operation = {
	operation_id: string | null;
	client_time: number | null;
	deed: Deed;
	/** Why its content is refused; null when it is fit. */
	unfit: string | null;
	/** The write that stood in the student's eyes, null for none; absent where that is not told. */
	after?: string | null | undefined;
};

export type Sender = {
	device_id: string | null;
	sent_at: number | null;
	keeps_late: boolean;
	/** Of a request with several operations: they are received at once, and what waits is brought in after the last. */
	receipt?: Receipt;
};

export const NOBODY: Sender = { device_id: null, sent_at: null, keeps_late: false };

export type Refused = { refused: string };

export function newReference(now: number): Reference {
	return { now, sessions: [], starts: new Map() };
}

/** One operation of a request: what is replied, or for requests that are refused as a whole, why. */
export function operate(
	reference: Reference,
	session: RefSession,
	operation: Operation,
	sender: Sender,
): Result | Refused {
	const known = operation.operation_id && lineOf(session, operation.operation_id);
	if (known) {
		if (sameDeed(known.deed, operation.deed) && known.result) return known.result;
		return refusal(operation, "operation_mismatch", sender);
	}
	if (operation.unfit) return refusal(operation, operation.unfit, sender);
	const receipt = sender.receipt ?? receive(reference.now, session, []);
	const { received } = receipt;
	const at = afterSeen(session, operation, timeOf(session, operation, sender, receipt));
	const ended = whyEnded(session, operation.deed, { done: at ?? received, received });
	if (!ended) {
		const wasActive = session.status === "active";
		const result = accept(session, operation, at, sender, received);
		if (!sender.receipt && wasActive && operation.deed.kind !== "abandon") bringIn(session, received);
		return result;
	}
	if (!sender.keeps_late) return { refused: ended };
	const result: Result = { status: "late", operation_id: operation.operation_id, code: ended };
	const late = afterKnown(session, operation, at ?? received);
	noteDevice(session, sender, operation.client_time, late);
	const line = append(session, operation, { at: late, received, outcome: "late", noted: false, result });
	line.after = operation.after;
	return result;
}

function refusal(operation: Operation, code: string, { keeps_late }: Sender): Result | Refused {
	return keeps_late ? { status: "refused", operation_id: operation.operation_id, code } : { refused: code };
}

export function lineOf(session: History, operation_id: string): Line | undefined {
	return session.lines.find((line) => line.operation_id === operation_id);
}

function sameDeed(a: Deed, b: Deed): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

export function whyEnded(
	session: History,
	{ kind }: Deed,
	{ done, received }: { done: number; received: number },
): string | null {
	switch (session.status) {
		case "completed":
			return kind === "complete" ? null : "session_completed";
		case "user_abandoned_not_completed":
			return kind === "abandon" ? null : "session_abandoned";
		case "active":
			return kind !== "abandon" && isTooLate(session, done, received) ? "session_expired" : null;
	}
}

/** What came late waits until the session takes something in. @returns how much there was */
export function bringIn(session: RefSession, received: number): number {
	const applied = applyLate(session, received, ["session_expired"]);
	if (applied > 0) note(session, lifecycle(null, "apply_late"), received);
	return applied;
}

function applyLate(session: RefSession, received: number, codes: readonly string[]): number {
	const waiting = session.lines.filter(
		({ outcome, deed, result }) =>
			outcome === "late" &&
			deed.kind !== "complete" &&
			deed.kind !== "hold" &&
			result?.status === "late" &&
			codes.includes(result.code),
	);
	const ahead = waiting.filter((line) => line.received > received);
	let latest = received;
	// By a clock that ran ahead: each keeps its age, and none changes places with another.
	for (const line of ahead.sort((a, b) => b.at - a.at || b.revision - a.revision)) {
		latest = Math.min(line.at - (line.received - received), latest - 1);
		line.at = latest;
		line.counts_from = received;
	}
	for (const line of waiting) {
		const { deed } = line;
		const changes = deed.kind === "answer" || deed.kind === "clear";
		if (changes) line.unseen = unseenBy(line, standing(session, deed.question_id));
		line.outcome = "applied";
		if (changes && standing(session, deed.question_id) !== line) line.outcome = "superseded";
	}
	return waiting.length;
}

/** Null: it has no clock, and counts as later than all before it. */
function timeOf(
	session: History,
	{ client_time, deed }: Operation,
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
	// As long before the device's last write as its clock says, and not before the session.
	const before = Math.max(device.at - (device.client_time - client_time), Math.min(started, device.at - 1));
	return behindNewer(session, deed, client_time, Math.min(at, before));
}

/** A straggler is older than what was done later to its question. */
function behindNewer(session: History, deed: Deed, client_time: number, at: number): number {
	if (deed.kind !== "answer" && deed.kind !== "clear" && deed.kind !== "draft") return at;
	const { question_id } = deed;
	const newer = [standing(session, question_id), standingDraft(session, question_id)].filter(
		(line) => line !== null && line.client_time !== null && line.client_time > client_time,
	);
	return Math.min(at, ...newer.map((line) => (line?.at ?? 0) - 1));
}

/** A write is later than the one that was seen when it was made. */
function afterSeen(session: History, { deed, after }: Operation, at: number | null): number | null {
	const seen = "question_id" in deed ? standing(session, deed.question_id) : null;
	return at !== null && seen && seen.operation_id === after ? Math.max(at, seen.at + 1) : at;
}

/** The same among what came late, and stands one day if the session is restored. */
function afterKnown(session: History, { deed, after }: Operation, at: number): number {
	const seen = after && lineOf(session, after);
	if (!seen || !("question_id" in deed)) return at;
	const { deed: saw } = seen;
	const isSame = (saw.kind === "answer" || saw.kind === "clear") && saw.question_id === deed.question_id;
	return isSame ? Math.max(at, seen.at + 1) : at;
}

/**
 * The answer that stands, was not seen, and says something else. One that was seen may itself have come without another in view; as long as nobody
 * could be told of that, the other is still not seen.
 */
function unseenBy(
	{ deed, after, at, received }: Pick<Operation, "deed" | "after"> & Pick<Line, "at" | "received">,
	found: Line | null,
): string | null {
	if (after === undefined || !found) return null;
	if (found.operation_id === after) {
		return at > found.received && received !== found.received ? null : (toldBy(found) ?? null);
	}
	const said = [found.deed, deed].map((one) => (one.kind === "answer" ? JSON.stringify(one.answer) : null));
	return said[0] === said[1] ? null : found.operation_id;
}

function accept(
	session: RefSession,
	operation: Operation,
	known: number | null,
	sender: Sender,
	received: number,
): Result {
	const { deed, client_time } = operation;
	const at = known ?? afterEverything(session, deed, received);
	const before = counts(session);
	const changes = deed.kind === "answer" || deed.kind === "clear";
	const made = { ...operation, at, received };
	const conflict = changes ? unseenBy(made, standing(session, deed.question_id)) : null;
	noteDevice(session, sender, client_time, at);
	const rest = { at, received, outcome: "applied", noted: false, result: null } as const;
	const line = append(session, operation, rest);
	if (changes && standing(session, deed.question_id) !== line) line.outcome = "superseded";
	if (deed.kind === "complete" && session.status !== "completed") {
		session.status = "completed";
		session.completed = received;
	}
	if (deed.kind === "abandon" && session.status === "active") {
		session.status = "user_abandoned_not_completed";
		session.abandoned = received;
	}
	line.counts = counts(session);
	line.result = {
		status: line.outcome === "superseded" ? "superseded" : "applied",
		operation_id: operation.operation_id,
		revision: line.revision,
		xp_gained: 10 * (line.counts.ever - before.ever),
		badges_unlocked: badges(line.counts.ever).filter((badge) => !badges(before.ever).includes(badge)),
		...(conflict && { conflict }),
	};
	return line.result;
}

/** The order of one device's own writes is known by its clock. */
function noteDevice(
	{ devices }: History,
	{ device_id }: Sender,
	client_time: number | null,
	at: number,
): void {
	if (device_id === null || client_time === null) return;
	const device = devices.get(device_id);
	if (!device || device.client_time < client_time) devices.set(device_id, { client_time, at });
}

function afterEverything(session: History, deed: Deed, received: number): number {
	const others = [place(session)];
	if ("question_id" in deed) {
		others.push(standing(session, deed.question_id), standingDraft(session, deed.question_id));
	}
	return Math.max(received, ...others.map((line) => (line ? line.at + 1 : 0)));
}

function append(
	session: RefSession,
	{ operation_id, deed, client_time }: Pick<Operation, "operation_id" | "deed" | "client_time">,
	rest: Pick<Line, "at" | "received" | "outcome" | "noted" | "result">,
): Line {
	const line: Line = {
		revision: session.lines.length + 1,
		operation_id,
		deed,
		client_time,
		counts: { answered: 0, ever: 0 },
		...rest,
	};
	session.lines.push(line);
	return line;
}

export type Start = { operation_id: string | null; replaces: RefSession | null; language: "en" | "ar" };

export function start(reference: Reference, wanted: Start): RefSession | Refused {
	const { operation_id, replaces, language } = wanted;
	const wish = JSON.stringify([replaces?.slot ?? null, language]);
	const known =
		operation_id && (reference.starts.get(operation_id) ?? replaces?.redirected.get(operation_id));
	const earlier = known ? reference.sessions[known.slot] : undefined;
	if (known && earlier && !earlier.erased) {
		return known.wish === wish ? earlier : { refused: "operation_mismatch" };
	}
	const last = replaces && lastInChain(reference, replaces);
	if (replaces) {
		const successor = last?.status === "active" ? last : null;
		if (successor && successor !== replaces) {
			if (operation_id) {
				replaces.redirected.set(operation_id, { wish, slot: successor.slot });
				if (!lineOf(replaces, operation_id)) note(replaces, lifecycle(operation_id, "start"), reference.now);
			}
			return successor;
		}
		const outcome = operate(reference, replaces, lifecycle(null, "abandon"), NOBODY);
		if ("refused" in outcome) return outcome;
	}
	const session: RefSession = {
		slot: reference.sessions.length,
		language,
		started: reference.now,
		lines: [],
		status: "active",
		abandoned: null,
		completed: null,
		devices: new Map(),
		replaced_by: null,
		erased: false,
		redirected: new Map(),
		codes: [],
	};
	reference.sessions.push(session);
	note(session, lifecycle(operation_id, "start"), reference.now);
	if (operation_id) reference.starts.set(operation_id, { wish, slot: session.slot });
	if (last) last.replaced_by = session.slot;
	return session;
}

/** A line that changes nothing. */
function note(session: RefSession, operation: Operation, received: number): void {
	append(session, operation, { at: received, received, outcome: "applied", noted: true, result: null });
}

function lifecycle(operation_id: string | null, kind: Unsent["kind"]): Operation {
	return { operation_id, client_time: null, deed: { kind }, unfit: null };
}

/** The session at the end of the chain of fresh starts; itself where none was begun in its place. */
function lastInChain(reference: Reference, from: RefSession): RefSession {
	const next = from.replaced_by === null ? undefined : reference.sessions[from.replaced_by];
	return next ? lastInChain(reference, next) : from;
}

export function restore(
	reference: Reference,
	session: RefSession,
	operation_id: string | null,
): RefSession | Refused {
	const known = operation_id && lineOf(session, operation_id);
	if (known) return known.deed.kind === "restore" ? session : { refused: "operation_mismatch" };
	const { received } = receive(reference.now, session, []);
	if (session.status === "active") {
		if (isExpired(session, received)) return { refused: "session_expired" };
		note(session, lifecycle(operation_id, "restore"), received);
		bringIn(session, received);
		return session;
	}
	const { abandoned } = session;
	if (abandoned === null || reference.now > abandoned + 7 * DAY) return { refused: "session_not_restorable" };
	session.status = "active";
	session.abandoned = null;
	accept(session, lifecycle(operation_id, "restore"), null, NOBODY, received);
	applyLate(session, received, ["session_expired", "session_abandoned", "session_completed"]);
	const last = lastInChain(reference, session);
	if (last !== session && last.status === "active")
		operate(reference, last, lifecycle(null, "abandon"), NOBODY);
	session.replaced_by = null;
	if (last !== session) last.replaced_by = session.slot;
	return session;
}

export function erase(reference: Reference, session: RefSession): void {
	session.erased = true;
	for (const other of reference.sessions) {
		if (other.replaced_by === session.slot) other.replaced_by = session.replaced_by;
	}
}
