import { eventLoopTurns, type VirtualClock } from "./virtual-clock.ts";

/**
 * What the network does with one request. Times are milliseconds on the virtual clock until the request
 * arrives, and from the server's reply until it is back.
 */
export type Delivery = { request_ms?: number; reply_ms?: number } & (
	| { kind: "delivered" }
	/** The request never arrives. */
	| { kind: "request_lost" }
	/** The server acts, and its reply never arrives. */
	| { kind: "reply_lost" }
	/** The request arrives once more, so long after the first time. */
	| { kind: "duplicated"; duplicate_ms: number }
	/** Something between the client and the server replies: a proxy, a captive portal. */
	| Intercepted
	/** Neither a reply nor an error, until the caller gives up. */
	| { kind: "silence" }
);

export type Intercepted = {
	kind: "intercepted";
	status: number;
	body: string;
	headers?: Record<string, string>;
	/** Whether the server acts all the same. */
	reaches_server?: boolean;
};

/** Without time on the clock, a way takes so many turns of the event loop. */
const TURNS_A_WAY = 2;

/**
 * A network between clients and a server in the same process. `plan` chooses what happens to each request,
 * once, when it is sent; the clock says when.
 *
 *     sent → plan ─ request_ms → arrives ┬ delivered, duplicated → server acts ─ reply_ms → replied
 *                                        ├ reply_lost            → server acts ─ reply_ms → failed
 *                                        ├ intercepted           → (server acts ─ reply_ms →) replied
 *                                        ├ request_lost          → failed
 *                                        └ silence               → (only `signal` ends it)
 *
 * @param options.least_ms the shortest time of a way. With 1, what clients do in the moment of sending does
 *   not depend on how quick the server is. With 0, requests without a time need no `advance`.
 * @param options.onArrival is called for each request in the moment in which it arrives, or is lost
 * @param options.onReply is called for each reply of the server that arrives, also when its caller has given up
 * @example
 * const network = createVirtualNetwork<{ path: string }>({ clock, plan: () => ({ kind: "reply_lost" }) });
 * await network.send({ path: "/sync" }, async () => new Response("{}"), null); // TypeError: Failed to fetch
 */
export function createVirtualNetwork<Request>({
	clock,
	plan,
	least_ms = 0,
	onArrival,
	onReply,
}: {
	clock: VirtualClock;
	plan: (request: Request) => Delivery;
	least_ms?: number;
	onArrival?: (request: Request, delivery: Delivery) => void;
	onReply?: (request: Request, response: Response) => void;
}) {
	function after(milliseconds: number, work: () => void): void {
		const delay = Math.max(least_ms, milliseconds);
		if (delay === 0) void clock.track(eventLoopTurns(TURNS_A_WAY)).then(work);
		else clock.setTimeout(work, delay);
	}

	/**
	 * Sends a request as `fetch` does.
	 * @param serve lets the server act; it is called twice for a request that is duplicated
	 * @throws TypeError where no reply comes
	 * @throws DOMException where `signal` ends the wait
	 */
	function send(
		request: Request,
		serve: () => Promise<Response>,
		signal: AbortSignal | null,
	): Promise<Response> {
		const delivery = plan(request);
		const { request_ms = 0, reply_ms = 0 } = delivery;
		clock.noteActivity();
		return new Promise((resolve, reject) => {
			const fail = () => reject(new TypeError("Failed to fetch"));
			signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
			after(request_ms, () => {
				onArrival?.(request, delivery);
				switch (delivery.kind) {
					case "request_lost":
						return fail();
					case "silence":
						return;
					case "reply_lost":
						return void clock.track(serve()).then(() => after(reply_ms, fail), reject);
					case "intercepted": {
						const { status, body, headers } = delivery;
						const response = new Response(body, { status, ...(headers && { headers }) });
						if (!delivery.reaches_server) return resolve(response);
						const reply = () => resolve(response);
						return void clock.track(serve()).then(() => after(reply_ms, reply), reject);
					}
					case "duplicated":
						clock.setTimeout(() => void clock.track(serve()), delivery.duplicate_ms);
						break;
					case "delivered":
						break;
				}
				clock.track(serve()).then((response) => {
					after(reply_ms, () => {
						onReply?.(request, response);
						resolve(response);
					});
				}, reject);
			});
		});
	}

	return { send };
}
