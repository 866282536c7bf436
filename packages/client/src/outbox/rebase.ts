import {
	type AnswerRecord,
	type AssessmentIndex,
	apply,
	type Command,
	type Instant,
	mintUuid,
	type OperationId,
	type SessionSnapshot,
	type SessionState,
	toInstant,
	toMillis,
} from "@carhythm/core";
import { laterClock, mintOrderedId, tick, withServerTime } from "../storage/clock.ts";
import {
	isResetSince,
	type KnownReset,
	putClock,
	putOperation,
	putSession,
	readDevice,
	readOutbox,
	readStored,
	readStoredClock,
	type SessionRecord,
} from "../storage/records.ts";
import type { WriteTransaction } from "../storage/storage.ts";
import { deviceTime, loadSessionRecord, type TabState } from "../storage/tab-state.ts";
import { eventsOf, isOtherIncarnation, showStored } from "../tab-session-view.ts";

/**
 * Makes the server's snapshot the base of the stored session, with everything on top that still waits. What
 * the server had acknowledged and has no more (a backup was restored), this device gives again.
 * @param when.last_reset as it was when the server was asked: a reply that a reset has overtaken brings no
 *   session back
 * @param when.isExclusive whether this is the only sender of the device at this moment. Otherwise a snapshot
 *   older than what was acknowledged is taken for a race with another tab
 * @returns the new record; null when the snapshot is left alone
 */
export async function rebase(
	tab: TabState,
	index: AssessmentIndex,
	snapshot: SessionSnapshot,
	{ last_reset, isExclusive }: { last_reset: KnownReset; isExclusive: boolean },
): Promise<SessionRecord | null> {
	const { session } = snapshot;
	const now = tab.environment.now();
	tab.clock = withServerTime(tab.clock, now, snapshot.server_time);
	const shown = tab.views.get(session.session_id);
	const outcome = await tab.storage.write(async (tx) => {
		const stored = await readDevice(tx);
		if (isResetSince(stored, last_reset) || isResetSince(stored, shown?.last_reset ?? null)) return null;
		const before = await loadSessionRecord(tab, tx, session.session_id);
		const isRestored = before !== null && isOtherIncarnation(before.incarnation, snapshot.incarnation);
		const isOlder = before !== null && session.revision < before.state.revision;
		if (isOlder && !isExclusive && !isRestored) return null;
		if (before) await giveAgain(tab, tx, before.state, session, { isOlder, isRestored });
		const operations = await readOutbox(tx, session.session_id);
		const times = { sent_at: toInstant(deviceTime(tab)), received: snapshot.server_time };
		const pending = eventsOf(index, session, operations, times);
		const state = pending.reduce((base, event) => apply(index, base, event), session);
		const born = before?.born ?? mintUuid(tab.environment.randomBytes);
		const record = { ...recordOf(snapshot, state), born };
		await putSession(tx, record);
		return { record, stored: await readStored(tx, session.session_id) };
	});
	if (!outcome) return null;
	if (shown) {
		shown.announced_incarnation = snapshot.incarnation ?? null;
		shown.announced_revision = Math.min(shown.announced_revision, session.revision);
		showStored(shown, outcome.stored);
	}
	tab.announce("changed");
	return outcome.record;
}

/** The record of a session as the server tells it, in no storage yet. */
export function recordOf(snapshot: SessionSnapshot, state: SessionState): SessionRecord {
	return {
		format: 1,
		display_id: snapshot.display_id,
		assessment: snapshot.assessment,
		state,
		expires_at: snapshot.expires_at,
		expired: snapshot.expired,
		known_to_server: true,
		synced_revision: snapshot.session.revision,
		refresh_needed: false,
		incarnation: snapshot.incarnation ?? null,
		born: "",
		erase_at: snapshot.erase_at ?? null,
		consent: snapshot.consent ?? null,
		held_back: snapshot.held_back ?? null,
	};
}

/** How the server's numbers went back: they are lower than known, or those of a database that came from a backup. */
type SetBack = { isOlder: boolean; isRestored: boolean };

/** The standing answers of this device that the server had acknowledged and does not have. */
function lostAnswers(
	known: SessionState,
	session: SessionState,
	{ isOlder, isRestored }: SetBack,
): (AnswerRecord & { question_id: number })[] {
	return Object.entries(known.answers).flatMap(([key, record]) => {
		if (record.revision === 0) return [];
		const there = session.answers[key];
		const isOther = there !== undefined && there.operation_id !== record.operation_id;
		// A question that was answered never goes back to none; anything else is a loss only where the numbers
		// say so too. Which of two answers is the later one the server decides by their times; one that it
		// still has it only acknowledges again.
		const isLost = there
			? isOther && (isRestored || (isOlder && record.at > there.at))
			: isOlder || isRestored || record.answer !== null;
		return isLost ? [{ ...record, question_id: Number(key) }] : [];
	});
}

/**
 * Puts back into the outbox what the server had acknowledged and does not have, under its old ids and times:
 * answers, and after a restored backup drafts, the position and the completion as well.
 */
async function giveAgain(
	tab: TabState,
	tx: WriteTransaction,
	known: SessionState,
	session: SessionState,
	setBack: SetBack,
): Promise<void> {
	const { session_id } = session;
	const put = (at: Instant, operation_id: OperationId, command: Command) =>
		putOperation(tx, {
			format: 1,
			session_id,
			operation_id,
			client_time: toInstant(Math.max(0, toMillis(at) - tab.clock.skew)),
			command,
		});
	for (const { question_id, answer, at, operation_id } of lostAnswers(known, session, setBack)) {
		const command: Command = answer
			? { kind: "answer", question_id, answer }
			: { kind: "clear", question_id };
		await put(at, operation_id, command);
	}
	if (!setBack.isOlder && !setBack.isRestored) return;
	for (const [key, { at, operation_id, draft }] of Object.entries(known.drafts)) {
		const isThere = session.drafts[key] && session.drafts[key].at >= at;
		if (draft && !isThere) await put(at, operation_id, { kind: "draft", question_id: Number(key), draft });
	}
	const { place } = known;
	// An answer moves the student to its question by itself.
	const isMove = Object.values(known.answers).every(
		({ operation_id }) => operation_id !== place?.operation_id,
	);
	if (place?.question_id && isMove && place.at > (session.place?.at ?? "")) {
		await put(place.at, place.operation_id, { kind: "move", question_id: place.question_id });
	}
	await completeAgain(tab, tx, known, session);
}

/** The completion's own id is not kept; a second completion of a completed session changes nothing. */
async function completeAgain(
	tab: TabState,
	tx: WriteTransaction,
	known: SessionState,
	session: SessionState,
): Promise<void> {
	if (known.status !== "completed" || session.status !== "active") return;
	const queued = await readOutbox(tx, session.session_id);
	if (queued.some(({ command }) => command.kind === "complete")) return;
	const { environment } = tab;
	tab.clock = tick(laterClock(await readStoredClock(tx), tab.clock), environment.now());
	await putOperation(tx, {
		format: 1,
		session_id: session.session_id,
		operation_id: mintOrderedId(tab.clock.last, environment.randomBytes),
		client_time: toInstant(tab.clock.last),
		command: { kind: "complete" },
	});
	await putClock(tx, tab.clock);
}
