import {
	type AssessmentIndex,
	apply,
	badgesBetween,
	type Command,
	type Decision,
	decide,
	refuse,
	type SessionState,
	toInstant,
	toMillis,
} from "@carhythm/core";
import type { Outcome } from "../api.ts";
import { type DeviceClock, laterClock, mintOrderedId, named, serverTime, tick } from "../storage/clock.ts";
import {
	deleteOperation,
	putClock,
	putOperation,
	putSession,
	type QueuedOperation,
	readOutbox,
	readStored,
	readStoredClock,
	type StoredSession,
} from "../storage/records.ts";
import { StorageFailed, type WriteTransaction } from "../storage/storage.ts";
import { sessionOf, type TabState } from "../storage/tab-state.ts";
import { showStored, type TabSessionView, type Unstored, update, withPending } from "../tab-session-view.ts";

/** What is said of a session after a reset, also one by another tab. */
export const FORGOTTEN = refuse(
	"session_not_found",
	"This device was reset; the assessment is no longer open here.",
);

/** What is said of a session whose student left this device. */
const MOVED = refuse("session_moved", "You went on with this assessment elsewhere and left this device.");

/** Where a command goes first: judged, shown, and written together with the state it leads to. */
export async function append(tab: TabState, view: TabSessionView, command: Command): Promise<Outcome> {
	if (view.forgotten) return { ok: false, refusal: FORGOTTEN };
	// Half-typed text must not be lost in the moment in which the inputs close: it is still sent.
	if (view.record.moved && command.kind !== "draft") return { ok: false, refusal: MOVED };
	tab.clock = tick(tab.clock, tab.environment.now());
	const operation: QueuedOperation = {
		format: 1,
		session_id: view.session_id,
		...stampOf(tab, tab.clock),
		command,
		...seenIn(view.shown, command),
	};
	const decision = judge(tab.clock, view.index, view.shown, operation);
	if (!decision.ok) return decision;
	const entry: Unstored = { operation, event: decision.event, stage: "writing", reason: "storage_failed" };
	const before = view.shown.ever_answered;
	update(view, { unstored: [...view.unstored, entry] });
	view.badges.push(...badgesBetween(before, view.shown.ever_answered));
	return store(tab, view, entry, (tx, stamp) => writeNew(tab, view, operation, tx, stamp));
}

/**
 * The time of an operation and an id that sorts by it. Where the server cannot tell two times apart (it holds
 * them between the session's start and now, whatever a broken clock says), the order of the ids decides, and
 * it is the order on this device.
 */
function stampOf(
	{ environment }: TabState,
	clock: DeviceClock,
): Pick<QueuedOperation, "operation_id" | "client_time"> {
	const operation_id = mintOrderedId(clock.last, environment.randomBytes);
	return { operation_id, client_time: toInstant(clock.last) };
}

/** Which answer the student saw to the question. The server cannot know it, and its times are estimates. */
function seenIn(state: SessionState, command: Command): Pick<QueuedOperation, "after"> {
	const question_id = questionOf(command);
	return question_id === null ? {} : { after: state.answers[question_id]?.operation_id ?? null };
}

/** The question to which a command gives, takes or begins an answer. */
function questionOf(command: Command): number | null {
	const { kind } = command;
	return kind === "answer" || kind === "clear" || kind === "draft" ? command.question_id : null;
}

/** Tries again to write what the storage failed to take. */
export async function storeFailed(tab: TabState): Promise<void> {
	for (const view of tab.views.values()) {
		for (const { operation } of view.unstored) {
			// Another write may have taken it along in the meantime.
			const entry = view.unstored.find((other) => other.operation === operation && other.stage === "failed");
			if (entry) await store(tab, view, entry, (tx) => writeAgain(tab, view, entry, tx));
		}
	}
}

type Written =
	| { ok: true; stored: StoredSession; clock: DeviceClock; along: readonly Unstored[] }
	| Extract<Outcome, { ok: false }>;

/** Notes under which id and time something is about to be written. */
type Stamp = (as: Pick<Unstored, "operation" | "event">) => void;

async function store(
	tab: TabState,
	view: TabSessionView,
	entry: Unstored,
	write: (tx: WriteTransaction, stamp: Stamp) => Promise<Written>,
): Promise<Outcome> {
	const isThis = (other: Unstored) => other.operation === entry.operation;
	// A storage that took too long may still take it in. Then it must be the same that is sent from memory.
	let stamped: Parameters<Stamp>[0] | null = null;
	try {
		const written = await tab.storage.write((tx) =>
			write(tx, (as) => {
				stamped = as;
			}),
		);
		if (!written.ok) {
			// Refused only now, it is taken back; but what is already being sent from memory stays until the
			// server has judged it.
			const isGone = entry.stage === "writing";
			update(view, { unstored: view.unstored.filter((other) => !(isGone && isThis(other))) });
			return written;
		}
		const stored = new Set([entry, ...written.along].map(({ operation }) => operation));
		const unstored = view.unstored.filter(({ operation }) => !stored.has(operation));
		tab.clock = laterClock(tab.clock, written.clock);
		showStored(view, written.stored, { unstored });
		tab.announce("changed");
		return { ok: true, on_device: tab.storage.durable && tab.doubt === null };
	} catch (error) {
		if (!(error instanceof StorageFailed)) throw error;
		update(view, {
			unstored: view.unstored.map((other) =>
				isThis(other) ? { ...other, ...stamped, stage: "failed", reason: error.reason } : other,
			),
		});
		return { ok: true, on_device: false };
	}
}

/** Judges once more, now that no other tab can come in between, and writes. */
async function writeNew(
	tab: TabState,
	view: TabSessionView,
	operation: QueuedOperation,
	tx: WriteTransaction,
	stamp: Stamp,
): Promise<Written> {
	const record = await sessionOf(tab, tx, view);
	if (!record && view.record.moved) return writeAlone(tab, view, operation, tx);
	if (!record) return { ok: false, refusal: FORGOTTEN };
	const clock = named(
		tick(laterClock(await readStoredClock(tx), tab.clock), tab.environment.now()),
		tab.environment.randomBytes,
	);
	const last = (await readOutbox(tx, view.session_id)).at(-1);
	const merged = last ? coalesce(operation.command, last.command) : null;
	const position = view.unstored.findIndex((other) => other.operation === operation);
	const before = withPending(view.index, record.state, view.unstored.slice(0, position));
	const stamped: QueuedOperation = {
		...operation,
		...stampOf(tab, clock),
		command: merged ?? operation.command,
		// What this device had in its storage counts as seen; what was before it in memory had other ids then.
		...seenIn(before, operation.command),
	};
	const decision = judge(clock, view.index, before, stamped);
	if (!decision.ok) return decision;
	stamp({ operation: stamped, event: decision.event });
	tab.clock = laterClock(tab.clock, clock);
	if (merged && last) await deleteOperation(tx, last);
	const along = await putAlong(tx, view, operation);
	await putOperation(tx, stamped);
	const state = apply(view.index, withPending(view.index, record.state, along), decision.event);
	await putSession(tx, { ...record, state });
	await putClock(tx, clock);
	return { ok: true, stored: await readStored(tx, view.session_id), clock, along };
}

/** Queues a last draft of a session that this device has let go of already, because its student left it. */
async function writeAlone(
	tab: TabState,
	view: TabSessionView,
	operation: QueuedOperation,
	tx: WriteTransaction,
): Promise<Written> {
	await putOperation(tx, operation);
	return { ok: true, stored: await readStored(tx, view.session_id), clock: tab.clock, along: [] };
}

/** Writes what may already have been sent: it keeps its id and its time. */
async function writeAgain(
	tab: TabState,
	view: TabSessionView,
	{ operation, event }: Unstored,
	tx: WriteTransaction,
): Promise<Written> {
	const record = await sessionOf(tab, tx, view);
	if (!record) return { ok: false, refusal: FORGOTTEN };
	const along = await putAlong(tx, view, operation);
	await putOperation(tx, operation);
	const isActive = record.state.status === "active";
	const state = isActive
		? apply(view.index, withPending(view.index, record.state, along), event)
		: record.state;
	await putSession(tx, { ...record, state });
	return {
		ok: true,
		stored: await readStored(tx, view.session_id),
		clock: await readStoredClock(tx),
		along,
	};
}

/**
 * Writes what the storage failed to take of the same question before. Alone in the outbox, the later answer
 * could be sent by another tab and overtake the earlier one, which this page may be sending from memory: the
 * student saw the earlier one and changed it.
 */
async function putAlong(
	tx: WriteTransaction,
	view: TabSessionView,
	later: QueuedOperation,
): Promise<Unstored[]> {
	const question_id = questionOf(later.command);
	if (question_id === null) return [];
	const position = view.unstored.findIndex(({ operation }) => operation === later);
	const along = view.unstored
		.slice(0, position)
		.filter(({ stage, operation }) => stage === "failed" && questionOf(operation.command) === question_id);
	for (const { operation } of along) await putOperation(tx, operation);
	return along;
}

/**
 * One command for two: a draft makes void the draft of the same question right before it, a move the move
 * before it. The one that results has an id of its own, so it does not matter whether the former is being
 * sent at this moment.
 * @returns null when both are needed
 */
function coalesce(command: Command, before: Command): Command | null {
	if (command.kind === "draft") {
		return before.kind === "draft" && before.question_id === command.question_id ? command : null;
	}
	if (command.kind !== "move" || before.kind !== "move") return null;
	return before.language ? { language: before.language, ...command } : command;
}

/**
 * The judgement on this device. Whatever is known of other devices, the student sees what was just done;
 * which of two answers stands is settled by the server's times.
 */
function judge(
	clock: DeviceClock,
	index: AssessmentIndex,
	state: SessionState,
	operation: QueuedOperation,
): Decision {
	const received = serverTime(clock, toMillis(operation.client_time));
	return decide(index, state, operation, { received, at: null, expiry_days: null, device: { id: clock.id } });
}
