import type { SessionSnapshot } from "@carhythm/core";
import type { SimulatedServer } from "../../simulated-server.ts";

/** A row of a session's history. */
export type HistoryEvent = {
	kind: string;
	question_id: number | null;
	value: string | null;
	outcome: "applied" | "superseded" | "late";
	operation_id: string;
	at: string;
	result: string;
};

export async function readSnapshot(server: SimulatedServer, session_id: string): Promise<SessionSnapshot> {
	const response = await server.request(`/api/v2/session/${session_id}`, {});
	return (await response.json()) as SessionSnapshot;
}

export function readHistory(server: SimulatedServer, session_id: string): Promise<HistoryEvent[]> {
	return server
		.database()
		.reader.selectFrom("session_events")
		.innerJoin("student_responses", "student_responses.id", "session_events.response_id")
		.select(["kind", "question_id", "value", "outcome", "operation_id", "at", "result"])
		.where("session_id", "=", session_id)
		.orderBy("revision")
		.execute();
}
