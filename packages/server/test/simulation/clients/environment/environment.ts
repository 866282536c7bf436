import type { Client, Session, SessionStorage, Signal } from "@carhythm/client";
import type { VirtualClock } from "@carhythm/client/testing";
import type { Chance } from "../../chance.ts";
import type { SimulatedServer } from "../../simulated-server.ts";
import type { ScenarioEvent } from "./event-counts.ts";
import type { Jar, Network } from "./network.ts";

export type Lock = { held: Tab | null; waiting: { tab: Tab; enter: () => void }[] };
export type ChannelMember = { tab: Tab; receive: (message: unknown) => void };

/** What the tabs of one browser share besides its storage: Web Locks by name, and one BroadcastChannel. */
export type Browser = { locks: Map<string, Lock>; channel: Set<ChannelMember> };

/** A device with one browser. */
export type Device = {
	name: string;
	kind: "indexed_db" | "memory";
	jar: Jar;
	/** How many milliseconds its clock is ahead. */
	clock_error: number;
	/** One write in so many finds the disk full; 0 for none. */
	full_disk_one_in: number;
	/** Whether no request gets out. */
	offline: boolean;
	/** Whether Web Locks and BroadcastChannel are missing, as on plain http or in old browsers. */
	plain_http: boolean;
	/** How many resets were asked for, whether or not they succeeded. */
	resets: number;
	tabs: Set<Tab>;
	browser: Browser;
};

/** One page. Once it is dead, no promise that it awaits is ever settled. */
export type Tab = {
	device: Device;
	client: Client;
	/** The storage beneath the injected faults. */
	storage: SessionStorage;
	session: Session | null;
	/** The device's `resets` when the page was opened. */
	resets_at_open: number;
	dead: boolean;
	/** Counts the steps of its storage. The page dies when they reach `dies_at_step`. */
	storage_steps: number;
	dies_at_step: number;
	died: Promise<void>;
	signal: (signal: Signal) => void;
	kill: () => void;
	/** Ends the page in order, as when the app is updated. */
	close: () => void;
};

/** A page that is subscribed to the server-sent events of a session. */
export type Listener = { session_id: string; tab: Tab; receive: (data: string) => void };

export type SimulatedEnvironment = {
	server: SimulatedServer;
	clock: VirtualClock;
	network: Network;
	chance: Chance;
	listeners: Set<Listener>;
	countEvent: (what: ScenarioEvent) => void;
};

/** What a dead page awaits. */
export function never<T>(): Promise<T> {
	return new Promise(() => {});
}
