import { SessionNotice, z } from "@carhythm/core";
import { syncRequest } from "./delivery.ts";
import { type Drainer, drain } from "./drainer.ts";
import { sync } from "./transport.ts";
import type { View } from "./view.ts";

/** Often enough to know within five seconds that the session goes on elsewhere. */
const ASK_EVERY_MS = 4000;
/** A server that refused a stream is offered another chance after this long. */
const LISTEN_AGAIN_MS = 60_000;

/**
 * Hears of what other devices do with a session. One tab of the browser listens for all; where tabs cannot agree on one (plain
 * http), each listens while it is on the screen. Where nothing can be listened to, the server is asked.
 * @returns a function that ends it
 */
export function follow(drainer: Drainer, view: View): () => void {
	const { environment } = drainer.device;
	let isOver = false;
	let isShown = true;
	let timer: unknown = null;
	let stream: { close(): void } | null = null;
	let endTurn: () => void = () => {};

	const url = `${drainer.transport.base_url}/api/v2/session/${view.session_id}/events`;

	function listen(): void {
		if (isOver || stream) return;
		if (!environment.listen) {
			ask();
			return;
		}
		stream = environment.listen(url, {
			heard: (data) => void hear(drainer, view, data),
			failed() {
				mute();
				later(LISTEN_AGAIN_MS / ASK_EVERY_MS);
			},
		});
	}

	/** Asks some times, and then tries to listen again. */
	function later(times: number): void {
		if (isOver) return;
		timer = environment.setTimeout(() => {
			timer = null;
			if (isOver || (!isShown && !environment.locks)) return;
			void askOnce(drainer, view).finally(() => {
				if (environment.listen && times <= 1) listen();
				else later(times - 1);
			});
		}, ASK_EVERY_MS);
	}

	function ask(): void {
		if (timer === null) later(Number.POSITIVE_INFINITY);
	}

	function mute(): void {
		stream?.close();
		stream = null;
		if (timer !== null) environment.clearTimeout(timer);
		timer = null;
	}

	const stopSignals = environment.signals.subscribe((signal) => {
		if (signal === "hidden") isShown = false;
		else if (signal === "visible" || signal === "pageshow") isShown = true;
		if (environment.locks) return;
		if (isShown) listen();
		else mute();
	});

	if (environment.locks) {
		const { signal } = new AbortController();
		void environment.locks.request(`carhythm-follow/${view.session_id}`, { signal }, () => {
			if (isOver) return Promise.resolve();
			listen();
			return new Promise<void>((resolve) => {
				endTurn = resolve;
			});
		});
	} else listen();

	const end = () => {
		isOver = true;
		drainer.endings.delete(end);
		stopSignals();
		mute();
		endTurn();
	};
	drainer.endings.add(end);
	return end;
}

async function hear(drainer: Drainer, view: View, data: string): Promise<void> {
	const notice = z.safeParse(SessionNotice, parseJson(data));
	if (notice.success) await learn(drainer, view, notice.data.revision);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** A sync of nothing tells how things are, and is no activity. */
async function askOnce(drainer: Drainer, view: View): Promise<void> {
	// Whoever sends is told anyway.
	if (view.forgotten || drainer.running !== null) return;
	const outcome = await sync(
		drainer.transport,
		view.session_id,
		syncRequest(drainer.device, view.session_id, []),
	);
	if (outcome.kind === "settled") await learn(drainer, view, outcome.reply.session.revision);
}

async function learn(drainer: Drainer, view: View, revision: number): Promise<void> {
	if (revision <= view.record.synced_revision) return;
	view.heard = Math.max(view.heard, revision);
	await drain(drainer, "wake");
}
