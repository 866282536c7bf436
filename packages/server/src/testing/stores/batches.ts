import type { Answer, Command, Instant, OperationId, SessionId } from "@carhythm/core";
import { expect } from "vitest";
import type { Batch, BatchOutcome } from "../../db/store.ts";
import { anOperationId, type TestStore } from "./a-store.ts";

/** An answer on a scale. */
export const slider = (value: number): Answer => ({ type: "slider", value });

/** The command that answers a question of the sampler. */
export function answering(store: TestStore, key: string, answer: Answer): Command {
	return { kind: "answer", question_id: store.question(key), answer };
}

/** A sync of one device whose clock is right, unless told otherwise. */
export function syncing(
	store: TestStore,
	session_id: SessionId,
	...commands: (Command | { id: OperationId; command: Command; client_time?: Instant })[]
): Batch {
	const sent_at = store.now();
	return {
		session_id,
		device_id: null,
		sent_at,
		mode: "sync",
		operations: commands.map((one) =>
			"id" in one
				? { operation_id: one.id, command: one.command, client_time: one.client_time ?? sent_at }
				: { operation_id: anOperationId(), command: one, client_time: sent_at },
		),
	};
}

/** What became of each operation, or why the batch was refused. */
export function statuses(outcome: BatchOutcome): string[] {
	return outcome.ok ? outcome.results.map(({ result }) => result.status) : [outcome.refusal.code];
}

/** The counts beside each session are those of its rows. */
export async function countersEqualRows({ database }: Pick<TestStore, "database">): Promise<void> {
	const details = await database.db.selectFrom("session_details").selectAll().execute();
	for (const { response_id, answered, ever_answered, revision } of details) {
		const answers = await database.db
			.selectFrom("question_answers")
			.selectAll()
			.where("response_id", "=", response_id)
			.execute();
		const events = await database.db
			.selectFrom("session_events")
			.selectAll()
			.where("response_id", "=", response_id)
			.execute();
		const ever = events.filter(({ kind, outcome }) => kind === "answer" && outcome !== "late");
		expect(answered).toBe(answers.length);
		expect(ever_answered).toBe(new Set(ever.map(({ question_id }) => question_id)).size);
		expect(revision).toBe(events.length);
	}
}
