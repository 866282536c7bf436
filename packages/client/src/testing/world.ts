import type { Channel, Environment, Locks, Signal } from "../environment.ts";
import { type SessionStorage, StorageFailed } from "../storage/storage.ts";
import { anAssessment } from "./assessment.ts";
import { createProtocolServer, type ServerReply } from "./protocol-server.ts";
import { context } from "./secure-context.ts";
import { createVirtualClock, eventLoopTurns } from "./virtual-clock.ts";
import { createVirtualNetwork, type Delivery } from "./virtual-network.ts";

export type Request = { method: string; path: string; body: unknown; keepalive: boolean };

export const isSync = ({ path }: Request) => path.endsWith("/sync");

/** A value for `network.fault`: no sync gets through, and every other request does. */
export const offline = (request: Request): Delivery | null =>
	isSync(request) ? { kind: "request_lost" } : null;

/** fake-indexeddb is not tracked by the clock, and a transaction takes it up to some thirty turns. */
const QUIET_TURNS = 60;

let worlds = 0;

/**
 * A protocol server, a virtual network and a virtual clock for tests of the client. `environment()` makes a
 * tab's surroundings. Requests need no time; timers run only when `advance` passes them.
 */
export function createWorld(options: { questions?: number } = {}) {
	const name = `world-${process.pid}-${++worlds}`;
	const clock = createVirtualClock({
		start: Date.parse("2026-11-22T08:00:00.000Z"),
		quiet_turns: QUIET_TURNS,
	});
	/** The device's clock is wrong by this much. */
	const device = { clock_error: 0 };
	const requests: Request[] = [];
	/** What happens to the next requests; with null they are delivered. */
	const network: { fault: (request: Request) => Delivery | null } = { fault: () => null };
	/** How many syncs are under way at the same time. */
	const traffic = { now: 0, most: 0 };
	const assessment = anAssessment(options.questions);
	const server = createProtocolServer(assessment, clock.now);
	const virtual = createVirtualNetwork<Request>({
		clock,
		plan: (request) => network.fault(request) ?? { kind: "delivered" },
	});

	function carry(url: string, init: RequestInit): Promise<Response> {
		const request: Request = {
			method: init.method ?? "GET",
			path: url,
			body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
			keepalive: init.keepalive ?? false,
		};
		requests.push(request);
		const serve = async () => toResponse(server.handle(request.method, request.path, request.body));
		if (!isSync(request) || request.keepalive) return virtual.send(request, serve, init.signal ?? null);
		traffic.now += 1;
		traffic.most = Math.max(traffic.most, traffic.now);
		return virtual.send(request, serve, init.signal ?? null).finally(() => {
			traffic.now -= 1;
		});
	}

	/** Makes the environment of one tab; its `signal` makes something happen to the page. */
	function environment(parts: Partial<Environment> = {}) {
		const listeners = new Set<(signal: Signal) => void>();
		const made: Environment & { signal(signal: Signal): void } = {
			fetch: carry,
			now: () => clock.now() + device.clock_error,
			randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
			setTimeout: (callback, milliseconds) => clock.setTimeout(callback, milliseconds),
			clearTimeout: (timer) => clock.clearTimeout(timer as number),
			locks: context === "https" ? locksOf(name) : undefined,
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

	const { advance, sleep } = clock;
	return { server, network, requests, traffic, device, environment, advance, sleep, assessment };
}

/** Waits for a condition that needs no time to pass. A test that waits in vain says for what. */
export async function until(condition: () => boolean, what: string): Promise<void> {
	for (let turn = 0; turn < 3000; turn += 1) {
		if (condition()) return;
		await eventLoopTurns(1);
	}
	throw new Error(`Waited in vain until ${what}.`);
}

/** Wraps a storage that fails as its `state` says. A full one can still be read. */
export function breakable(storage: SessionStorage) {
	const state: { broken: "storage_full" | "storage_failed" | null } = { broken: null };
	const breaking: SessionStorage = {
		durable: storage.durable,
		read: async (body) => {
			if (state.broken === "storage_failed") throw new StorageFailed(state.broken, "injected");
			return storage.read(body);
		},
		write: async (body) => {
			if (state.broken) throw new StorageFailed(state.broken, "injected");
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

function toResponse({ status, body }: ServerReply): Response {
	return new Response(status === 204 ? null : JSON.stringify(body), {
		status,
		headers: { "content-type": status < 400 ? "application/json" : "application/problem+json" },
	});
}
