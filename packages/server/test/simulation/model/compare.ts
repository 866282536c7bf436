import { sql } from "kysely";
import type { SimulatedServer } from "../simulated-server.ts";
import {
	expectedAnswered,
	expectedModules,
	expectedProgress,
	expectedRows,
	expectedSnapshot,
	shownStatus,
} from "./expected.ts";
import type { RefSession } from "./reference.ts";
import { ask, expectSame, type World } from "./world.ts";

/** Holds a session, and what is new in its history (or all of it), against the reference, on every server. */
export async function compare(world: World, session: RefSession, how: "tail" | "whole"): Promise<void> {
	const { slot } = session;
	const session_id = world.session_ids[slot] ?? "";
	const after = how === "whole" ? 0 : (world.compared[slot] ?? 0);
	// A row too many would show in the revision below, and at the end of the story everything is read.
	if (how === "whole" || session.lines.length > after) await compareRows(world, session, after);
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
	await compareProgress(world, session);
}

/** What the pages of the existing front end ask for: the modules, and the questions of a page that have an answer. */
async function compareProgress(world: World, session: RefSession): Promise<void> {
	const { questions, chance } = world;
	const session_id = world.session_ids[session.slot] ?? "";
	const progress = await ask(world, "GET", `/api/v2/session/${session_id}/progress`);
	const what = `the progress of session ${session.slot}`;
	expectSame(what, progress.body, expectedModules(session, session_id, questions));
	const page_id = questions.pageOf(chance.pick(questions.ids));
	const path = `/api/v2/session/${session_id}/answered-questions?page_id=${page_id}`;
	const answered = await ask(world, "GET", path);
	expectSame(
		`the answered questions of page ${page_id} in session ${session.slot}`,
		answered.body,
		expectedAnswered(session, session_id, page_id, questions),
	);
}

async function compareRows(world: World, session: RefSession, after: number): Promise<void> {
	const { slot } = session;
	const found = await Promise.all(
		world.servers.map((server) => readRows(server, world.session_ids[slot] ?? "", after)),
	);
	for (const [index, rows] of found.entries()) {
		// Ids that the server minted are its own choice; from here on they are known.
		for (const { revision, operation_id } of rows.events) {
			const line = session.lines[revision - 1];
			if (line) line.operation_id ??= operation_id;
		}
		const where = `${world.servers[index]?.engine}, session ${slot}`;
		expectSame(`the history (${where})`, rows.events, expectedRows(session, after));
		const { questions_answered } = expectedProgress(session, world.questions);
		const counted = { answers: questions_answered, events: session.lines.length };
		expectSame(`the number of rows (${where})`, rows.counted, counted);
	}
}

/** Without what is the server's own choice. */
export function withoutNames(body: unknown): unknown {
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

/** Compares the sessions at hand and every other one to which something has happened. */
export async function compareGrown(
	world: World,
	before: readonly number[],
	also: readonly (RefSession | null)[],
): Promise<void> {
	for (const session of world.reference.sessions) {
		const hasGrown = session.lines.length !== (before[session.slot] ?? 0);
		if (!session.erased && (hasGrown || also.includes(session))) await compare(world, session, "tail");
	}
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
