import { isDeepStrictEqual } from "node:util";
import { type Chance, chanceOf } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import type { Questions } from "./expected-replies.ts";
import {
	type ModelOperation,
	newReference,
	type Reference,
	type ReferenceSession,
} from "./reference-state.ts";

export type Reply = { status: number; body: unknown };

/** Changes a request's body on the way to the server, for a control arm. */
export type Sabotage = (path: string, body: unknown) => unknown;

/** Earlier requests, which later steps repeat. */
type Sent = { session: ReferenceSession | null; operation: ModelOperation };
type SentStart = { operation_id: string; replaces: ReferenceSession | null; language: "en" | "ar" };

/** The state of one run: servers in lock-step with the reference, under one clock. */
export type ModelRun = {
	servers: readonly SimulatedServer[];
	reference: Reference;
	questions: Questions;
	chance: Chance;
	/** The ids that the servers gave, by slot. All servers mint the same ids. */
	session_ids: string[];
	display_ids: string[];
	/** How many entries of each session have been compared. */
	compared: number[];
	sent: Sent[];
	starts: SentStart[];
	totals: ModelTotals;
	sabotage: Sabotage;
};

/** How often each transition was taken. `operations` counts each operation of a sync. */
export type ModelTotals = { operations: number; requests: number; transitions: Map<string, number> };

export function newTotals(): ModelTotals {
	return { operations: 0, requests: 0, transitions: new Map() };
}

export function addTotals(sum: ModelTotals, { operations, requests, transitions }: ModelTotals): void {
	sum.operations += operations;
	sum.requests += requests;
	for (const [transition, times] of transitions) {
		sum.transitions.set(transition, (sum.transitions.get(transition) ?? 0) + times);
	}
}

export function countTransition(totals: ModelTotals, transition: string): void {
	totals.transitions.set(transition, (totals.transitions.get(transition) ?? 0) + 1);
}

export async function createModelRun(
	servers: readonly SimulatedServer[],
	clock: Reference,
	salt: number,
	given: { totals: ModelTotals; sabotage: Sabotage },
): Promise<ModelRun> {
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

/** The night before clocks change in Europe, so that some of the days have 23 hours. */
const BEGINNING = Date.parse("2028-03-25T20:00:00.000Z");

/**
 * Sends the same request to all servers.
 * @throws Error where their replies differ, or one is a 5xx
 */
export async function requestAll(
	run: ModelRun,
	method: string,
	path: string,
	body?: unknown,
): Promise<Reply> {
	const sent = body === undefined ? undefined : run.sabotage(path, body);
	const seed = run.chance.nat(2 ** 31);
	run.totals.requests += 1;
	const replies = await Promise.all(
		run.servers.map(async (server): Promise<Reply> => {
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
		expectSame(`${path} on ${run.servers[index]?.engine}`, other, reply);
	}
	if (reply.status >= 500) throw new Error(`${method} ${path} gave ${JSON.stringify(reply)}`);
	return reply;
}

/** Leaves out the incarnation, which differs by database. */
function withoutIncarnation(name: string, value: unknown): unknown {
	return name === "incarnation" ? undefined : value;
}

export function expectSame(what: string, found: unknown, expected: unknown): void {
	if (isDeepStrictEqual(found, expected)) return;
	throw new Error(
		`${what} differs.\nfound    ${JSON.stringify(found)}\nexpected ${JSON.stringify(expected)}`,
	);
}
