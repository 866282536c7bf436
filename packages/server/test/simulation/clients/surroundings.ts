import type { Client, Session, SessionStorage, Signal } from "@carhythm/client";
import type { VirtualClock } from "@carhythm/client/testing";
import type { Chance } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import type { Happening } from "./happenings.ts";
import type { Jar, Network } from "./network.ts";

export type Lock = { held: Tab | null; waiting: { tab: Tab; enter: () => void }[] };
export type Heard = { tab: Tab; hear: (message: unknown) => void };

/** What the tabs of one browser share besides its storage: locks by their names, and the channel. */
export type Browser = { locks: Map<string, Lock>; channel: Set<Heard> };

/** A browser on a device: what its tabs share. */
export type Device = {
	name: string;
	kind: "indexed_db" | "memory";
	jar: Jar;
	/** Its clock is wrong by so much. */
	clock_error: number;
	/** One write in so many finds the disk full; 0 for none, 1 for all. */
	disk_trouble: number;
	/** Out of reach of any network. */
	cut_off: boolean;
	/** Without Web Locks and BroadcastChannel, as on plain http or in old browsers. */
	plain: boolean;
	/** How often it was made to forget, or may have been. */
	resets: number;
	tabs: Set<Tab>;
	browser: Browser;
};

/** One page. It dies at once and entirely: nothing that it waits for ever comes. */
export type Tab = {
	device: Device;
	client: Client;
	/** Beneath everything that goes wrong. */
	storage: SessionStorage;
	session: Session | null;
	/** The device's, when the page was opened. */
	resets_before: number;
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

/** A page that listens to the events of a session. */
export type Listener = { session_id: string; tab: Tab; heard: (data: string) => void };

export type Surroundings = {
	server: SimulatedServer;
	time: VirtualClock;
	network: Network;
	chance: Chance;
	listeners: Set<Listener>;
	note: (what: Happening) => void;
};

/** What a page that is gone waits for. */
export function never<T>(): Promise<T> {
	return new Promise(() => {});
}
