import { mintOperationId, parseSessionId, type SessionId } from "@carhythm/core";
import { RequestRefused, ServerUnreachable } from "../api.ts";
import type { Engine } from "../engine.ts";
import { FORGOTTEN } from "../outbox/append.ts";
import { adoptNewId, askToLeave, endLeaving, type Leaving } from "../outbox/moved.ts";
import { drain, drainBehindLease } from "../outbox/sender.ts";
import { pendingOf } from "../storage/pending.ts";
import { changeDevice, type TabState } from "../storage/tab-state.ts";
import type { TabSessionView } from "../tab-session-view.ts";
import { valueOrThrow } from "../transport.ts";
import { openCurrent } from "./start.ts";

/** See `Client.leaveOthers`. */
export async function leaveOthers(engine: Engine, session_id: SessionId): Promise<TabSessionView> {
	const { tab, transport, sender } = engine;
	const view = tab.views.get(session_id);
	if (!view)
		throw new RequestRefused({ type: "about:blank", title: "Session not found", status: 404, ...FORGOTTEN });
	await drainBehindLease(sender);
	if (pendingOf(tab, view).length > 0) {
		throw new ServerUnreachable(sender.status.kind === "waiting" ? sender.status.reason : "server");
	}
	const reply = await askToLeave(tab, transport, await prepareLeaving(tab, session_id));
	if (reply.kind === "problem") {
		await endLeaving(tab);
		// Another device may have left this one meanwhile.
		view.announced_move = reply.problem.code === "session_moved";
		void drain(sender, "end_back_off");
	}
	const present = parseSessionId(valueOrThrow(reply).session.session_id);
	if (!present) throw new ServerUnreachable("server");
	const { last_reset, shared } = view;
	const { moved: _, ...record } = view.record;
	await adoptNewId(tab, session_id, present);
	const state = { ...record.state, session_id: present };
	const next = await openCurrent(engine, view.index, { ...record, state, refresh_needed: true }, last_reset);
	next.shared = shared;
	return next;
}

/** The id of the request is stored before it is sent: see `learnMoved`. */
async function prepareLeaving(tab: TabState, session_id: SessionId): Promise<Leaving> {
	const fresh = { operation_id: mintOperationId(tab.environment.randomBytes), session_id };
	const stored = await changeDevice(tab, (before) =>
		before.leaving?.session_id === session_id ? before : { ...before, leaving: fresh },
	);
	if (!stored && tab.leaving?.session_id !== session_id) tab.leaving = fresh;
	return stored?.leaving ?? tab.leaving ?? fresh;
}
