import { type SessionId, toInstant, unreachable } from "@carhythm/core";
import { type Device, deviceTime, pendingOf, readPending, reload, storeFailed } from "./device.ts";
import { exclusively } from "./exclusive.ts";
import { rebase } from "./rebase.ts";
import type { Operation } from "./records.ts";
import { markKnown, refuseOperation, settle, settleLeftovers } from "./settlement.ts";
import { StorageFailed } from "./storage/storage.ts";
import { fetchSnapshot, sync, type Transport, type Unavailable } from "./transport.ts";
import { notify, type Phase } from "./view.ts";

/** What empties the outbox. Every tab has one; only one of them sends at a time. */
export type Drainer = {
	readonly device: Device;
	readonly transport: Transport;
	phase: Phase;
	running: Promise<void> | null;
	/** What was asked for while running, so that it is not swallowed. */
	again: Urgency | null;
	/** Failed attempts in a row. */
	failures: number;
	timer: unknown;
	/** The server asked for silence until then (by `environment.now`). */
	held_until: number;
	closed: boolean;
};

/** `append`: something new waits. `wake`: the network, the page or the student gives reason to hope; it ends a back-off. */
export type Urgency = "append" | "wake";

type PassEnd =
	| { kind: "done" }
	| { kind: "wait"; reason: "offline" | "server"; retry_after_ms: number | null };

const BATCH_OPERATIONS = 100;
const BATCH_CHARACTERS = 256_000;
/** The browser's limit for requests that outlive the page is 64 KiB. */
const LAST_CHANCE_BYTES = 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const BUSY_WAIT_MS = 1000;
const DONE = { kind: "done" } as const;

export function createDrainer(device: Device, transport: Transport): Drainer {
	return {
		device,
		transport,
		phase: { kind: "sending" },
		running: null,
		again: null,
		failures: 0,
		timer: null,
		held_until: 0,
		closed: false,
	};
}

/**
 * Asks for the outbox to be emptied. Never throws for what network, server or storage do.
 * @returns resolves when everything is acknowledged or an attempt has failed
 */
export function drain(drainer: Drainer, urgency: Urgency): Promise<void> {
	if (drainer.closed) return Promise.resolve();
	if (urgency === "wake") drainer.failures = 0;
	if (drainer.running !== null) {
		if (drainer.again !== "wake") drainer.again = urgency;
		return drainer.running;
	}
	const isBackingOff = drainer.timer !== null && urgency === "append";
	if (isBackingOff || isHeld(drainer)) return Promise.resolve();
	stopTimer(drainer);
	drainer.running = run(drainer);
	return drainer.running;
}

/** Ends this tab's sending; a request that is under way may still arrive. */
export function closeDrainer(drainer: Drainer): void {
	drainer.closed = true;
	stopTimer(drainer);
}

/** The page may be gone in a moment: sends what it can in a request that outlives it. The outbox keeps all until it is told. */
export function sendLastChance(drainer: Drainer): void {
	const { device, transport } = drainer;
	if (drainer.closed || isHeld(drainer)) return;
	for (const view of device.views.values()) {
		// What is just being written may still get another id, and would then count twice.
		const isFinal = (one: Operation) =>
			!view.unstored.some(({ operation, phase }) => operation === one && phase === "writing");
		const operations = firstFew(pendingOf(device, view).filter(isFinal), BATCH_OPERATIONS, LAST_CHANCE_BYTES);
		if (operations.length > 0) void sync(transport, view.session_id, requestOf(device, operations), true);
	}
}

async function run(drainer: Drainer): Promise<void> {
	try {
		for (;;) {
			drainer.again = null;
			const end = await exclusively(drainer.device, (renew) => pass(drainer, renew));
			const asked = drainer.again as Urgency | null;
			if (end === "busy") startTimer(drainer, BUSY_WAIT_MS);
			else if (end.kind === "wait") backOff(drainer, end);
			else drainer.failures = 0;
			const isRepeat = end === "busy" ? false : end.kind === "done" ? asked !== null : asked === "wake";
			if (!isRepeat || drainer.closed || isHeld(drainer)) break;
			stopTimer(drainer);
		}
	} catch (error) {
		// A bug in here must not end the sending for good; it is thrown all the same, to be seen.
		backOff(drainer, { kind: "wait", reason: "server", retry_after_ms: null });
		throw error;
	} finally {
		// In the same turn as the last look at `again`: a call in between would be swallowed.
		drainer.running = null;
	}
}

async function pass(drainer: Drainer, renew: () => Promise<void>): Promise<PassEnd> {
	const { device } = drainer;
	const unknown = new Set<SessionId>();
	await settleLeftovers(device);
	await storeFailed(device);
	while (!drainer.closed) {
		const pending = (await readPending(device)).filter(({ session_id }) => !unknown.has(session_id));
		const session_id = pending[0]?.session_id;
		if (!session_id) break;
		const ofSession = pending.filter((operation) => operation.session_id === session_id);
		const batch = firstFew(ofSession, BATCH_OPERATIONS, BATCH_CHARACTERS);
		const end = await deliver(drainer, session_id, batch, renew);
		if (end.kind === "wait") return end;
		if (end.kind === "unknown_session") unknown.add(session_id);
		else setPhase(drainer, { kind: "sending" });
	}
	// Another tab may have sent what this one was waiting to send.
	if ([...device.views.values()].some((view) => pendingOf(device, view).length > 0)) await reload(device);
	const end = await refresh(drainer, renew);
	if (end.kind === "done" && unknown.size > 0)
		return { kind: "wait", reason: "server", retry_after_ms: null };
	if (end.kind === "done") setPhase(drainer, { kind: "sending" });
	return end;
}

async function deliver(
	drainer: Drainer,
	session_id: SessionId,
	operations: readonly Operation[],
	renew: () => Promise<void>,
): Promise<PassEnd | { kind: "unknown_session" }> {
	const { device, transport } = drainer;
	await renew();
	const outcome = await sync(transport, session_id, requestOf(device, operations));
	switch (outcome.kind) {
		case "settled":
			return (await settle(device, session_id, operations, outcome.reply)) ? DONE : trouble();
		case "unknown_session":
			await markKnown(device, session_id, false);
			return { kind: "unknown_session" };
		case "rejected": {
			// Only a server that takes requests of this shape can be believed to mean the operations.
			const probe = await sync(transport, session_id, requestOf(device, []));
			return probe.kind === "settled"
				? divide(drainer, session_id, operations, outcome.problem, renew)
				: probe.kind === "unavailable"
					? waitFor(probe)
					: trouble();
		}
		case "unavailable":
			return waitFor(outcome);
		default:
			return unreachable(outcome);
	}
}

/** Finds what the server cannot take by halves, so that it does not hold up the rest; oldest first all the while. */
async function divide(
	drainer: Drainer,
	session_id: SessionId,
	operations: readonly Operation[],
	problem: { code: string; detail: string },
	renew: () => Promise<void>,
): Promise<PassEnd> {
	const { device, transport } = drainer;
	const [first] = operations;
	if (!first) return DONE;
	if (operations.length === 1) return (await refuseOperation(device, first, problem)) ? DONE : trouble();
	const middle = Math.ceil(operations.length / 2);
	for (const half of [operations.slice(0, middle), operations.slice(middle)]) {
		await renew();
		const outcome = await sync(transport, session_id, requestOf(device, half));
		if (outcome.kind === "unavailable") return waitFor(outcome);
		if (outcome.kind === "unknown_session") return trouble();
		if (outcome.kind === "settled") {
			if (!(await settle(device, session_id, half, outcome.reply))) return trouble();
			continue;
		}
		const end = await divide(drainer, session_id, half, outcome.problem, renew);
		if (end.kind === "wait") return end;
	}
	return DONE;
}

/** Fetches what other devices did to the sessions that are open here, where the last reply told that there is something. */
async function refresh(drainer: Drainer, renew: () => Promise<void>): Promise<PassEnd> {
	const { device, transport } = drainer;
	for (const view of [...device.views.values()]) {
		if (drainer.closed || !view.record.refresh_needed) continue;
		await renew();
		const remote = await fetchSnapshot(transport, view.session_id);
		switch (remote.kind) {
			case "found":
				try {
					await rebase(device, view.index, remote.snapshot, true);
				} catch (error) {
					if (!(error instanceof StorageFailed)) throw error;
					return trouble();
				}
				// Giving answers again to a server that lost them fills the outbox.
				if (pendingOf(device, view).length > 0) drainer.again ??= "append";
				break;
			case "not_found":
				await markKnown(device, view.session_id, false);
				break;
			case "unavailable":
				return waitFor(remote);
			default:
				unreachable(remote);
		}
	}
	return DONE;
}

function requestOf(device: Device, operations: readonly Operation[]) {
	return {
		sent_at: toInstant(deviceTime(device)),
		operations: operations.map(({ operation_id, client_time, command }) => ({
			operation_id,
			client_time,
			command,
		})),
	};
}

function firstFew(operations: readonly Operation[], count: number, size: number): Operation[] {
	const few: Operation[] = [];
	let left = size;
	for (const operation of operations.slice(0, count)) {
		left -= new TextEncoder().encode(JSON.stringify(operation)).length;
		if (left < 0 && few.length > 0) break;
		few.push(operation);
	}
	return few;
}

function waitFor({ reason, retry_after_ms }: Unavailable): PassEnd {
	return { kind: "wait", reason, retry_after_ms };
}

function trouble(): PassEnd {
	return { kind: "wait", reason: "server", retry_after_ms: null };
}

function backOff(drainer: Drainer, end: Extract<PassEnd, { kind: "wait" }>): void {
	const { environment } = drainer.device;
	const random = (environment.randomBytes(1)[0] ?? 0) / 256;
	const usual = Math.min(FIRST_WAIT_MS * 2 ** drainer.failures, LONGEST_WAIT_MS) * (0.5 + random / 2);
	// A whole school that was told the same second must not come back in the same second.
	const asked = end.retry_after_ms === null ? 0 : end.retry_after_ms * (1 + random / 4);
	drainer.failures += 1;
	drainer.held_until = asked > 0 ? environment.now() + asked : 0;
	setPhase(drainer, { kind: "waiting", reason: end.reason });
	startTimer(drainer, Math.max(usual, asked));
}

function isHeld(drainer: Drainer): boolean {
	return drainer.timer !== null && drainer.held_until > drainer.device.environment.now();
}

function startTimer(drainer: Drainer, milliseconds: number): void {
	stopTimer(drainer);
	if (drainer.closed) return;
	drainer.timer = drainer.device.environment.setTimeout(() => {
		drainer.timer = null;
		void drain(drainer, "append");
	}, milliseconds);
}

function stopTimer(drainer: Drainer): void {
	if (drainer.timer !== null) drainer.device.environment.clearTimeout(drainer.timer);
	drainer.timer = null;
}

function setPhase(drainer: Drainer, phase: Phase): void {
	const before = drainer.phase;
	if (before.kind === phase.kind && (before.kind === "sending" || before === phase)) return;
	drainer.phase = phase;
	for (const view of drainer.device.views.values()) notify(view);
}
