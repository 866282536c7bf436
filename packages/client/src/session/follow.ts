import { SessionNotice } from "@carhythm/core";
import * as z from "@carhythm/core/schema";
import { syncRequest } from "../outbox/delivery.ts";
import { drain, type OutboxSender } from "../outbox/sender.ts";
import { noteHeldBack } from "../outbox/settlement.ts";
import { markServerDataLoss } from "../storage/change-record.ts";
import { isServerRestored, notify, type TabSessionView } from "../tab-session-view.ts";
import { sync } from "../transport.ts";

/**
 * Often enough to know within five seconds that the session goes on elsewhere; a stream must have said
 * something by then too.
 */
const ASK_EVERY_MS = 4000;
/** A server that refused a stream, or a proxy that kept it back, is offered another chance after this long. */
const LISTEN_AGAIN_MS = 60_000;
/** Asked so often in between. */
const ASK_TIMES = LISTEN_AGAIN_MS / ASK_EVERY_MS;
/** Browsers take a longer wait for none. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Follows what other devices do with a session, while the page is on the screen.
 *
 *     hidden → shown → waiting for the lock → listening (event stream) ⇄ asking (every 4 s, where the stream fails)
 *     hidden or closed: the lock is released at once
 *
 * One tab listens for all: of several visible windows Web Locks choose one. Where there are no locks (plain
 * http, blocked site data) each listens. A hidden tab may be suspended at any moment, and no tab would listen
 * then.
 * @returns a function that ends it
 */
export function follow(sender: OutboxSender, view: TabSessionView): () => void {
	const { environment } = sender.tab;
	let isOver = false;
	/** This tab's turn, which it has or waits for. */
	let turn: AbortController | null = null;

	function takeTurn(): void {
		if (isOver || turn || environment.isShown?.() === false) return;
		turn = new AbortController();
		const { signal } = turn;
		if (!environment.locks) {
			attend(sender, view, signal);
			return;
		}
		const turns = environment.locks.request(`carhythm-follow/${view.session_id}`, { signal }, () => {
			if (signal.aborted) return Promise.resolve();
			attend(sender, view, signal);
			return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
		});
		turns.catch(() => {
			if (!signal.aborted) attend(sender, view, signal);
		});
	}

	function leaveTurn(): void {
		turn?.abort();
		turn = null;
	}

	const stopSignals = environment.signals.subscribe((signal) => {
		if (signal === "hidden" || signal === "pagehide") leaveTurn();
		else if (signal === "visible" || signal === "pageshow") takeTurn();
	});
	takeTurn();

	const end = () => {
		isOver = true;
		sender.disposers.delete(end);
		stopSignals();
		leaveTurn();
	};
	sender.disposers.add(end);
	return end;
}

/** Listens to the server's events until the end of the turn, and asks while they do not come. */
function attend(sender: OutboxSender, view: TabSessionView, turn: AbortSignal): void {
	const { environment } = sender.tab;
	const url = `${sender.transport.base_url}/api/v2/session/${view.session_id}/events`;
	let stream: { close(): void } | null = null;
	let timer: unknown = null;

	function listen(): void {
		if (!environment.listen) {
			askLater(Number.POSITIVE_INFINITY);
			return;
		}
		let patience_ms = ASK_EVERY_MS;
		let isFirst = true;
		const expectMore = () =>
			wait(patience_ms, () => {
				mute();
				ask(ASK_TIMES);
			});
		stream = environment.listen(url, {
			heard(data) {
				expectMore();
				void hear(sender, view, { data, isFirst });
				isFirst = false;
			},
			beat(next_ms) {
				// One may be late; two that do not come are kept back by something in between.
				patience_ms = 2 * next_ms + ASK_EVERY_MS;
				expectMore();
			},
			failed() {
				mute();
				// A session that has moved ends its streams and opens no other: a question tells so at once.
				ask(ASK_TIMES);
			},
		});
		expectMore();
	}

	/** Asks so many times, and then tries to listen again. */
	function ask(times: number): void {
		void askOnce(sender, view).finally(() => {
			if (turn.aborted) return;
			if (times > 1) askLater(times - 1);
			else listen();
		});
	}

	function askLater(times: number): void {
		wait(ASK_EVERY_MS, () => ask(times));
	}

	function wait(milliseconds: number, then: () => void): void {
		stopWaiting();
		if (milliseconds <= LONGEST_MS) timer = environment.setTimeout(then, milliseconds);
	}

	function stopWaiting(): void {
		if (timer !== null) environment.clearTimeout(timer);
		timer = null;
	}

	function mute(): void {
		stream?.close();
		stream = null;
		stopWaiting();
	}

	turn.addEventListener("abort", mute);
	listen();
}

async function hear(
	sender: OutboxSender,
	view: TabSessionView,
	{ data, isFirst }: { data: string; isFirst: boolean },
): Promise<void> {
	const notice = z.safeParse(SessionNotice, parseJson(data));
	if (!notice.success) return;
	// The first one of a stream tells how things are; a later one may have been overtaken by a reply.
	const { revision, incarnation, erase_at } = notice.data;
	// A server that does not tell of it knows of none. The session itself tells the rest.
	if (erase_at !== undefined && erase_at !== view.record.erase_at) await markServerDataLoss(sender.tab, view);
	if (isFirst && revision < view.record.synced_revision) await markServerDataLoss(sender.tab, view);
	await learn(sender, view, revision, incarnation);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** A sync of nothing tells how things are, and is no activity. */
async function askOnce(sender: OutboxSender, view: TabSessionView): Promise<void> {
	// A tab that sends gets the state with its reply.
	if (view.forgotten || view.record.moved || sender.running !== null) return;
	const outcome = await sync(sender.transport, view.session_id, syncRequest(sender.tab, view.session_id, []));
	if (outcome.kind === "moved") {
		view.announced_move = true;
		await drain(sender, "end_back_off");
	}
	if (outcome.kind === "rejected") {
		if (await noteHeldBack(sender.tab, view.session_id, outcome.problem.code))
			await drain(sender, "end_back_off");
	}
	if (outcome.kind !== "settled") return;
	if (view.record.held_back !== null) await markServerDataLoss(sender.tab, view);
	const { revision, incarnation } = outcome.reply.session;
	await learn(sender, view, revision, incarnation);
}

async function learn(
	sender: OutboxSender,
	view: TabSessionView,
	revision: number,
	incarnation: string | undefined,
): Promise<void> {
	if (incarnation !== undefined) view.announced_incarnation = incarnation;
	const isRestored = isServerRestored(view);
	if (isRestored) notify(view);
	const isKnown = revision <= view.record.synced_revision && !isRestored && !view.record.refresh_needed;
	if (isKnown) return;
	// Numbers of another database say nothing about those of this one.
	if (!isRestored) view.announced_revision = Math.max(view.announced_revision, revision);
	await drain(sender, "end_back_off");
}
