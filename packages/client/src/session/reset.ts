import { ForgetReply, mintUuid } from "@carhythm/core";
import type { ResetOutcome } from "../api.ts";
import type { Engine } from "../engine.ts";
import { drainBehindLease } from "../outbox/sender.ts";
import { readPending } from "../storage/pending.ts";
import { NEW_DEVICE, putClock, putDevice, readOutbox, readStoredClock } from "../storage/records.ts";
import type { Box } from "../storage/storage.ts";
import { forget } from "../storage/tab-state.ts";
import { request } from "../transport.ts";

/** What a reset empties. Assessments hold nothing of a person, and the clock must not go back. */
const PERSONAL: readonly Box[] = ["sessions", "outbox", "refused", "aside"];

/** See `Client.reset`. */
export async function reset(engine: Engine, discardUnsent: boolean): Promise<ResetOutcome> {
	const { tab } = engine;
	if (!discardUnsent) await drainBehindLease(engine.sender);
	const inMemory = await readPending(tab);
	const outcome = await tab.storage.write(async (tx): Promise<ResetOutcome> => {
		const stored = await tx.list("outbox");
		const pending = Math.max(inMemory.length, stored.length);
		if (pending > 0 && !discardUnsent) {
			const waiting = inMemory.length > 0 ? inMemory : await readOutbox(tx);
			const unsent = waiting.map(({ operation_id, command }) => ({ operation_id, command }));
			return { ok: false, pending, unsent };
		}
		for (const box of PERSONAL) {
			for (const { key } of await tx.list(box)) await tx.delete(box, key);
		}
		const last_reset = mintUuid(tab.environment.randomBytes);
		await putDevice(tx, { ...NEW_DEVICE, cookie_ignored: true, last_reset });
		// The next person's writes shall not be known by this one's name.
		await putClock(tx, { ...(await readStoredClock(tx)), id: null });
		return { ok: true };
	});
	if (!outcome.ok) return outcome;
	tab.clock = { ...tab.clock, id: null };
	tab.environment.visit?.write(null);
	for (const view of tab.views.values()) forget(tab, view);
	engine.remembered.clear();
	engine.set_aside = null;
	tab.announce("changed");
	await forgetCookie(engine);
	return outcome;
}

/**
 * Only the server can take its cookie back. Until the next session begins here the cookie is not followed all
 * the same: a reply that was under way may have set it again.
 */
export async function forgetCookie({ transport }: Pick<Engine, "transport">): Promise<void> {
	await request(transport, "POST", "/api/v2/session/forget", ForgetReply);
}
