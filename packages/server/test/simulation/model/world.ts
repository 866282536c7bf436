import { isDeepStrictEqual } from "node:util";
import { type Chance, chanceOf } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import type { Questions } from "./expected.ts";
import { newReference, type Operation, type Reference, type RefSession } from "./reference.ts";

export type Reply = { status: number; body: unknown };

/** Breaks something on the way to the server, for the arm of a test that must fail. */
export type Sabotage = (path: string, body: unknown) => unknown;

/** What steps need of an earlier request, to send it again. */
type Sent = { session: RefSession | null; operation: Operation };
type SentStart = { operation_id: string; replaces: RefSession | null; language: "en" | "ar" };

/** The servers of one run, in lock-step with the reference and under one clock. */
export type World = {
	servers: readonly SimulatedServer[];
	reference: Reference;
	questions: Questions;
	chance: Chance;
	/** The ids that the servers gave; all of them mint the same. */
	session_ids: string[];
	display_ids: string[];
	/** Up to which line each session was compared. */
	compared: number[];
	sent: Sent[];
	starts: SentStart[];
	tally: Tally;
	sabotage: Sabotage;
};

/** How often each transition was taken. `operations` counts each of a sync by itself. */
export type Tally = { operations: number; requests: number; transitions: Map<string, number> };

export function newTally(): Tally {
	return { operations: 0, requests: 0, transitions: new Map() };
}

export function addTally(sum: Tally, { operations, requests, transitions }: Tally): void {
	sum.operations += operations;
	sum.requests += requests;
	for (const [transition, times] of transitions) {
		sum.transitions.set(transition, (sum.transitions.get(transition) ?? 0) + times);
	}
}

export function count(tally: Tally, transition: string): void {
	tally.transitions.set(transition, (tally.transitions.get(transition) ?? 0) + 1);
}

export async function newWorld(
	servers: readonly SimulatedServer[],
	clock: Reference,
	salt: number,
	given: { tally: Tally; sabotage: Sabotage },
): Promise<World> {
	const [first] = servers;
	if (!first) throw new Error("There is no server.");
	Object.assign(clock, newReference(BEGINNING + (salt % 1000)));
	for (const server of servers) await server.empty();
	const ids = first.index.places.map(({ question }) => question.id);
	return {
		servers,
		reference: clock,
		questions: {
			ids,
			pageOf: (id) => first.index.by_question.get(id)?.page.id ?? 0,
			moduleOf: (id) => first.index.by_question.get(id)?.chapter.title.en ?? "",
		},
		chance: chanceOf(salt),
		session_ids: [],
		display_ids: [],
		compared: [],
		sent: [],
		starts: [],
		...given,
	};
}

/** The night before clocks change in Europe, so that days of 23 hours are among those that pass. */
const BEGINNING = Date.parse("2028-03-25T20:00:00.000Z");

/** Asks all servers the same and holds their replies against each other. */
export async function ask(world: World, method: string, path: string, body?: unknown): Promise<Reply> {
	const sent = body === undefined ? undefined : world.sabotage(path, body);
	const seed = world.chance.nat(2 ** 31);
	world.tally.requests += 1;
	const replies = await Promise.all(
		world.servers.map(async (server): Promise<Reply> => {
			server.reseed(seed);
			const response = await server.request(path, {
				method,
				...(sent !== undefined && {
					headers: { "content-type": "application/json" },
					body: JSON.stringify(sent),
				}),
			});
			const text = await response.text();
			return { status: response.status, body: text === "" ? null : JSON.parse(text, withoutIncarnation) };
		}),
	);
	const [reply] = replies;
	if (!reply) throw new Error("There is no server.");
	for (const [index, other] of replies.entries()) {
		expectSame(`${path} on ${world.servers[index]?.engine}`, other, reply);
	}
	if (reply.status >= 500) throw new Error(`${method} ${path} gave ${JSON.stringify(reply)}`);
	return reply;
}

/** Every database has an incarnation of its own. */
function withoutIncarnation(name: string, value: unknown): unknown {
	return name === "incarnation" ? undefined : value;
}

export function expectSame(what: string, found: unknown, expected: unknown): void {
	if (isDeepStrictEqual(found, expected)) return;
	throw new Error(
		`${what} differs.\nfound    ${JSON.stringify(found)}\nexpected ${JSON.stringify(expected)}`,
	);
}
