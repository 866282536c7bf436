/** What happens to the page and its network. `hidden` and `pagehide` may be the last moment to send something. */
export type Signal = "online" | "visible" | "hidden" | "pagehide" | "pageshow" | "focus";

/** Web Locks, as far as they are used. */
export type Locks = { request<T>(name: string, callback: () => Promise<T>): Promise<T> };

/** A BroadcastChannel, as far as it is used. */
export type Channel = {
	postMessage(message: unknown): void;
	onmessage: ((event: MessageEvent) => void) | null;
	close(): void;
};

/**
 * The world around the engine. `browserEnvironment` gives the browser's; tests and other hosts give parts of their own.
 */
export type Environment = {
	fetch(url: string, init: RequestInit): Promise<Response>;
	/** The device's clock, in milliseconds since 1970. It may be wrong, and may jump. */
	now(): number;
	/** Bytes from a cryptographic source. */
	randomBytes(count: number): Uint8Array;
	setTimeout(callback: () => void, milliseconds: number): unknown;
	clearTimeout(timer: unknown): void;
	/** Undefined on plain http and in old browsers: a lease in the storage then keeps the outbox to one sender. */
	locks: Locks | undefined;
	/** Undefined in old browsers: tabs then look into the storage when they come to the front. */
	broadcast: ((name: string) => Channel) | undefined;
	signals: {
		/** @returns a function that ends the subscription */
		subscribe(listener: (signal: Signal) => void): () => void;
	};
};

/** The browser as an {@link Environment}. It works on plain http, where Web Locks do not exist. */
export function browserEnvironment(): Environment {
	return {
		fetch: (url, init) => fetch(url, init),
		now: () => Date.now(),
		randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
		setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
		clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
		locks: browserLocks(),
		broadcast:
			typeof BroadcastChannel === "undefined" ? undefined : (name) => new BroadcastChannel(name) as Channel,
		signals: { subscribe: listenToBrowser },
	};
}

function browserLocks(): Locks | undefined {
	if (typeof navigator === "undefined" || !("locks" in navigator)) return undefined;
	const { locks } = navigator;
	return locks && { request: (name, callback) => locks.request(name, callback) };
}

function listenToBrowser(listener: (signal: Signal) => void): () => void {
	if (typeof window === "undefined") return () => undefined;
	const ending = new AbortController();
	const { signal } = ending;
	for (const name of ["online", "pagehide", "pageshow", "focus"] as const) {
		window.addEventListener(name, () => listener(name), { signal });
	}
	document.addEventListener("visibilitychange", () => listener(document.hidden ? "hidden" : "visible"), {
		signal,
	});
	return () => ending.abort();
}
