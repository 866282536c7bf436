import {
	type AnswerRecord,
	type AssessmentIndex,
	apply,
	mintUuid,
	type SessionSnapshot,
	type SessionState,
	toInstant,
	toMillis,
} from "@carhythm/core";
import { type DeviceClock, withServerTime } from "./clock.ts";
import { type Device, deviceTime, knownRecord } from "./device.ts";
import {
	isResetSince,
	type KnownReset,
	putOperation,
	putSession,
	readDevice,
	readOutbox,
	readStored,
	type SessionRecord,
} from "./records.ts";
import type { WriteTransaction } from "./storage/storage.ts";
import { eventsOf, showStored } from "./view.ts";

/**
 * Makes the server's snapshot the base of the stored session, with everything on top that still waits. What the server had
 * acknowledged and has no more (a backup was restored), this device gives again.
 * @param when.last_reset as it was when the server was asked: a reply that a reset has overtaken brings nobody back
 * @param when.isExclusive whether this is the only sender of the device at this moment. Otherwise a snapshot older than what was
 *   acknowledged is taken for a race with another tab
 * @returns the new record; null when the snapshot is left alone
 */
export async function rebase(
	device: Device,
	index: AssessmentIndex,
	snapshot: SessionSnapshot,
	{ last_reset, isExclusive }: { last_reset: KnownReset; isExclusive: boolean },
): Promise<SessionRecord | null> {
	const { session } = snapshot;
	const now = device.environment.now();
	device.clock = withServerTime(device.clock, now, snapshot.server_time);
	const shown = device.views.get(session.session_id);
	const outcome = await device.storage.write(async (tx) => {
		const stored = await readDevice(tx);
		if (isResetSince(stored, last_reset) || isResetSince(stored, shown?.last_reset ?? null)) return null;
		const before = await knownRecord(device, tx, session.session_id);
		const isOlder = before !== null && session.revision < before.state.revision;
		if (isOlder && !isExclusive) return null;
		if (before) await giveAgain(tx, lostAnswers(before.state, session, isOlder), session, device.clock);
		const operations = await readOutbox(tx, session.session_id);
		const times = { sent_at: toInstant(deviceTime(device)), received: snapshot.server_time };
		const pending = eventsOf(index, session, operations, times);
		const state = pending.reduce((base, event) => apply(index, base, event), session);
		const born = before?.born ?? mintUuid(device.environment.randomBytes);
		const record = { ...recordOf(snapshot, state), born };
		await putSession(tx, record);
		return { record, stored: await readStored(tx, session.session_id) };
	});
	if (!outcome) return null;
	if (shown) showStored(shown, outcome.stored);
	device.announce("changed");
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
		born: "",
	};
}

/** The standing answers of this device that the server had acknowledged and does not have. */
function lostAnswers(
	known: SessionState,
	session: SessionState,
	isOlder: boolean,
): (AnswerRecord & { question_id: number })[] {
	return Object.entries(known.answers).flatMap(([key, record]) => {
		if (record.revision === 0) return [];
		const there = session.answers[key];
		// A question that was answered never goes back to none; anything else is a loss only where the numbers say so too.
		const isLost = there
			? isOlder && there.operation_id !== record.operation_id && record.at > there.at
			: isOlder || record.answer !== null;
		return isLost ? [{ ...record, question_id: Number(key) }] : [];
	});
}

/** Puts answers back into the outbox under their old ids. */
async function giveAgain(
	tx: WriteTransaction,
	lost: readonly (AnswerRecord & { question_id: number })[],
	{ session_id }: SessionState,
	clock: DeviceClock,
): Promise<void> {
	for (const { question_id, answer, at, operation_id } of lost) {
		await putOperation(tx, {
			format: 1,
			session_id,
			operation_id,
			client_time: toInstant(Math.max(0, toMillis(at) - clock.skew)),
			command: answer ? { kind: "answer", question_id, answer } : { kind: "clear", question_id },
		});
	}
}
