import type { Channel } from "@carhythm/client";
import type { VirtualClock } from "@carhythm/client/testing";
import type { Browser, Device, Heard, Lock, Tab } from "./surroundings.ts";
import { never } from "./surroundings.ts";

export function newBrowser(): Browser {
	return { locks: new Map(), channel: new Set() };
}

/** Web Locks. */
export async function exclusively<T>(
	{ browser }: Device,
	name: string,
	tab: Tab,
	signal: AbortSignal,
	body: () => Promise<T>,
): Promise<T> {
	if (tab.dead) return never();
	const lock = browser.locks.get(name) ?? { held: null, waiting: [] };
	browser.locks.set(name, lock);
	if (lock.held) await untilFree(lock, tab, signal);
	else lock.held = tab;
	// Its page may have gone in the moment in which it was let in; the lock is another's then.
	if (tab.dead) return never();
	try {
		return await body();
	} finally {
		if (!tab.dead) passOn(lock);
	}
}

function untilFree(lock: Lock, tab: Tab, signal: AbortSignal): Promise<void> {
	return new Promise((enter, reject) => {
		const waiting = { tab, enter };
		lock.waiting.push(waiting);
		signal.addEventListener("abort", () => {
			if (!lock.waiting.includes(waiting)) return;
			lock.waiting = lock.waiting.filter((other) => other !== waiting);
			reject(signal.reason);
		});
	});
}

/** Gives the locks on, as the browser does for a page that is gone. */
export function leave({ browser }: Device, tab: Tab): void {
	for (const lock of browser.locks.values()) {
		lock.waiting = lock.waiting.filter((other) => other.tab !== tab);
		if (lock.held === tab) passOn(lock);
	}
	for (const heard of browser.channel) if (heard.tab === tab) browser.channel.delete(heard);
}

function passOn(lock: Lock): void {
	const next = lock.waiting.shift();
	lock.held = next?.tab ?? null;
	next?.enter();
}

/** A BroadcastChannel. */
export function channelOf(tab: Tab, time: VirtualClock): Channel {
	const all = tab.device.browser.channel;
	const heard: Heard = { tab, hear: (data) => channel.onmessage?.({ data } as MessageEvent) };
	all.add(heard);
	const channel: Channel = {
		onmessage: null,
		postMessage: (message) => {
			for (const other of all) {
				if (other === heard) continue;
				const arrival = new Promise((resolve) => setImmediate(resolve));
				void time.track(arrival.then(() => (other.tab.dead ? undefined : other.hear(message))));
			}
		},
		close: () => all.delete(heard),
	};
	return channel;
}
