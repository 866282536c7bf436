import type { SessionId } from "@carhythm/core";
import type { Operation } from "../storage/records.ts";
import { type Device, pendingOf, readPending, reload } from "../storage/tab-state.ts";
import { isServerRestored, notify, type Phase, type View } from "../view.ts";
import { storeFailed } from "./append.ts";
import { deliver, refresh, syncRequest, type Wait } from "./delivery.ts";
import { exclusively, LEASE_MS } from "./sender-lock.ts";
import { settleLeftovers } from "./settlement.ts";
import { sync, type Transport } from "./transport.ts";

/** What empties the outbox. Every tab has one; only one of them sends at a time. */
export type Drainer = {
	readonly device: Device;
	readonly transport: Transport;
	phase: Phase;
	running: Promise<void> | null;
	/** Another tab was sending at the last attempt. */
	is_busy: boolean;
	/** What was asked for while running, so that it is not swallowed. */
	again: Urgency | null;
	/** Failed attempts in a row. */
	failures: number;
	timer: unknown;
	/** The server asked for silence until then (by `environment.now`). */
	held_until: number;
	closed: boolean;
	/** What else ends when this tab stops: see follow.ts. */
	readonly endings: Set<() => void>;
};

/** `append`: something new waits. `wake`: the network, the page or the student gives reason to hope; it ends a back-off. */
export type Urgency = "append" | "wake";

const BATCH_OPERATIONS = 100;
const BATCH_BYTES = 256_000;
/** The browser's limit for requests that outlive the page is 64 KiB. */
const LAST_CHANCE_BYTES = 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const BUSY_WAIT_MS = 1000;
/** How often somebody who waits for it looks whether another tab's lease is over. */
const LOOK_MS = 500;

export function createDrainer(device: Device, transport: Transport): Drainer {
	return {
		device,
		transport,
		phase: { kind: "sending" },
		running: null,
		is_busy: false,
		again: null,
		failures: 0,
		timer: null,
		held_until: 0,
		closed: false,
		endings: new Set(),
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

/**
 * Asks for the outbox to be emptied, for somebody who will not come back: behind a tab that is gone it waits until that one's lease has run out.
 * @returns as {@link drain}
 */
export async function drainPatiently(drainer: Drainer): Promise<void> {
	const { device } = drainer;
	await drain(drainer, "wake");
	for (let waited = 0; drainer.is_busy && waited < LEASE_MS; waited += LOOK_MS) {
		if ((await readPending(device)).length === 0) return;
		await new Promise<void>((resolve) => void device.environment.setTimeout(resolve, LOOK_MS));
		await drain(drainer, "wake");
	}
}

/** Ends this tab's sending; a request that is under way may still arrive. */
export function closeDrainer(drainer: Drainer): void {
	drainer.closed = true;
	stopTimer(drainer);
	for (const end of [...drainer.endings]) end();
}

/** The page may be gone in a moment: sends what it can in a request that outlives it. The outbox keeps all until it is told. */
export function sendLastChance(drainer: Drainer): void {
	const { device, transport } = drainer;
	if (drainer.closed || isHeld(drainer)) return;
	for (const view of device.views.values()) {
		// What is just being written may still get another id, and would then count twice.
		const isFinal = (one: Operation) =>
			!view.unstored.some(({ operation, phase }) => operation === one && phase === "writing");
		const operations = firstFew(pendingOf(device, view).filter(isFinal), LAST_CHANCE_BYTES);
		if (operations.length > 0)
			void sync(transport, view.session_id, syncRequest(device, view.session_id, operations), true);
	}
}

async function run(drainer: Drainer): Promise<void> {
	try {
		for (;;) {
			drainer.again = null;
			const end = await exclusively(drainer.device, (renew) => pass(drainer, renew));
			const asked = drainer.again as Urgency | null;
			drainer.is_busy = end === "busy";
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

async function pass(drainer: Drainer, renew: () => Promise<void>): Promise<{ kind: "done" } | Wait> {
	const { device, transport } = drainer;
	const courier = { device, transport, renew };
	const unknown = new Set<SessionId>();
	await settleLeftovers(device);
	await storeFailed(device);
	while (!drainer.closed) {
		const pending = (await readPending(device)).filter(({ session_id }) => !unknown.has(session_id));
		const session_id = pending[0]?.session_id;
		if (!session_id) break;
		const ofSession = pending.filter((operation) => operation.session_id === session_id);
		const end = await deliver(courier, session_id, firstFew(ofSession, BATCH_BYTES));
		if (end.kind === "wait") return end;
		if (end.kind === "unknown_session") unknown.add(session_id);
		else setPhase(drainer, { kind: "sending" });
	}
	// Another tab may have sent what this one was waiting to send, or fetched what it heard of.
	if (hasPending(device) || [...device.views.values()].some(isBehind)) await reload(device);
	for (const view of [...device.views.values()]) {
		const end = isBehind(view) && !drainer.closed ? await refresh(courier, view) : null;
		if (end?.kind === "wait") return end;
	}
	if (unknown.size > 0) return { kind: "wait", reason: "server", retry_after_ms: null };
	setPhase(drainer, { kind: "sending" });
	// A server that had lost something is given it again.
	if (hasPending(device)) drainer.again ??= "append";
	return { kind: "done" };
}

function isBehind(view: View): boolean {
	const { record, heard } = view;
	return record.refresh_needed || heard > record.synced_revision || isServerRestored(view);
}

function hasPending(device: Device): boolean {
	return [...device.views.values()].some((view) => pendingOf(device, view).length > 0);
}

/** As many of the oldest as one request should carry, and always one. */
function firstFew(operations: readonly Operation[], bytes: number): Operation[] {
	const few: Operation[] = [];
	let left = bytes;
	for (const operation of operations.slice(0, BATCH_OPERATIONS)) {
		left -= new TextEncoder().encode(JSON.stringify(operation)).length;
		if (left < 0 && few.length > 0) break;
		few.push(operation);
	}
	return few;
}

function backOff(drainer: Drainer, end: Wait): void {
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
