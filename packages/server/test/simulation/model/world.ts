import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import { type Chance, chanceOf } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import { expectedProgress, expectedRows, expectedSnapshot, type Questions, shownStatus } from "./expected.ts";
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
		questions: { ids, pageOf: (id) => first.index.by_question.get(id)?.page.id ?? 0 },
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
			return { status: response.status, body: text === "" ? null : JSON.parse(text) };
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

export function expectSame(what: string, found: unknown, expected: unknown): void {
	if (isDeepStrictEqual(found, expected)) return;
	throw new Error(
		`${what} differs.\nfound    ${JSON.stringify(found)}\nexpected ${JSON.stringify(expected)}`,
	);
}

/** Holds a session, and what is new in its history (or all of it), against the reference, on every server. */
export async function compare(world: World, session: RefSession, how: "tail" | "whole"): Promise<void> {
	const { slot } = session;
	const session_id = world.session_ids[slot] ?? "";
	const after = how === "whole" ? 0 : (world.compared[slot] ?? 0);
	for (const server of world.servers) {
		const rows = await readRows(server, session_id, after);
		// Ids that the server minted are its own choice; from here on they are known.
		for (const { revision, operation_id } of rows.events) {
			const line = session.lines[revision - 1];
			if (line) line.operation_id ??= operation_id;
		}
		const where = `${server.engine}, session ${slot}`;
		expectSame(`the history (${where})`, rows.events, expectedRows(session, after));
		const { questions_answered } = expectedProgress(session, world.questions);
		const counted = { answers: questions_answered, events: session.lines.length };
		expectSame(`the number of rows (${where})`, rows.counted, counted);
	}
	world.compared[slot] = session.lines.length;
	const snapshot = await ask(world, "GET", `/api/v2/session/${session_id}`);
	const { now } = world.reference;
	const expected = expectedSnapshot(session, session_id, now, world.questions);
	expectSame(`session ${slot}`, withoutNames(snapshot.body), expected);
	if (how === "tail") return;
	const validity = await ask(world, "GET", `/api/v2/session/${session_id}/validate`);
	const { status, current_page_id, last_activity } = {
		...expected.session,
		current_page_id: expected.session.place?.page_id ?? null,
	};
	expectSame(
		`the validity of session ${slot}`,
		validity.body,
		expected.expired
			? { valid: false, reason: "expired", resumable: false }
			: {
					valid: true,
					resumable: expected.resumable,
					session: { session_id, status, current_page_id, last_activity },
					progress: expected.progress,
				},
	);
}

/** Without what is the server's own choice. */
function withoutNames(body: unknown): unknown {
	const { display_id: _, assessment: __, ...rest } = body as Record<string, unknown>;
	return rest;
}

async function readRows(server: SimulatedServer, session_id: string, after: number) {
	const { reader } = server.database();
	const events = await reader
		.selectFrom("session_events")
		.innerJoin("student_responses", "student_responses.id", "session_events.response_id")
		.select([
			"revision",
			"operation_id",
			"kind",
			"question_id",
			"at",
			"client_time",
			"received_at",
			"outcome",
		])
		.where("session_id", "=", session_id)
		.where("revision", ">", after)
		.orderBy("revision")
		.execute();
	const counted = await reader
		.selectFrom("student_responses")
		.select([
			sql<number>`(select count(*) from question_answers a where a.response_id = student_responses.id)`.as(
				"answers",
			),
			sql<number>`(select count(*) from session_events e where e.response_id = student_responses.id)`.as(
				"events",
			),
		])
		.where("session_id", "=", session_id)
		.executeTakeFirst();
	return { events, counted };
}

/** Everything at the end of a run: every session whole, the operator's list, and what an export tells. */
export async function compareAll(world: World): Promise<void> {
	const there = world.reference.sessions.filter(({ erased }) => !erased);
	for (const session of there) await compare(world, session, "whole");
	await compareExport(world);
	const { now } = world.reference;
	for (const server of world.servers) {
		for (const status of ["active", "expired", "completed", "user_abandoned_not_completed"] as const) {
			const listed = await server.admin().list({ status, limit: 1000 });
			expectSame(
				`the operator's list of ${status} on ${server.engine}`,
				listed.map(({ display_id }) => display_id).sort(),
				there
					.filter((session) => shownStatus(session, now) === status)
					.map(({ slot }) => world.display_ids[slot])
					.sort(),
			);
		}
	}
}

export async function compareExport(world: World): Promise<void> {
	const there = world.reference.sessions.filter(({ erased }) => !erased);
	for (const server of world.servers) {
		const exported = await server.exported();
		expectSame(`the number of exported sessions on ${server.engine}`, exported.size, there.length);
		for (const session of there) {
			const found = exported.get(world.display_ids[session.slot] ?? "");
			const { now } = world.reference;
			const { session: state } = expectedSnapshot(session, "", now, world.questions);
			const given = Object.entries(state.answers).filter(([, { answer }]) => answer !== null);
			expectSame(
				`the export of session ${session.slot} on ${server.engine}`,
				found && {
					status: found.status,
					answers: Object.fromEntries(
						[...found.answers].map(([id, one]) => [id, [one.answered_at, one.revision]]),
					),
				},
				{
					status: shownStatus(session, now),
					answers: Object.fromEntries(given.map(([id, one]) => [id, [one.at, one.revision]])),
				},
			);
		}
	}
}
