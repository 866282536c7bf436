import {
	type Client,
	createClient,
	createMemoryStorage,
	type Environment,
	openIndexedDbStorage,
	type Session,
	type SessionStorage,
	type Signal,
	StorageFailed,
} from "@carhythm/client";
import type { Chance } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import { carry, type Jar, type Network } from "./network.ts";
import { never, type VirtualTime } from "./virtual-time.ts";

/** A browser on a device: what its tabs share. */
export type Device = {
	name: string;
	kind: "indexed_db" | "memory";
	jar: Jar;
	/** Its clock is wrong by so much. */
	clock_error: number;
	/** One write in so many finds the disk full; 0 for none, 1 for all. */
	disk_trouble: number;
	/** Without Web Locks and BroadcastChannel, as on plain http or in old browsers. */
	plain: boolean;
	tabs: Set<Tab>;
	locks: { held: Tab | null; waiting: { tab: Tab; enter: () => void }[] };
};

/** One page. It dies at once and entirely: nothing that it waits for ever comes. */
export type Tab = {
	device: Device;
	client: Client;
	/** Beneath everything that goes wrong. */
	storage: SessionStorage;
	session: Session | null;
	dead: boolean;
	/** Counts what it awaits of its storage; it dies when this reaches `dies_at`. */
	awaits: number;
	dies_at: number;
	died: Promise<void>;
	signal: (signal: Signal) => void;
	kill: () => void;
	/** An ordinary end, as when the app is updated. */
	close: () => void;
};

export type Surroundings = { server: SimulatedServer; time: VirtualTime; network: Network; chance: Chance };

export function newDevice(name: string, kind: Device["kind"]): Device {
	return {
		name,
		kind,
		jar: { cookie: null },
		clock_error: 0,
		disk_trouble: 0,
		plain: false,
		tabs: new Set(),
		locks: { held: null, waiting: [] },
	};
}

class Killed extends Error {}

export async function openTab(surroundings: Surroundings, device: Device): Promise<Tab> {
	const { time } = surroundings;
	const listeners = new Set<(signal: Signal) => void>();
	let die = () => {};
	const died = new Promise<void>((resolve) => {
		die = resolve;
	});
	const storage =
		device.kind === "memory" ? createMemoryStorage() : await time.track(openIndexedDbStorage(device.name));
	const end = () => {
		tab.dead = true;
		listeners.clear();
		device.tabs.delete(tab);
		time.forget(tab);
		leave(device, tab);
		storage.close();
		die();
	};
	const tab: Tab = {
		device,
		storage,
		session: null,
		dead: false,
		awaits: 0,
		dies_at: Number.POSITIVE_INFINITY,
		died,
		signal: (signal) => {
			for (const listener of [...listeners]) listener(signal);
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
		environment: environmentOf(tab, surroundings, listeners),
	});
	return tab;
}

function environmentOf(
	tab: Tab,
	{ server, time, network, chance }: Surroundings,
	listeners: Set<(signal: Signal) => void>,
): Partial<Environment> {
	const { device } = tab;
	const own = chance.branch();
	return {
		fetch: (url, init) => {
			if (tab.dead) return never();
			const body = typeof init.body === "string" ? init.body : null;
			const delivery = { method: init.method ?? "GET", path: url, body };
			const reply = carry(network, { server, time, jar: device.jar }, delivery, init.signal ?? null);
			return reply.then(
				(response) => (tab.dead ? never<Response>() : response),
				(error: unknown) => (tab.dead ? never<Response>() : Promise.reject(error)),
			);
		},
		now: () => time.now() + device.clock_error,
		randomBytes: (count) => own.bytes(count),
		setTimeout: (callback, milliseconds) => (tab.dead ? 0 : time.after(milliseconds, callback, tab)),
		clearTimeout: (timer) => time.cancel(timer as number),
		locks: device.plain ? undefined : { request: (_name, body) => exclusively(device, tab, body) },
		// Connected, and silent: pages learn of each other by what they send and fetch. Asking every few seconds would be most of
		// what happens in a month.
		listen: () => ({ close: () => undefined }),
		broadcast: device.plain ? undefined : () => channelOf(tab, time),
		signals: {
			subscribe: (listener) => {
				listeners.add(listener);
				return () => listeners.delete(listener);
			},
		},
	};
}

async function exclusively<T>(device: Device, tab: Tab, body: () => Promise<T>): Promise<T> {
	const { locks } = device;
	if (tab.dead) return never();
	if (locks.held) await new Promise<void>((enter) => locks.waiting.push({ tab, enter }));
	else locks.held = tab;
	// Its page may have gone in the moment in which it was let in; the lock is another's then.
	if (tab.dead) return never();
	try {
		return await body();
	} finally {
		if (!tab.dead) leave(device, tab);
	}
}

/** Gives the lock on, as the browser does for a page that is gone. */
function leave({ locks }: Device, tab: Tab): void {
	locks.waiting = locks.waiting.filter((other) => other.tab !== tab || !tab.dead);
	if (locks.held !== tab) return;
	const next = locks.waiting.shift();
	locks.held = next?.tab ?? null;
	next?.enter();
}

type Heard = { tab: Tab; hear: (message: unknown) => void };
const channels = new WeakMap<Device, Set<Heard>>();

function channelOf(tab: Tab, time: VirtualTime): ReturnType<NonNullable<Environment["broadcast"]>> {
	const all = channels.get(tab.device) ?? new Set<Heard>();
	channels.set(tab.device, all);
	const heard: Heard = { tab, hear: (data) => channel.onmessage?.({ data } as MessageEvent) };
	all.add(heard);
	const channel: ReturnType<NonNullable<Environment["broadcast"]>> = {
		onmessage: null,
		postMessage: (message) => {
			for (const other of all) {
				if (other === heard || other.tab.dead) continue;
				void time.track(new Promise((resolve) => setImmediate(resolve)).then(() => other.hear(message)));
			}
		},
		close: () => all.delete(heard),
	};
	return channel;
}

/** The storage of the product, between which and the page a kill or a full disk can come at each step. */
function guarded(storage: SessionStorage, tab: Tab, { time, chance }: Surroundings): SessionStorage {
	const own = chance.branch();
	/** An error aborts the transaction under way, as a dying page does. */
	const step = () => {
		tab.awaits += 1;
		if (tab.awaits >= tab.dies_at) tab.kill();
		if (tab.dead) throw new Killed();
	};
	const put = () => {
		step();
		const { disk_trouble } = tab.device;
		if (disk_trouble > 0 && own.oneIn(disk_trouble)) throw new StorageFailed("storage_full", "simulated");
	};
	async function alive<T>(run: () => Promise<T>): Promise<T> {
		try {
			step();
			const result = await time.track(run());
			step();
			return result;
		} catch (error) {
			if (error instanceof Killed || tab.dead) return never();
			throw error;
		}
	}
	const reading = (tx: ReadTransaction): ReadTransaction => ({
		get: (box, key) => {
			step();
			return tx.get(box, key);
		},
		list: (box, prefix) => {
			step();
			return tx.list(box, prefix);
		},
	});
	const writing = (tx: WriteTransaction): WriteTransaction => ({
		...reading(tx),
		put: (box, key, value) => {
			put();
			return tx.put(box, key, value);
		},
		delete: (box, key) => {
			step();
			return tx.delete(box, key);
		},
	});
	return {
		durable: storage.durable,
		read: (body) => alive(() => storage.read((tx) => body(reading(tx)))),
		write: (body) => alive(() => storage.write((tx) => body(writing(tx)))),
		close: () => storage.close(),
	};
}

type WriteTransaction = Parameters<Parameters<SessionStorage["write"]>[0]>[0];
type ReadTransaction = Parameters<Parameters<SessionStorage["read"]>[0]>[0];
