/** What happens to the page and its network. `hidden` and `pagehide` may be the last moment to send something. */
export type Signal = "online" | "visible" | "hidden" | "pagehide" | "pageshow" | "focus";

/** Web Locks, as far as they are used. Where site data is blocked they exist, and every request is rejected. */
export type Locks = {
	/** @param options.signal ends the waiting: the promise is then rejected, and `callback` never runs */
	request<T>(name: string, options: { signal: AbortSignal }, callback: () => Promise<T>): Promise<T>;
};

/** A BroadcastChannel, as far as it is used. */
export type Channel = {
	postMessage(message: unknown): void;
	onmessage: ((event: MessageEvent) => void) | null;
	close(): void;
};

/** One who listens to server-sent events. Broken connections are mended without word. */
export type EventListener = {
	/** The data of an event named `session`. */
	heard(data: string): void;
	/** An event named `beat`: the stream lives, and another event comes within so long. */
	beat(next_ms: number): void;
	/** The server refuses, or is none: nothing will come any more. */
	failed(): void;
};

/**
 * The world around the engine. `browserEnvironment` gives the browser's; tests and other hosts give parts of
 * their own.
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
	/** What this device calls itself to the student, for example "Chrome (Android)". */
	device_label?: string;
	/** Undefined where there are no server-sent events: the server is then asked from time to time. */
	listen?: ((url: string, listener: EventListener) => { close(): void }) | undefined;
	/** Whether the page is on the screen at this moment; undefined: until a signal says that it is hidden. */
	isShown?: () => boolean;
	/**
	 * A note that lasts as long as this visit: over reloads, and not beyond the tab. Without it a reload ends
	 * a visit.
	 */
	visit?: { read(): string | null; write(note: string | null): void };
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
		device_label: typeof navigator === "undefined" ? "Browser" : labelOf(navigator.userAgent),
		listen: typeof EventSource === "undefined" ? undefined : listenToEvents,
		isShown: () => typeof document === "undefined" || !document.hidden,
		visit: browserVisit,
		signals: { subscribe: listenToBrowser },
	};
}

const BROWSERS: readonly (readonly [RegExp, string])[] = [
	[/\bEdg/, "Edge"],
	[/\bOPR\//, "Opera"],
	[/SamsungBrowser/, "Samsung Internet"],
	[/\bFirefox\/|\bFxiOS\//, "Firefox"],
	[/Chrom(e|ium)\/|\bCriOS\//, "Chrome"],
	[/\bSafari\//, "Safari"],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
	[/\bAndroid\b/, "Android"],
	[/\biPhone\b/, "iPhone"],
	[/\biPad\b/, "iPad"],
	[/\bCrOS\b/, "ChromeOS"],
	[/\bWindows\b/, "Windows"],
	[/\bMac OS X\b/, "Mac"],
	[/\bLinux\b/, "Linux"],
];

/** A browser's own words in those of a person, the same in every language: names only. */
export function labelOf(user_agent: string): string {
	const find = (names: typeof BROWSERS) => names.find(([sign]) => sign.test(user_agent))?.[1];
	const [browser, system] = [find(BROWSERS) ?? "Browser", find(SYSTEMS)];
	return system ? `${browser} (${system})` : browser;
}

function listenToEvents(url: string, { heard, beat, failed }: EventListener): { close(): void } {
	const source = new EventSource(url);
	source.addEventListener("session", ({ data }) => heard(String(data)));
	source.addEventListener("beat", ({ data }) => beat(Number(data)));
	source.addEventListener("error", () => {
		if (source.readyState === EventSource.CLOSED) failed();
	});
	return source;
}

const VISIT_KEY = "carhythm.visit";

const browserVisit: NonNullable<Environment["visit"]> = {
	read() {
		try {
			return sessionStorage.getItem(VISIT_KEY);
		} catch {
			return null;
		}
	},
	write(note) {
		try {
			if (note === null) sessionStorage.removeItem(VISIT_KEY);
			else sessionStorage.setItem(VISIT_KEY, note);
		} catch {
			// The visit then ends with the page.
		}
	},
};

function browserLocks(): Locks | undefined {
	if (typeof navigator === "undefined" || !("locks" in navigator)) return undefined;
	const { locks } = navigator;
	return locks && { request: (name, options, callback) => locks.request(name, options, callback) };
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
