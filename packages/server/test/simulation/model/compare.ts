import { sql } from "kysely";
import type { SimulatedServer } from "../simulated-server.ts";
import {
	expectedAnswered,
	expectedModules,
	expectedProgress,
	expectedRows,
	expectedSnapshot,
	shownStatus,
} from "./expected-replies.ts";
import { expectSame, type ModelRun, requestAll } from "./model-run.ts";
import type { ReferenceSession } from "./reference-state.ts";

/**
 * Compares a session with the reference on every server: its state, and its history since the last
 * comparison.
 */
export async function compareSession(
	run: ModelRun,
	session: ReferenceSession,
	how: "tail" | "whole",
): Promise<void> {
	const { slot } = session;
	const session_id = run.session_ids[slot] ?? "";
	const after = how === "whole" ? 0 : (run.compared[slot] ?? 0);
	// Without new entries only the snapshot is read: a row too many would show in its revision.
	if (how === "whole" || session.entries.length > after) await compareRows(run, session, after);
	run.compared[slot] = session.entries.length;
	const snapshot = await requestAll(run, "GET", `/api/v2/session/${session_id}`);
	const { now } = run.reference;
	const expected = expectedSnapshot(session, session_id, now, run.questions);
	expectSame(`session ${slot}`, withoutNames(snapshot.body), expected);
	if (how === "tail") return;
	const validity = await requestAll(run, "GET", `/api/v2/session/${session_id}/validate`);
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
	await compareProgress(run, session);
}

/**
 * Compares the replies that existing clients read: progress by module, and the answered questions of a page.
 */
async function compareProgress(run: ModelRun, session: ReferenceSession): Promise<void> {
	const { questions, chance } = run;
	const session_id = run.session_ids[session.slot] ?? "";
	const progress = await requestAll(run, "GET", `/api/v2/session/${session_id}/progress`);
	const what = `the progress of session ${session.slot}`;
	expectSame(what, progress.body, expectedModules(session, session_id, questions));
	const page_id = questions.pageOf(chance.pick(questions.ids));
	const path = `/api/v2/session/${session_id}/answered-questions?page_id=${page_id}`;
	const answered = await requestAll(run, "GET", path);
	expectSame(
		`the answered questions of page ${page_id} in session ${session.slot}`,
		answered.body,
		expectedAnswered(session, session_id, page_id, questions),
	);
}

async function compareRows(run: ModelRun, session: ReferenceSession, after: number): Promise<void> {
	const { slot } = session;
	const found = await Promise.all(
		run.servers.map((server) => readRows(server, run.session_ids[slot] ?? "", after)),
	);
	for (const [index, rows] of found.entries()) {
		// The reference learns ids that the server minted.
		for (const { revision, operation_id } of rows.events) {
			const entry = session.entries[revision - 1];
			if (entry) entry.operation_id ??= operation_id;
		}
		const where = `${run.servers[index]?.engine}, session ${slot}`;
		expectSame(`the history (${where})`, rows.events, expectedRows(session, after));
		const { questions_answered } = expectedProgress(session, run.questions);
		const counted = { answers: questions_answered, events: session.entries.length };
		expectSame(`the number of rows (${where})`, rows.counted, counted);
	}
}

/** Leaves out what the server chooses itself. */
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

/** Compares these sessions and every other one whose history has grown. */
export async function compareChanged(
	run: ModelRun,
	before: readonly number[],
	also: readonly (ReferenceSession | null)[],
): Promise<void> {
	for (const session of run.reference.sessions) {
		const hasGrown = session.entries.length !== (before[session.slot] ?? 0);
		if (!session.erased && (hasGrown || also.includes(session))) await compareSession(run, session, "tail");
	}
}

/**
 * Compares everything at the end of a run: sessions with their whole history, the operator's lists, the
 * export.
 */
export async function compareAll(run: ModelRun): Promise<void> {
	const there = run.reference.sessions.filter(({ erased }) => !erased);
	for (const session of there) await compareSession(run, session, "whole");
	await compareExport(run);
	const { now } = run.reference;
	for (const server of run.servers) {
		for (const status of ["active", "expired", "completed", "user_abandoned_not_completed"] as const) {
			const listed = await server.admin().list({ status, limit: 1000 });
			expectSame(
				`the operator's list of ${status} on ${server.engine}`,
				listed.map(({ display_id }) => display_id).sort(),
				there
					.filter((session) => shownStatus(session, now) === status)
					.map(({ slot }) => run.display_ids[slot])
					.sort(),
			);
		}
	}
}

export async function compareExport(run: ModelRun): Promise<void> {
	const there = run.reference.sessions.filter(({ erased }) => !erased);
	for (const server of run.servers) {
		const exported = await server.exported();
		expectSame(`the number of exported sessions on ${server.engine}`, exported.size, there.length);
		for (const session of there) {
			const found = exported.get(run.display_ids[session.slot] ?? "");
			const { now } = run.reference;
			const { session: state } = expectedSnapshot(session, "", now, run.questions);
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
