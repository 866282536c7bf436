import type { Selectable } from "kysely";
import type { Schema } from "../../../src/db/schema.ts";
import type { Database } from "../../../src/index.ts";

export type Event = Selectable<Schema["session_events"]>;
export type HandOff = Selectable<Schema["hand_offs"]>;

/** All rows of all sessions. */
export type Stored = Awaited<ReturnType<typeof readAll>>;
export type SessionRow = Stored["sessions"][number];

/** Reads all rows in one snapshot. */
export function readAll({ reader }: Database) {
	return reader.transaction().execute(async (snapshot) => {
		const sessions = await snapshot
			.selectFrom("student_responses as r")
			.innerJoin("session_details as d", "d.response_id", "r.id")
			.select(["r.id", "r.session_id", "r.status", "r.current_page_id", "d.current_question_id"])
			.select(["d.place_operation_id", "d.language", "d.language_operation_id", "d.revision"])
			.select(["d.answered", "d.ever_answered", "d.start_operation_id"])
			.execute();
		const events = await snapshot.selectFrom("session_events").selectAll().orderBy("revision").execute();
		const answers = await snapshot.selectFrom("question_answers").selectAll().execute();
		const drafts = await snapshot.selectFrom("session_drafts").selectAll().execute();
		const holders = await snapshot.selectFrom("session_holders").selectAll().execute();
		const handOffs = await snapshot.selectFrom("hand_offs").selectAll().execute();
		const responses = await snapshot.selectFrom("student_responses").select("id").execute();
		return {
			sessions,
			/** The operation id of each session's start. */
			startedBy: new Map(sessions.map(({ id, start_operation_id }) => [id, start_operation_id ?? ""])),
			responses: responses.length,
			events,
			byOperation: new Map(events.map((event) => [event.operation_id, event])),
			eventsOf: Map.groupBy(events, (event) => event.response_id),
			answersOf: Map.groupBy(answers, (answer) => answer.response_id),
			draftsOf: Map.groupBy(drafts, (draft) => draft.response_id),
			holderOf: new Map(holders.map((holder) => [holder.response_id, holder])),
			/** Codes by the operation that made them. */
			handOffs: new Map(handOffs.map((handOff) => [handOff.operation_id, handOff])),
		};
	});
}
