import type { Channel, Environment, Locks, Signal } from "../environment.ts";
import { type SessionStorage, StorageFailed } from "../storage/storage.ts";
import { anAssessment } from "./assessment.ts";
import { place } from "./place.ts";
import { type Answered, createProtocolServer } from "./protocol-server.ts";

/** What the network does to one request instead of carrying it. */
export type Fault =
	| { kind: "offline" }
	/** The server gets it and acts; the reply is lost. */
	| { kind: "lost_reply" }
	/** Somebody else answers. */
	| { kind: "reply"; status: number; body: string; headers?: Record<string, string> }
	/** Neither a reply nor an error, until the caller gives up. */
	| { kind: "silence" };

export type Request = { method: string; path: string; body: unknown; keepalive: boolean };

export const isSync = ({ path }: Request) => path.endsWith("/sync");

/** For `network.fault`: what students do does not get through. */
export const offline = (request: Request): Fault | null => (isSync(request) ? { kind: "offline" } : null);

let worlds = 0;

/**
 * A server, a network that can be broken and a clock that tests wind on; devices are made with
 * `environment()`. Timers run only when `advance` passes them.
 */
export function createWorld(options: { questions?: number } = {}) {
	const name = `world-${process.pid}-${++worlds}`;
	let server_now = Date.parse("2026-11-22T08:00:00.000Z");
	/** The device's clock is wrong by this much. */
	const device = { clock_error: 0 };
	const timers = new Map<number, { at: number; callback: () => void }>();
	let timer_count = 0;
	let requests_ever = 0;
	const requests: Request[] = [];
	const network: { fault: (request: Request) => Fault | null } = { fault: () => null };
	/** Syncs under way at the same time. */
	const traffic = { now: 0, most: 0 };
	const assessment = anAssessment(options.questions);
	const server = createProtocolServer(assessment, () => server_now);

	async function carry(url: string, init: RequestInit): Promise<Response> {
		const request: Request = {
			method: init.method ?? "GET",
			path: url,
			body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
			keepalive: init.keepalive ?? false,
		};
		requests.push(request);
		requests_ever += 1;
		if (!isSync(request) || request.keepalive) return answer(request, init);
		traffic.now += 1;
		traffic.most = Math.max(traffic.most, traffic.now);
		return answer(request, init).finally(() => {
			traffic.now -= 1;
		});
	}

	async function answer(request: Request, init: RequestInit): Promise<Response> {
		const fault = network.fault(request);
		await turns(2);
		if (fault?.kind === "offline") throw new TypeError("Failed to fetch");
		if (fault?.kind === "silence") return untilAborted(init.signal);
		if (fault?.kind === "reply") return new Response(fault.body, fault);
		const answered = server.handle(request.method, request.path, request.body);
		await turns(2);
		if (fault?.kind === "lost_reply") throw new TypeError("Failed to fetch");
		return toResponse(answered);
	}

	/** The surroundings of one tab; `signal` makes something happen to its page. */
	function environment(parts: Partial<Environment> = {}) {
		const listeners = new Set<(signal: Signal) => void>();
		const made: Environment & { signal(signal: Signal): void } = {
			fetch: carry,
			now: () => server_now + device.clock_error,
			randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
			setTimeout: (callback, milliseconds) => {
				timer_count += 1;
				timers.set(timer_count, { at: server_now + milliseconds, callback });
				return timer_count;
			},
			clearTimeout: (timer) => void timers.delete(timer as number),
			locks: place === "https" ? locksOf(name) : undefined,
			broadcast: (channel) => new BroadcastChannel(`${name}/${channel}`) as unknown as Channel,
			signals: {
				subscribe: (listener) => {
					listeners.add(listener);
					return () => listeners.delete(listener);
				},
			},
			signal: (signal) => {
				for (const listener of [...listeners]) listener(signal);
			},
			...parts,
		};
		return made;
	}

	/** Winds the clocks on, running what is due on the way, and lets everything come to rest. */
	async function advance(milliseconds: number): Promise<void> {
		const end = server_now + milliseconds;
		for (;;) {
			await rest();
			const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
			if (!due) break;
			timers.delete(due[0]);
			server_now = Math.max(server_now, due[1].at);
			due[1].callback();
		}
		server_now = end;
		await rest();
	}

	/** Until nothing is asked of the network any more; the storage needs far fewer turns between two requests. */
	async function rest(): Promise<void> {
		for (let before = -1; before !== requests_ever; ) {
			before = requests_ever;
			await turns(60);
		}
	}

	/** The machine sleeps: time passes, and no timer runs. */
	function sleep(milliseconds: number): void {
		server_now += milliseconds;
	}

	return { server, network, requests, traffic, device, environment, advance, sleep, assessment };
}

/** Lets the event loop go round, for everything that needs no clock. */
export async function turns(count: number): Promise<void> {
	for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for something that needs no clock; a test that waits in vain says for what. */
export async function until(condition: () => boolean, what: string): Promise<void> {
	for (let turn = 0; turn < 3000; turn += 1) {
		if (condition()) return;
		await turns(1);
	}
	throw new Error(`Waited in vain until ${what}.`);
}

/** A storage that fails while it is told to. One that is only full can still be read. */
export function breakable(storage: SessionStorage) {
	const state: { broken: "storage_full" | "storage_failed" | null } = { broken: null };
	const breaking: SessionStorage = {
		durable: storage.durable,
		read: async (body) => {
			if (state.broken === "storage_failed") throw new StorageFailed(state.broken, "told to");
			return storage.read(body);
		},
		write: async (body) => {
			if (state.broken) throw new StorageFailed(state.broken, "told to");
			return storage.write(body);
		},
		close: () => storage.close(),
	};
	return { storage: breaking, state };
}

function locksOf(name: string): Locks {
	return {
		request: (lock, options, callback) =>
			navigator.locks.request(`${name}/${lock}`, options, () => callback()),
	};
}

function toResponse({ status, body }: Answered): Response {
	return new Response(status === 204 ? null : JSON.stringify(body), {
		status,
		headers: { "content-type": status < 400 ? "application/json" : "application/problem+json" },
	});
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<Response> {
	return new Promise((_, reject) => {
		signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
	});
}
