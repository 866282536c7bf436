import { compareChanged, compareSession } from "./compare.ts";
import { expectedSummary } from "./expected-replies.ts";
import { DAY, lastActivity, type Result } from "./history.ts";
import { countTransition, expectSame, type ModelRun, requestAll } from "./model-run.ts";
import { applyOperation } from "./reference.ts";
import { restoreSession } from "./reference-lifecycle.ts";
import {
	findEntry,
	type ModelOperation,
	type ReferenceSession,
	type Refused,
	UNKNOWN_SENDER,
} from "./reference-state.ts";
import { codeOf, drawOperationId, idOf, phaseOf, selectSession } from "./selection.ts";
import type { SessionSelector, StepInput } from "./step-inputs.ts";
import type { IdInput } from "./write-inputs.ts";

export async function runLifecycle(run: ModelRun, input: StepInput & { kind: Lifecycle }): Promise<void> {
	const session = selectSession(run, input.session);
	if (!session) return;
	const operation_id = await changeLifecycle(run, session, input);
	if (input.kind !== "restore" || !input.comes_again || session.status !== "active") return;
	await changeLifecycle(run, session, { kind: "abandon", id: { how: "new" } });
	if (operation_id) await changeLifecycle(run, session, { kind: "restore", operation_id });
}

type Lifecycle = "abandon" | "complete" | "restore";

/**
 * Completes, abandons or restores a session.
 * @returns the id of the operation; null when it was sent without one
 */
export async function changeLifecycle(
	run: ModelRun,
	session: ReferenceSession,
	input: { kind: Lifecycle } & ({ id: IdInput } | { operation_id: string }),
): Promise<string | null> {
	const { reference, totals } = run;
	totals.operations += 1;
	const { kind } = input;
	const { operation_id, isRepeat } =
		"id" in input ? idFor(run, session, input) : { ...input, isRepeat: true };
	const operation: ModelOperation = {
		operation_id,
		client_time: null,
		command: { kind },
		refusal_code: null,
	};
	if (operation_id && !isRepeat && "id" in input && input.id.how === "new")
		run.sent.push({ session, operation });
	const from = phaseOf(run, session);
	const wasNoted = operation_id !== null && findEntry(session, operation_id)?.changes_nothing === true;
	const lengths = reference.sessions.map(({ entries }) => entries.length);
	const late = session.entries.filter(({ outcome }) => outcome === "late");
	const outcome: ReferenceSession | Result | Refused =
		kind === "restore"
			? restoreSession(reference, session, operation_id)
			: applyOperation(reference, session, operation, UNKNOWN_SENDER);
	const reply = await requestAll(run, "POST", `/api/v2/session/${idOf(run, session)}/${kind}`, {
		...(operation_id && { operation_id }),
	});
	// An id that a batch used for a late operation is no success.
	const isLate = "status" in outcome && outcome.status === "late";
	const expected = "refused" in outcome ? outcome.refused : isLate ? "operation_mismatch" : "ok";
	expectSame(`the reply to ${kind}`, codeOf(reply), expected);
	const again = wasNoted ? ", as when it was active" : isRepeat ? " again" : "";
	countTransition(totals, `${kind} on ${from} → ${expected}${expected === "ok" ? again : ""}`);
	for (const { outcome, conflict_when_applied } of late) {
		if (outcome !== "late" && conflict_when_applied)
			countTransition(totals, "restore applies an answer, another not seen");
	}
	if (kind !== "abandon" && expected === "ok") {
		const { session: summary } = reply.body as { session: unknown };
		const wanted = expectedSummary(session, idOf(run, session), reference.now, run.questions);
		expectSame(`the summary after ${kind}`, summary, wanted);
	}
	await compareChanged(run, lengths, [session]);
	if (kind === "restore") await compareSession(run, session, "whole");
	return operation_id;
}

function idFor(run: ModelRun, session: ReferenceSession, { kind, id }: { kind: Lifecycle; id: IdInput }) {
	const { operation_id, earlier } = drawOperationId(
		run,
		id,
		({ command }) => (id.how === "again") === (command.kind === kind),
		session,
	);
	return { operation_id, isRepeat: earlier !== null };
}

export async function runStudentInfo(run: ModelRun, input: SessionSelector): Promise<void> {
	const session = selectSession(run, input);
	if (!session) return;
	run.totals.operations += 1;
	const from = phaseOf(run, session);
	const operation: ModelOperation = {
		operation_id: null,
		client_time: null,
		command: { kind: "complete" },
		refusal_code: null,
	};
	const isCompleted = session.status === "completed";
	const isTooLate = isCompleted && run.reference.now > (session.completed ?? 0) + DAY;
	const outcome = isTooLate
		? { refused: "session_completed" }
		: isCompleted
			? null
			: applyOperation(run.reference, session, operation, UNKNOWN_SENDER);
	const reply = await requestAll(run, "POST", "/api/v2/student/info", {
		session_id: idOf(run, session),
		email: "amal@school.example",
		full_name: "Amal",
		age_group: "16-18",
		country: "Oman",
		origin_country: "Oman",
	});
	const expected = outcome && "refused" in outcome ? outcome.refused : "ok";
	expectSame("the reply to student/info", codeOf(reply), expected);
	countTransition(run.totals, `student info on ${from} → ${expected}`);
	await compareSession(run, session, "tail");
}

/** Moves the clock to the last millisecond before a deadline, or one further. */
export async function runBoundary(run: ModelRun, input: StepInput & { kind: "boundary" }): Promise<void> {
	const { reference, totals } = run;
	const ahead = reference.sessions.filter((session) => {
		const end = deadlineOf(session, input.of);
		return !session.erased && end !== null && end + input.plus > reference.now;
	});
	const session = ahead[input.nth % ahead.length];
	const end = session && deadlineOf(session, input.of);
	if (!session || !end) return;
	reference.now = end + input.plus;
	countTransition(totals, `${input.of}: ${input.plus === 0 ? "the last moment" : "a millisecond later"}`);
	await compareSession(run, session, "whole");
	if (input.of === "restoring") await changeLifecycle(run, session, { kind: "restore", id: { how: "new" } });
}

export function deadlineOf(session: ReferenceSession, of: "expiry" | "restoring"): number | null {
	if (of === "restoring") return session.abandoned === null ? null : session.abandoned + 7 * DAY;
	return session.status === "active" ? lastActivity(session) + 30 * DAY : null;
}
