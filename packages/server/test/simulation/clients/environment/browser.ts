import type { Channel } from "@carhythm/client";
import type { VirtualClock } from "@carhythm/client/testing";
import type { Browser, ChannelMember, Device, Lock, Tab } from "./environment.ts";
import { never } from "./environment.ts";

export function newBrowser(): Browser {
	return { locks: new Map(), channel: new Set() };
}

/** Runs `body` under a lock, as Web Locks do. */
export async function withLock<T>(
	{ browser }: Device,
	name: string,
	tab: Tab,
	signal: AbortSignal,
	body: () => Promise<T>,
): Promise<T> {
	if (tab.dead) return never();
	const lock = browser.locks.get(name) ?? { held: null, waiting: [] };
	browser.locks.set(name, lock);
	if (lock.held) await waitForLock(lock, tab, signal);
	else lock.held = tab;
	// A page that died in the moment of getting the lock has lost it to another.
	if (tab.dead) return never();
	try {
		return await body();
	} finally {
		if (!tab.dead) releaseLock(lock);
	}
}

function waitForLock(lock: Lock, tab: Tab, signal: AbortSignal): Promise<void> {
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

/** Releases the locks and the channel of a page, as the browser does when it is gone. */
export function releaseTab({ browser }: Device, tab: Tab): void {
	for (const lock of browser.locks.values()) {
		lock.waiting = lock.waiting.filter((other) => other.tab !== tab);
		if (lock.held === tab) releaseLock(lock);
	}
	for (const member of browser.channel) if (member.tab === tab) browser.channel.delete(member);
}

function releaseLock(lock: Lock): void {
	const next = lock.waiting.shift();
	lock.held = next?.tab ?? null;
	next?.enter();
}

/** A BroadcastChannel between the tabs of one browser. */
export function channelOf(tab: Tab, clock: VirtualClock): Channel {
	const all = tab.device.browser.channel;
	const member: ChannelMember = { tab, receive: (data) => channel.onmessage?.({ data } as MessageEvent) };
	all.add(member);
	const channel: Channel = {
		onmessage: null,
		postMessage: (message) => {
			for (const other of all) {
				if (other === member) continue;
				const arrival = new Promise((resolve) => setImmediate(resolve));
				void clock.track(arrival.then(() => (other.tab.dead ? undefined : other.receive(message))));
			}
		},
		close: () => all.delete(member),
	};
	return channel;
}
