import {
	createVirtualNetwork,
	type Delivery,
	type Intercepted,
	type VirtualClock,
} from "@carhythm/client/testing";
import type { Chance } from "../../chance.ts";
import type { SimulatedServer } from "../../simulated-server.ts";
import { type ScenarioEvent, STATUSES, type Status } from "./event-counts.ts";
import type { Saboteur, SentRequest } from "./saboteurs.ts";

/** The cookies of one browser; the product sets only one. */
export type Jar = { cookie: string | null };

/**
 * The network between all pages of a scenario and the server. `plan` and `saboteur` may change on the way.
 */
export type Network = {
	/** Draws what happens to the next request. */
	plan: (request: SentRequest) => Delivery;
	/** Stands between client and network, for control arms. */
	saboteur: Saboteur;
	send: (jar: Jar, request: SentRequest, signal: AbortSignal | null) => Promise<Response>;
};

export function createNetwork({
	server,
	clock,
	countEvent,
	plan,
	saboteur = {},
}: Pick<Network, "plan"> & {
	server: SimulatedServer;
	clock: VirtualClock;
	countEvent: (what: ScenarioEvent) => void;
	saboteur?: Saboteur;
}): Network {
	const virtual = createVirtualNetwork<{ sent: SentRequest; jar: Jar }>({
		clock,
		// A reply in the moment of the request would make what pages do meanwhile depend on how fast a
		// database is.
		least_ms: 1,
		plan: ({ sent }) => sabotagePlan(network.saboteur, sent, network.plan(sent)),
		onArrival: (_request, delivery) => countEvent(eventOf(delivery)),
		onReply: ({ jar }, response) => {
			const cookie = /^([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1];
			if (cookie) jar.cookie = cookie;
		},
	});
	const network: Network = {
		plan,
		saboteur,
		send(jar, sent, signal) {
			const changed = network.saboteur.changeRequest?.(sent) ?? sent;
			const serve = async () => sabotageReply(network.saboteur, sent, await ask(server, changed, jar));
			return virtual.send({ sent, jar }, serve, signal);
		},
	};
	return network;
}

/** Changes a reply that does not come from the server. */
function sabotagePlan(saboteur: Saboteur, request: SentRequest, delivery: Delivery): Delivery {
	if (delivery.kind !== "intercepted") return delivery;
	const body = saboteur.changeReply?.(request, delivery.status, delivery.body) ?? delivery.body;
	const isSync = request.path.endsWith("/sync");
	const status = (isSync && saboteur.changeStatus?.(delivery.status)) || delivery.status;
	return { ...delivery, status, body };
}

async function sabotageReply(
	{ changeReply }: Saboteur,
	request: SentRequest,
	response: Response,
): Promise<Response> {
	if (!changeReply) return response;
	const body = changeReply(request, response.status, await response.text());
	return new Response(body === "" ? null : body, response);
}

/** Longer than any client waits for a reply. */
const TOO_LONG_MS = 20_000;

function eventOf(delivery: Delivery): ScenarioEvent {
	switch (delivery.kind) {
		case "delivered": {
			const { request_ms = 0, reply_ms = 0 } = delivery;
			return request_ms + reply_ms > TOO_LONG_MS
				? "request or reply slower than any client waits"
				: "request delivered";
		}
		case "request_lost":
			return "request lost";
		case "reply_lost":
			return "reply lost after the server acted";
		case "duplicated":
			return "request duplicated";
		case "intercepted":
			if (delivery.status !== 200) return `status ${delivery.status as Status}`;
			return delivery.body === LOGIN_PAGE ? "login page" : "success of another shape";
		case "silence":
			throw new Error("No simulated network keeps silent for ever.");
	}
}

/** The origin of a page for which `Hono.request` needs no address. */
const SITE = "http://localhost";

async function ask(
	server: SimulatedServer,
	{ method, path, body }: SentRequest,
	jar: Jar,
): Promise<Response> {
	const response = await server.request(path, {
		method,
		headers: {
			// As browsers do; the cookie is for pages of this origin alone.
			...(method === "POST" && { origin: SITE }),
			...(body !== null && { "content-type": "application/json" }),
			...(jar.cookie && { cookie: jar.cookie }),
		},
		...(body !== null && { body }),
	});
	if (response.status >= 500) throw new ServerBroke(`${method} ${path} gave ${await response.text()}`);
	return response;
}

/** A 5xx of the real server, which fails the schedule. */
class ServerBroke extends Error {
	override readonly name = "ServerBroke";
}

const LOGIN_PAGE = "<!doctype html><title>Welcome to the hotel</title>";

/** Draws what a bad network does to a request: something goes wrong with one in `one_in`. */
export function drawDelivery(chance: Chance, one_in: number): Delivery {
	const request_ms = chance.oneIn(4) ? chance.nat(3000) : chance.nat(100);
	const reply_ms = chance.oneIn(4) ? chance.nat(3000) : chance.nat(100);
	const times = { request_ms, reply_ms };
	if (!chance.oneIn(one_in)) return { kind: "delivered", ...times };
	switch (chance.nat(8)) {
		case 0:
		case 1:
			return { kind: "request_lost", ...times };
		case 2:
		case 3:
			return { kind: "reply_lost", ...times };
		case 4:
			return { kind: "duplicated", ...times, duplicate_ms: chance.nat(chance.oneIn(4) ? 600_000 : 5000) };
		case 5:
			// Slower than any client waits, so that later requests overtake it.
			return { kind: "delivered", request_ms: chance.nat(90_000), reply_ms: chance.nat(90_000) };
		case 6:
			return { ...times, reaches_server: chance.oneIn(2), ...drawForeignReply(chance) };
		default:
			return { ...times, reaches_server: chance.oneIn(2), ...drawWrongSuccess(chance) };
	}
}

function drawForeignReply(chance: Chance): Intercepted {
	const status = chance.pick(STATUSES);
	switch (chance.nat(3)) {
		case 0:
			return intercepted(status, LOGIN_PAGE, "text/html");
		case 1:
			return intercepted(status, "", "text/plain");
		default: {
			const body = { type: "about:blank", title: "Refused", status, detail: "By a proxy." };
			return intercepted(status, JSON.stringify(body), "application/problem+json");
		}
	}
}

function drawWrongSuccess(chance: Chance): Intercepted {
	const bodies = [
		LOGIN_PAGE,
		"",
		"{}",
		"[]",
		"null",
		'{"results":[]}',
		'{"server_time":"2026-',
		'{"success":true}',
	];
	const body = chance.pick(bodies);
	return intercepted(200, body, body === LOGIN_PAGE ? "text/html" : "application/json");
}

function intercepted(status: number, body: string, type: string): Intercepted {
	return { kind: "intercepted", status, body, headers: { "content-type": type } };
}
