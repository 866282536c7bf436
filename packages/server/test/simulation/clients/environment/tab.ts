import {
	type Client,
	createClient,
	createMemoryStorage,
	type Environment,
	openIndexedDbStorage,
	type Signal,
} from "@carhythm/client";
import { channelOf, newBrowser, releaseTab, withLock } from "./browser.ts";
import { type Device, type Listener, never, type SimulatedEnvironment, type Tab } from "./environment.ts";
import { faultyStorage } from "./faulty-storage.ts";

export function newDevice(name: string, kind: Device["kind"]): Device {
	return {
		name,
		kind,
		jar: { cookie: null },
		clock_error: 0,
		full_disk_one_in: 0,
		offline: false,
		plain_http: false,
		resets: 0,
		tabs: new Set(),
		browser: newBrowser(),
	};
}

/** Opens a page of the product's own client on a device. */
export async function openTab(environment: SimulatedEnvironment, device: Device): Promise<Tab> {
	const { clock } = environment;
	const signal_listeners = new Set<(signal: Signal) => void>();
	let die = () => {};
	const died = new Promise<void>((resolve) => {
		die = resolve;
	});
	const storage =
		device.kind === "memory" ? createMemoryStorage() : await clock.track(openIndexedDbStorage(device.name));
	const end = () => {
		tab.dead = true;
		signal_listeners.clear();
		for (const listener of environment.listeners)
			if (listener.tab === tab) environment.listeners.delete(listener);
		device.tabs.delete(tab);
		clock.clearTimers(tab);
		releaseTab(device, tab);
		storage.close();
		die();
	};
	const tab: Tab = {
		device,
		storage,
		session: null,
		resets_at_open: device.resets,
		dead: false,
		storage_steps: 0,
		dies_at_step: Number.POSITIVE_INFINITY,
		died,
		signal: (signal) => {
			for (const listener of [...signal_listeners]) listener(signal);
		},
		kill: end,
		close: () => {
			tab.client.close();
			end();
		},
		// The client is made right below, because its storage needs the tab.
		client: undefined as unknown as Client,
	};
	device.tabs.add(tab);
	tab.client = createClient({
		storage: faultyStorage(storage, tab, environment),
		environment: environmentOf(tab, environment, signal_listeners),
	});
	return tab;
}

function environmentOf(
	tab: Tab,
	environment: SimulatedEnvironment,
	signal_listeners: Set<(signal: Signal) => void>,
): Partial<Environment> {
	const { clock, chance } = environment;
	const { device } = tab;
	const own = chance.branch();
	return {
		fetch: (url, init) => {
			if (tab.dead) return never();
			if (device.offline) return Promise.reject(new TypeError("Failed to fetch"));
			const body = typeof init.body === "string" ? init.body : null;
			const request = { method: init.method ?? "GET", path: url, body };
			const reply = environment.network.send(device.jar, request, init.signal ?? null);
			return reply.then(
				(response) => (tab.dead ? never<Response>() : response),
				(error: unknown) => (tab.dead ? never<Response>() : Promise.reject(error)),
			);
		},
		now: () => clock.now() + device.clock_error,
		randomBytes: (count) => own.bytes(count),
		setTimeout: (callback, milliseconds) => (tab.dead ? 0 : clock.setTimeout(callback, milliseconds, tab)),
		clearTimeout: (timer) => clock.clearTimeout(timer as number),
		locks: device.plain_http
			? undefined
			: { request: (name, { signal }, body) => withLock(device, name, tab, signal, body) },
		// Only hand-offs send an event: see continue-here.ts. The heartbeat never ends, because polling every
		// few seconds would be most of what happens in a simulated month.
		listen: (url, { heard, beat }) => {
			const session_id = /session\/([^/]+)\/events$/.exec(url)?.[1] ?? "";
			const listener: Listener = { session_id, tab, receive: heard };
			environment.listeners.add(listener);
			beat(Number.POSITIVE_INFINITY);
			return { close: () => void environment.listeners.delete(listener) };
		},
		device_label: device.name,
		visit: { read: () => null, write: () => undefined },
		broadcast: device.plain_http ? undefined : () => channelOf(tab, clock),
		signals: {
			subscribe: (listener) => {
				signal_listeners.add(listener);
				return () => signal_listeners.delete(listener);
			},
		},
	};
}
