import type { SessionId } from "@carhythm/core";
import { pendingOf, readPending } from "../storage/pending.ts";
import type { QueuedOperation } from "../storage/records.ts";
import { reload, type TabState } from "../storage/tab-state.ts";
import { isServerRestored, notify, type SenderStatus, type TabSessionView } from "../tab-session-view.ts";
import { sync, type Transport } from "../transport.ts";
import { storeFailed } from "./append.ts";
import { learn, refresh, type SendContext, sendBatch, syncRequest, type Wait } from "./delivery.ts";
import { forgetLeft } from "./moved.ts";
import { LEASE_MS, withSenderLock } from "./sender-lock.ts";
import { settleLeftovers } from "./settlement.ts";

/**
 * Sends the outbox. Every tab has one; only one of them sends at a time.
 *
 *     idle → running → acknowledged → idle
 *                    → failed → waiting (timer, doubles from 1 s to 60 s) → running
 *                    → busy (another tab sends) → waiting (1 s) → running
 *                    → not_before (the server asked for silence) → running
 *     any → closed
 */
export type OutboxSender = {
	readonly tab: TabState;
	readonly transport: Transport;
	status: SenderStatus;
	running: Promise<void> | null;
	/** Another tab was sending at the last attempt. */
	is_busy: boolean;
	/** What was asked for while running, so that it is not swallowed. */
	again: DrainMode | null;
	/** Failed attempts in a row. */
	failures: number;
	timer: unknown;
	/** The server asked for silence until then (by `environment.now`). */
	not_before: number;
	closed: boolean;
	/** What else ends when this tab stops: see follow.ts. */
	readonly disposers: Set<() => void>;
};

/**
 * Whether a call may cut short the wait after a failed attempt. `keep_back_off`: something new waits, which is
 * no reason to think that the server can be reached. `end_back_off`: the network, the page or the student gives
 * one.
 */
export type DrainMode = "keep_back_off" | "end_back_off";

const BATCH_OPERATIONS = 100;
const BATCH_BYTES = 256_000;
/** The browser's limit for requests that outlive the page is 64 KiB. */
const LAST_CHANCE_BYTES = 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const BUSY_WAIT_MS = 1000;
/** How often a waiting tab checks whether another tab's lease is over. */
const LEASE_POLL_MS = 500;

export function createSender(tab: TabState, transport: Transport): OutboxSender {
	return {
		tab,
		transport,
		status: { kind: "sending" },
		running: null,
		is_busy: false,
		again: null,
		failures: 0,
		timer: null,
		not_before: 0,
		closed: false,
		disposers: new Set(),
	};
}

/**
 * Asks for the outbox to be emptied. Never throws for what network, server or storage do.
 * @returns resolves when everything is acknowledged or an attempt has failed
 */
export function drain(sender: OutboxSender, mode: DrainMode): Promise<void> {
	if (sender.closed) return Promise.resolve();
	if (mode === "end_back_off") sender.failures = 0;
	if (sender.running !== null) {
		if (sender.again !== "end_back_off") sender.again = mode;
		return sender.running;
	}
	const isBackingOff = sender.timer !== null && mode === "keep_back_off";
	if (isBackingOff || isPausedByServer(sender)) return Promise.resolve();
	stopTimer(sender);
	sender.running = run(sender);
	return sender.running;
}

/**
 * Asks for the outbox to be emptied for the last time, before this visit ends. It waits until the lease of a
 * tab that is gone has run out.
 * @returns as {@link drain}
 */
export async function drainBehindLease(sender: OutboxSender): Promise<void> {
	const { tab } = sender;
	await drain(sender, "end_back_off");
	for (let waited = 0; sender.is_busy && waited < LEASE_MS; waited += LEASE_POLL_MS) {
		if ((await readPending(tab)).length === 0) return;
		await new Promise<void>((resolve) => void tab.environment.setTimeout(resolve, LEASE_POLL_MS));
		await drain(sender, "end_back_off");
	}
}

/** Ends this tab's sending; a request that is under way may still arrive. */
export function closeSender(sender: OutboxSender): void {
	sender.closed = true;
	stopTimer(sender);
	for (const end of [...sender.disposers]) end();
}

/**
 * The page may be gone in a moment: sends what it can in a request that outlives it. The outbox keeps all
 * until it is told.
 */
export function sendLastChance(sender: OutboxSender): void {
	const { tab, transport } = sender;
	if (sender.closed || isPausedByServer(sender)) return;
	for (const view of tab.views.values()) {
		// What is just being written may still get another id, and would then count twice.
		const isFinal = (one: QueuedOperation) =>
			!view.unstored.some(({ operation, stage }) => operation === one && stage === "writing");
		const operations = firstFew(pendingOf(tab, view).filter(isFinal), LAST_CHANCE_BYTES);
		if (operations.length > 0)
			void sync(transport, view.session_id, syncRequest(tab, view.session_id, operations), true);
	}
}

async function run(sender: OutboxSender): Promise<void> {
	try {
		for (;;) {
			sender.again = null;
			const end = await withSenderLock(sender.tab, (renew) => pass(sender, renew));
			const asked = sender.again as DrainMode | null;
			sender.is_busy = end === "busy";
			if (end === "busy") startTimer(sender, BUSY_WAIT_MS);
			else if (end.kind === "wait") backOff(sender, end);
			else sender.failures = 0;
			const isRepeat =
				end === "busy" ? false : end.kind === "done" ? asked !== null : asked === "end_back_off";
			if (!isRepeat || sender.closed || isPausedByServer(sender)) break;
			stopTimer(sender);
		}
	} catch (error) {
		// A bug in here must not end the sending for good; it is thrown all the same, to be seen.
		backOff(sender, { kind: "wait", reason: "server", retry_after_ms: null });
		throw error;
	} finally {
		// In the same turn as the last look at `again`: a call in between would be swallowed.
		sender.running = null;
	}
}

async function pass(sender: OutboxSender, renew: () => Promise<void>): Promise<{ kind: "done" } | Wait> {
	const { tab, transport } = sender;
	const context = { tab, transport, renew };
	/** What the server does not take now; the other sessions are not to wait for them. */
	const unknown = new Set<SessionId>();
	await settleLeftovers(tab);
	await storeFailed(tab);
	while (!sender.closed) {
		const pending = (await readPending(tab)).filter(({ session_id }) => !unknown.has(session_id));
		const session_id = pending[0]?.session_id;
		if (!session_id) break;
		const ofSession = pending.filter((operation) => operation.session_id === session_id);
		const end = await sendBatch(context, session_id, firstFew(ofSession, BATCH_BYTES));
		if (end.kind === "wait") return end;
		if (end.kind === "unknown_session" || end.kind === "held_back") unknown.add(session_id);
		else setStatus(sender, { kind: "sending" });
	}
	// Another tab may have sent what this one was waiting to send, or fetched what it heard of.
	if (hasPending(tab) || [...tab.views.values()].some(isBehind)) await reload(tab);
	for (const view of [...tab.views.values()]) {
		const end = sender.closed ? null : await catchUp(context, view);
		if (end?.kind === "wait") return end;
	}
	await forgetLeft(tab);
	if (unknown.size > 0) return { kind: "wait", reason: "server", retry_after_ms: null };
	setStatus(sender, { kind: "sending" });
	// A server that had lost something is given it again.
	if (hasPending(tab)) sender.again ??= "keep_back_off";
	return { kind: "done" };
}

/** Learns what is new of a session of which word came. */
async function catchUp(context: SendContext, view: TabSessionView): Promise<{ kind: "done" } | Wait | null> {
	if (view.record.moved) return null;
	if (view.announced_move) return learn(context, view.session_id);
	return isBehind(view) ? refresh(context, view) : null;
}

function isBehind(view: TabSessionView): boolean {
	const { record, announced_revision } = view;
	if (record.moved) return false;
	return record.refresh_needed || announced_revision > record.synced_revision || isServerRestored(view);
}

function hasPending(tab: TabState): boolean {
	return [...tab.views.values()].some((view) => pendingOf(tab, view).length > 0);
}

/** As many of the oldest as one request should carry, and always one. */
function firstFew(operations: readonly QueuedOperation[], bytes: number): QueuedOperation[] {
	const few: QueuedOperation[] = [];
	let left = bytes;
	for (const operation of operations.slice(0, BATCH_OPERATIONS)) {
		left -= new TextEncoder().encode(JSON.stringify(operation)).length;
		if (left < 0 && few.length > 0) break;
		few.push(operation);
	}
	return few;
}

function backOff(sender: OutboxSender, end: Wait): void {
	const { environment } = sender.tab;
	const random = (environment.randomBytes(1)[0] ?? 0) / 256;
	const usual = Math.min(FIRST_WAIT_MS * 2 ** sender.failures, LONGEST_WAIT_MS) * (0.5 + random / 2);
	// A whole school that was told the same second must not come back in the same second.
	const asked = end.retry_after_ms === null ? 0 : end.retry_after_ms * (1 + random / 4);
	sender.failures += 1;
	sender.not_before = asked > 0 ? environment.now() + asked : 0;
	setStatus(sender, { kind: "waiting", reason: end.reason });
	startTimer(sender, Math.max(usual, asked));
}

function isPausedByServer(sender: OutboxSender): boolean {
	return sender.timer !== null && sender.not_before > sender.tab.environment.now();
}

function startTimer(sender: OutboxSender, milliseconds: number): void {
	stopTimer(sender);
	if (sender.closed) return;
	sender.timer = sender.tab.environment.setTimeout(() => {
		sender.timer = null;
		void drain(sender, "keep_back_off");
	}, milliseconds);
}

function stopTimer(sender: OutboxSender): void {
	if (sender.timer !== null) sender.tab.environment.clearTimeout(sender.timer);
	sender.timer = null;
}

function setStatus(sender: OutboxSender, status: SenderStatus): void {
	const before = sender.status;
	if (before.kind === status.kind && (before.kind === "sending" || before === status)) return;
	sender.status = status;
	for (const view of sender.tab.views.values()) notify(view);
}
