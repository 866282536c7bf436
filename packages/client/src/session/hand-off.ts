import {
	type Command,
	HandOffReply,
	mintOperationId,
	type OperationId,
	parseSessionId,
	SessionSnapshot,
	toMillis,
} from "@carhythm/core";
import { type HandOff, type RedeemOptions, ServerUnreachable } from "../api.ts";
import type { Engine } from "../engine.ts";
import { rebase, recordOf } from "../outbox/rebase.ts";
import { laterClock, named, serverTime } from "../storage/clock.ts";
import { isResetSince, NEW_DEVICE, putClock, readStoredClock } from "../storage/records.ts";
import {
	changeDevice,
	deviceTime,
	lastKnown,
	loadDevice,
	orFallback,
	type TabState,
} from "../storage/tab-state.ts";
import type { TabSessionView } from "../tab-session-view.ts";
import { request, type Transport, valueOrThrow } from "../transport.ts";
import { fetchVersion } from "./assessments.ts";
import { withCurrent } from "./current.ts";
import { beginSharedVisit, presentVisit } from "./shared-computer.ts";
import { openCurrent } from "./start.ts";

/** See `Session.handOff`. */
export async function handOff(tab: TabState, transport: Transport, view: TabSessionView): Promise<HandOff> {
	const path = `/api/v2/session/${view.session_id}/handoff`;
	const { code, expires_at } = valueOrThrow(
		await request(transport, "POST", path, HandOffReply, { body: {} }),
	);
	const now = toMillis(serverTime(tab.clock, deviceTime(tab)));
	return {
		code,
		fragment: `#continue=${code}`,
		expires_at,
		expires_in_ms: Math.max(0, toMillis(expires_at) - now),
	};
}

/** The command by which this device takes the session. */
export async function holdHere(tab: TabState): Promise<Extract<Command, { kind: "hold" }>> {
	return { kind: "hold", device_id: await nameDevice(tab), label: labelOf(tab) };
}

function labelOf({ environment }: TabState): string {
	return environment.device_label ?? "Browser";
}

/** The id of this device, which it otherwise gets with its first write. */
async function nameDevice(tab: TabState): Promise<OperationId> {
	const { storage, environment } = tab;
	const stored = await orFallback(
		() =>
			storage.write(async (tx) => {
				await loadDevice(tab, tx);
				const clock = named(laterClock(await readStoredClock(tx), tab.clock), environment.randomBytes);
				await putClock(tx, clock);
				return clock;
			}),
		null,
	);
	const clock = named(stored ?? tab.clock, environment.randomBytes);
	tab.clock = { ...laterClock(tab.clock, clock), id: clock.id };
	return clock.id;
}

/** See `Client.redeem`. */
export async function redeem(engine: Engine, code: string, options: RedeemOptions): Promise<TabSessionView> {
	const { tab, transport } = engine;
	const { device_id, label } = await holdHere(tab);
	const { operation_id, last_reset, present } = await prepareRedeem(engine, code);
	const shared = options.shared || present !== null;
	const reply = await request(transport, "POST", "/api/v2/session/handoff/redeem", SessionSnapshot, {
		body: { code, operation_id, device_id, label, shared },
	});
	// Refused, it has done nothing, and the same code would be refused again.
	if (reply.kind === "problem") await changeDevice(tab, (before) => ({ ...before, redeeming: null }));
	const snapshot = valueOrThrow(reply);
	const session_id = parseSessionId(snapshot.session.session_id);
	if (!session_id) throw new ServerUnreachable("server");
	const index = valueOrThrow(await fetchVersion(engine.assessments, snapshot.assessment.version_id));
	await orFallback(() => rebase(tab, index, snapshot, { last_reset, isExclusive: false }), null);
	const visit = shared ? (present ?? beginSharedVisit(tab)) : null;
	await changeDevice(tab, (before) =>
		isResetSince(before, last_reset)
			? before
			: { ...withCurrent(before, session_id, { shared: visit }), redeeming: null },
	);
	const view = await openCurrent(engine, index, recordOf(snapshot, snapshot.session), last_reset);
	view.shared = visit;
	return view;
}

/** The same code is brought under the same id, so that a lost reply does not cost the student the code. */
async function prepareRedeem({ tab }: Engine, code: string) {
	const fresh = { code, operation_id: mintOperationId(tab.environment.randomBytes) };
	const stored = await changeDevice(tab, (before) =>
		before.redeeming?.code === code ? before : { ...before, redeeming: fresh },
	);
	const known = await lastKnown(tab, stored);
	return {
		...(stored?.redeeming ?? fresh),
		last_reset: known?.last_reset ?? null,
		present: presentVisit(tab, known ?? NEW_DEVICE),
	};
}
