import { compareSession } from "./compare.ts";
import { expectedProgress, expectedSummary, instant } from "./expected-replies.ts";
import { counts, currentHolder, currentWrite, type ModelCommand, type Result } from "./history.ts";
import { countTransition, expectSame, type ModelRun, requestAll } from "./model-run.ts";
import { computeReceipt } from "./receipt.ts";
import { applyOperation, applyWaiting } from "./reference.ts";
import { findEntry, type ModelOperation, type ReferenceSession, type Sender } from "./reference-state.ts";
import { codeOf, drawOperationId, idOf, phaseOf, selectSession } from "./selection.ts";
import type { StepInput } from "./step-inputs.ts";
import type { AnswerInput, OperationInput } from "./write-inputs.ts";

export async function runSync(run: ModelRun, input: StepInput & { kind: "sync" }): Promise<void> {
	const { reference, totals } = run;
	const session = selectSession(run, input.session);
	if (!session) return;
	totals.operations += input.operations.length;
	const sending = senderOf(reference.now, input.device);
	const from = phaseOf(run, session);
	const sent = input.operations.map((one) => toWire(run, session, one, sending));
	const ages = sent.flatMap(({ operation }) => sending.sent_at - (operation?.client_time ?? Number.NaN));
	const receipt = computeReceipt(reference.now, session, ages);
	const sender = { ...sending, receipt };
	const known = session.entries.length;
	const wasActive = session.status === "active";
	const held = currentHolder(session);
	const isHeldElsewhere = held !== null && held.device_id !== sender.device_id;
	const results = sent.map(({ operation }): Result => {
		if (!operation) return { status: "refused", operation_id: null, code: "invalid_operation" };
		const isRepeat =
			operation.operation_id !== null && findEntry(session, operation.operation_id) !== undefined;
		const result = applyOperation(reference, session, operation, sender);
		if ("refused" in result) throw new Error("A sync is never refused as a whole.");
		countTransition(totals, `sync ${operation.command.kind} on ${from} → ${outcomeOf(result, isRepeat)}`);
		if (isHeldElsewhere && operation.command.kind === "answer") {
			countTransition(totals, `sync answer, held elsewhere → ${outcomeOf(result, isRepeat)}`);
		}
		if (operation.command.kind === "answer") countSeen(run, session, operation, result, isRepeat);
		if (operation.refusal_code && result.status === "refused")
			countTransition(totals, `refused: ${result.code}`);
		return result;
	});
	const takesIn = wasActive && session.entries.slice(known).some(({ outcome }) => outcome !== "late");
	if (takesIn && applyWaiting(session, receipt.received) > 0)
		countTransition(totals, "what came late is applied by itself");
	const reply = await requestAll(run, "POST", `/api/v2/session/${idOf(run, session)}/sync`, {
		sent_at: instant(sender.sent_at ?? 0),
		...(sender.device_id && { device_id: sender.device_id }),
		operations: sent.map(({ wire }) => wire),
	});
	const body = reply.body as { server_time: string; results: object[]; session: unknown };
	expectSame("the results of a sync", body.results.map(withoutDetail), results);
	const summary = expectedSummary(session, idOf(run, session), reference.now, run.questions);
	expectSame("the summary after a sync", body.session, summary);
	expectSame("the server's time", body.server_time, instant(reference.now));
	await compareSession(run, session, "tail");
}

function countSeen(
	{ totals }: ModelRun,
	session: ReferenceSession,
	{ after }: ModelOperation,
	result: Result,
	isRepeat: boolean,
): void {
	if (after === undefined || isRepeat) return;
	const isSeenLate = after !== null && findEntry(session, after)?.outcome === "late";
	if (result.status === "late" && isSeenLate)
		countTransition(totals, "sync answer, one that came late seen → late");
	if (!("revision" in result)) return;
	countTransition(
		totals,
		`sync answer, ${result.conflict ? "another not seen" : "all seen"} → ${result.status}`,
	);
}

function outcomeOf(result: Result, isRepeat: boolean): string {
	if (result.status !== "refused") return isRepeat ? "replayed" : result.status;
	return result.code === "operation_mismatch" ? result.code : "refused";
}

/** The clocks of the devices: right, of 1970, of 2099. The next device is right, and sends no device id. */
const CLOCKS = ["2028-03-25T20:00:00.000Z", "1970-01-01T00:00:00.000Z", "2099-12-31T23:00:00.000Z"];

export const deviceOf = (device: number) => `de00000${device}-0000-4000-8000-000000000000`;

function senderOf(now: number, device: number): Sender & { sent_at: number } {
	const beginning = Date.parse(CLOCKS[0] ?? "");
	const clock = Date.parse(CLOCKS[device % CLOCKS.length] ?? "");
	const device_id = device < CLOCKS.length ? deviceOf(device) : null;
	return { device_id, sent_at: Math.max(0, clock + (now - beginning)), stores_late: true };
}

function toWire(
	run: ModelRun,
	session: ReferenceSession,
	{ id, sees, age, command: wanted }: OperationInput,
	{ sent_at }: { sent_at: number },
): { operation: ModelOperation | null; wire: unknown } {
	const drawn = drawOperationId(run, id, ({ command: { kind } }) => !NOT_IN_SYNC.includes(kind), session);
	const client_time = Math.min(Math.max(0, sent_at - age), LATEST);
	const refusal_code =
		"refusal_code" in wanted
			? wanted.refusal_code
			: "question" in wanted && !questionAt(run, wanted.question)
				? "question_not_found"
				: null;
	const command = drawn.earlier?.command ?? commandOf(run, wanted);
	if (!command) return { operation: null, wire: { client_time: "yesterday", command: { kind: "answer" } } };
	const operation: ModelOperation = drawn.earlier ?? {
		operation_id: drawn.operation_id,
		client_time,
		command,
		refusal_code,
		after: drawSeen(session, sees, command),
	};
	if (!drawn.earlier) run.sent.push({ session, operation });
	const sent_time = operation.client_time ?? client_time;
	return {
		operation: { ...operation, client_time: sent_time },
		wire: {
			operation_id: operation.operation_id,
			client_time: instant(sent_time),
			command,
			after: operation.after,
		},
	};
}

/** The operation id of the answer that the student saw: the current one, an older one, or none. */
function drawSeen(
	session: ReferenceSession,
	sees: OperationInput["sees"],
	command: ModelCommand,
): string | null | undefined {
	if (sees === "not_sent" || !("question_id" in command)) return undefined;
	if (sees === "nothing") return null;
	if (sees === "current") return currentWrite(session, command.question_id)?.operation_id ?? null;
	const earlier = session.entries.filter(
		(entry) => "question_id" in entry.command && entry.command.question_id === command.question_id,
	);
	return earlier[sees.nth % earlier.length]?.operation_id ?? null;
}

/** Commands that no sync carries. */
const NOT_IN_SYNC: readonly ModelCommand["kind"][] = ["start", "restore", "abandon"];
const LATEST = Date.parse("9999-01-01T00:00:00.000Z");
const UNKNOWN_QUESTION = 999_999;

const questionAt = (run: ModelRun, question: number) => run.questions.ids[question];

function commandOf(run: ModelRun, command: OperationInput["command"]): ModelCommand | null {
	if (command.kind === "garbage") return null;
	if (command.kind === "complete") return { kind: "complete" };
	if (command.kind === "hold") {
		return { kind: "hold", device_id: deviceOf(command.device), label: `Device ${command.device}` };
	}
	const question_id = questionAt(run, command.question) ?? UNKNOWN_QUESTION;
	switch (command.kind) {
		case "answer":
			return { kind: "answer", question_id, answer: command.answer };
		case "draft":
			return { kind: "draft", question_id, draft: command.discard ? null : command.answer };
		case "clear":
			return { kind: "clear", question_id };
		case "move":
			return { kind: "move", question_id, ...(command.language && { language: command.language }) };
	}
}

const withoutDetail = ({ detail: _, ...rest }: { detail?: string }) => rest;

export async function runSubmit(run: ModelRun, input: StepInput & { kind: "submit" }): Promise<void> {
	const { reference, totals } = run;
	const session = selectSession(run, input.session);
	if (!session) return;
	totals.operations += 1;
	const { operation_id, earlier } = drawOperationId(
		run,
		input.id,
		({ command }) => command.kind === "answer",
		session,
	);
	const command = earlier?.command ?? answerOf(run, input);
	if (command.kind !== "answer") throw new Error("Only an answer can be submitted.");
	const operation: ModelOperation = earlier
		? { ...earlier, client_time: null }
		: { operation_id, client_time: null, command, refusal_code: input.refusal_code };
	if (operation_id && !earlier) run.sent.push({ session, operation });
	const from = phaseOf(run, session);
	const outcome = applyOperation(reference, session, operation, {
		device_id: null,
		sent_at: null,
		stores_late: false,
	});
	const reply = await requestAll(run, "POST", "/api/v2/answers/submit", {
		session_id: idOf(run, session),
		question_id: command.question_id,
		answer: command.answer,
		...(operation.operation_id && { submission_id: operation.operation_id }),
	});
	const refused = "refused" in outcome ? outcome.refused : "code" in outcome ? "operation_mismatch" : null;
	expectSame("the reply to a submission", codeOf(reply), refused ?? "ok");
	const isEnd = refused === null || refused.startsWith("session_") || refused === "operation_mismatch";
	countTransition(
		totals,
		`submit on ${from} → ${isEnd ? (refused ?? (earlier ? "repeated" : "applied")) : "refused"}`,
	);
	if (!refused && "revision" in outcome) {
		const { answered, ever } = session.entries[outcome.revision - 1]?.counts ?? counts(session);
		const { total_questions } = expectedProgress(session, run.questions);
		expectSame("a submission", reply.body, {
			success: true,
			xp_gained: outcome.xp_gained,
			total_xp: 10 * ever,
			badges_unlocked: outcome.badges_unlocked,
			progress: {
				questions_answered: answered,
				total_questions,
				percentage: Number(((100 * answered) / total_questions).toFixed(1)),
			},
		});
	}
	await compareSession(run, session, "tail");
}

function answerOf(run: ModelRun, { question, answer }: AnswerInput): ModelCommand {
	return { kind: "answer", question_id: questionAt(run, question) ?? UNKNOWN_QUESTION, answer };
}
