import type { Chance } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import { type Happening, STATUSES } from "./happenings.ts";
import type { Delivery, Fate, ForeignReply, Jar, Network, Surroundings } from "./surroundings.ts";

export function carry(
	{ server, time, note }: Pick<Surroundings, "server" | "time" | "note">,
	network: Network,
	jar: Jar,
	sent: Delivery,
	signal: AbortSignal | null,
): Promise<Response> {
	const fate = network.fate(sent);
	const delivery = network.meddle.sends?.(sent) ?? sent;
	const owner = {};
	return new Promise((resolve, reject) => {
		signal?.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
		// Nothing comes in the moment in which it was sent: what pages do meanwhile must not depend on how fast
		// a database is.
		const after = (milliseconds: number, work: () => void) =>
			void time.after(Math.max(1, milliseconds), work, owner);
		const fail = () => reject(new TypeError("Failed to fetch"));
		after(fate.there, () => {
			note(happeningOf(fate));
			switch (fate.kind) {
				case "dropped":
					return fail();
				case "answered": {
					const { body, type } = fate;
					const told = network.meddle.hears?.(sent, fate.status, body) ?? body;
					const isSync = sent.path.endsWith("/sync");
					const status = (isSync && network.meddle.pretends?.(fate.status)) || fate.status;
					const reply = () => resolve(new Response(told, { status, headers: { "content-type": type } }));
					if (!fate.reaches) return reply();
					return void time.track(ask(server, delivery, jar)).then(() => after(fate.back, reply), reject);
				}
				case "cut":
					return void time.track(ask(server, delivery, jar)).then(() => after(fate.back, fail), reject);
				case "repeated":
					time.after(fate.again, () => void time.track(ask(server, delivery, jar)), owner);
					break;
				case "carried":
					break;
			}
			time.track(ask(server, delivery, jar)).then((response) => {
				after(fate.back, () => {
					const cookie = /^([^;]+)/.exec(response.headers.get("set-cookie") ?? "")?.[1];
					if (cookie) jar.cookie = cookie;
					if (!network.meddle.hears) return resolve(response);
					void time.track(response.text()).then((body) => {
						const told = network.meddle.hears?.(sent, response.status, body) ?? body;
						resolve(new Response(told === "" ? null : told, response));
					});
				});
			}, reject);
		});
	});
}

/** Longer than a client waits for a reply. */
const TOO_LONG_MS = 20_000;

function happeningOf(fate: Fate): Happening {
	switch (fate.kind) {
		case "carried":
			return fate.there + fate.back > TOO_LONG_MS
				? "request or reply slower than any client waits"
				: "request carried";
		case "dropped":
			return "request dropped";
		case "cut":
			return "reply lost after the server acted";
		case "repeated":
			return "request repeated";
		case "answered":
			if (fate.status !== 200) return `status ${fate.status}`;
			return fate.body === LOGIN_PAGE ? "login page" : "success of another shape";
	}
}

async function ask(server: SimulatedServer, { method, path, body }: Delivery, jar: Jar): Promise<Response> {
	const response = await server.request(path, {
		method,
		headers: {
			...(body !== null && { "content-type": "application/json" }),
			...(jar.cookie && { cookie: jar.cookie }),
		},
		...(body !== null && { body }),
	});
	if (response.status >= 500) throw new ServerBroke(`${method} ${path} gave ${await response.text()}`);
	return response;
}

/** Never part of a simulation: it ends it. */
class ServerBroke extends Error {
	override readonly name = "ServerBroke";
}

const LOGIN_PAGE = "<!doctype html><title>Welcome to the hotel</title>";

/** A fate of a bad network: one request in `trouble` meets something. */
export function drawFate(chance: Chance, trouble: number): Fate {
	const there = chance.oneIn(4) ? chance.nat(3000) : chance.nat(100);
	const back = chance.oneIn(4) ? chance.nat(3000) : chance.nat(100);
	if (!chance.oneIn(trouble)) return { kind: "carried", there, back };
	switch (chance.nat(8)) {
		case 0:
		case 1:
			return { kind: "dropped", there, back };
		case 2:
		case 3:
			return { kind: "cut", there, back };
		case 4:
			return { kind: "repeated", there, back, again: chance.nat(chance.oneIn(4) ? 600_000 : 5000) };
		case 5:
			// Slower than any client waits: it overtakes nothing, and is overtaken by what comes after it.
			return { kind: "carried", there: chance.nat(90_000), back: chance.nat(90_000) };
		case 6:
			return { kind: "answered", there, back, reaches: chance.oneIn(2), ...drawForeignReply(chance) };
		default:
			return { kind: "answered", there, back, reaches: chance.oneIn(2), ...drawWrongSuccess(chance) };
	}
}

function drawForeignReply(chance: Chance): ForeignReply {
	const status = chance.pick(STATUSES);
	switch (chance.nat(3)) {
		case 0:
			return { status, body: LOGIN_PAGE, type: "text/html" };
		case 1:
			return { status, body: "", type: "text/plain" };
		default: {
			const body = JSON.stringify({ type: "about:blank", title: "Refused", status, detail: "By a proxy." });
			return { status, body, type: "application/problem+json" };
		}
	}
}

function drawWrongSuccess(chance: Chance): ForeignReply {
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
	return { status: 200, body, type: body === LOGIN_PAGE ? "text/html" : "application/json" };
}
