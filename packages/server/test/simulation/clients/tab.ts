import {
	type Client,
	createClient,
	createMemoryStorage,
	type Environment,
	openIndexedDbStorage,
	type Signal,
} from "@carhythm/client";
import { channelOf, exclusively, leave, newBrowser } from "./browser.ts";
import { guarded } from "./guarded-storage.ts";
import { type Device, type Listener, never, type Surroundings, type Tab } from "./surroundings.ts";

export function newDevice(name: string, kind: Device["kind"]): Device {
	return {
		name,
		kind,
		jar: { cookie: null },
		clock_error: 0,
		disk_trouble: 0,
		cut_off: false,
		plain: false,
		resets: 0,
		tabs: new Set(),
		browser: newBrowser(),
	};
}

export async function openTab(surroundings: Surroundings, device: Device): Promise<Tab> {
	const { time } = surroundings;
	const signalled = new Set<(signal: Signal) => void>();
	let die = () => {};
	const died = new Promise<void>((resolve) => {
		die = resolve;
	});
	const storage =
		device.kind === "memory" ? createMemoryStorage() : await time.track(openIndexedDbStorage(device.name));
	const end = () => {
		tab.dead = true;
		signalled.clear();
		for (const listener of surroundings.listeners)
			if (listener.tab === tab) surroundings.listeners.delete(listener);
		device.tabs.delete(tab);
		time.clearTimers(tab);
		leave(device, tab);
		storage.close();
		die();
	};
	const tab: Tab = {
		device,
		storage,
		session: null,
		resets_before: device.resets,
		dead: false,
		awaits: 0,
		dies_at: Number.POSITIVE_INFINITY,
		died,
		signal: (signal) => {
			for (const listener of [...signalled]) listener(signal);
		},
		kill: end,
		close: () => {
			tab.client.close();
			end();
		},
		// Made right below; nothing asks for it before.
		client: undefined as unknown as Client,
	};
	device.tabs.add(tab);
	tab.client = createClient({
		storage: guarded(storage, tab, surroundings),
		environment: environmentOf(tab, surroundings, signalled),
	});
	return tab;
}

function environmentOf(
	tab: Tab,
	surroundings: Surroundings,
	signalled: Set<(signal: Signal) => void>,
): Partial<Environment> {
	const { time, chance } = surroundings;
	const { device } = tab;
	const own = chance.branch();
	return {
		fetch: (url, init) => {
			if (tab.dead) return never();
			if (device.cut_off) return Promise.reject(new TypeError("Failed to fetch"));
			const body = typeof init.body === "string" ? init.body : null;
			const request = { method: init.method ?? "GET", path: url, body };
			const reply = surroundings.network.send(device.jar, request, init.signal ?? null);
			return reply.then(
				(response) => (tab.dead ? never<Response>() : response),
				(error: unknown) => (tab.dead ? never<Response>() : Promise.reject(error)),
			);
		},
		now: () => time.now() + device.clock_error,
		randomBytes: (count) => own.bytes(count),
		setTimeout: (callback, milliseconds) => (tab.dead ? 0 : time.setTimeout(callback, milliseconds, tab)),
		clearTimeout: (timer) => time.clearTimeout(timer as number),
		locks: device.plain
			? undefined
			: { request: (name, { signal }, body) => exclusively(device, name, tab, signal, body) },
		// Word comes of hand-offs only: see hand-over.ts. Asking every few seconds would be most of what
		// happens in a month.
		listen: (url, { heard, beat }) => {
			const session_id = /session\/([^/]+)\/events$/.exec(url)?.[1] ?? "";
			const listener: Listener = { session_id, tab, heard };
			surroundings.listeners.add(listener);
			beat(Number.POSITIVE_INFINITY);
			return { close: () => void surroundings.listeners.delete(listener) };
		},
		device_label: device.name,
		visit: { read: () => null, write: () => undefined },
		broadcast: device.plain ? undefined : () => channelOf(tab, time),
		signals: {
			subscribe: (listener) => {
				signalled.add(listener);
				return () => signalled.delete(listener);
			},
		},
	};
}
