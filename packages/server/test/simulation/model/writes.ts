import { compare } from "./compare.ts";
import { codeOf, draw, idOf, sessionAt, standingOf } from "./drawing.ts";
import { expectedProgress, expectedSummary, instant } from "./expected.ts";
import { counts, type Deed, holder, type Result, standing } from "./history.ts";
import { receive } from "./received.ts";
import { bringIn, lineOf, type Operation, operate, type RefSession, type Sender } from "./reference.ts";
import type { Wish } from "./wishes.ts";
import type { AnswerWish, OperationWish } from "./wishes-writes.ts";
import { ask, count, expectSame, type World } from "./world.ts";

export async function takeSync(world: World, wish: Wish & { kind: "sync" }): Promise<void> {
	const { reference, tally } = world;
	const session = sessionAt(world, wish.session);
	if (!session) return;
	tally.operations += wish.operations.length;
	const sending = senderOf(reference.now, wish.device);
	const from = standingOf(world, session);
	const sent = wish.operations.map((one) => wireOf(world, session, one, sending));
	const ages = sent.flatMap(({ operation }) => sending.sent_at - (operation?.client_time ?? Number.NaN));
	const receipt = receive(reference.now, session, ages);
	const sender = { ...sending, receipt };
	const known = session.lines.length;
	const wasActive = session.status === "active";
	const held = holder(session);
	const isHeldElsewhere = held !== null && held.device_id !== sender.device_id;
	const results = sent.map(({ operation }): Result => {
		if (!operation) return { status: "refused", operation_id: null, code: "invalid_operation" };
		const isRepeat = operation.operation_id !== null && lineOf(session, operation.operation_id) !== undefined;
		const result = operate(reference, session, operation, sender);
		if ("refused" in result) throw new Error("A sync is never refused as a whole.");
		count(tally, `sync ${operation.deed.kind} on ${from} → ${outcomeOf(result, isRepeat)}`);
		if (isHeldElsewhere && operation.deed.kind === "answer") {
			count(tally, `sync answer, held elsewhere → ${outcomeOf(result, isRepeat)}`);
		}
		if (operation.deed.kind === "answer") countSight(world, session, operation, result, isRepeat);
		if (operation.unfit && result.status === "refused") count(tally, `refused: ${result.code}`);
		return result;
	});
	const takesIn = wasActive && session.lines.slice(known).some(({ outcome }) => outcome !== "late");
	if (takesIn && bringIn(session, receipt.received) > 0) count(tally, "what came late is applied by itself");
	const reply = await ask(world, "POST", `/api/v2/session/${idOf(world, session)}/sync`, {
		sent_at: instant(sender.sent_at ?? 0),
		...(sender.device_id && { device_id: sender.device_id }),
		operations: sent.map(({ wire }) => wire),
	});
	const body = reply.body as { server_time: string; results: object[]; session: unknown };
	expectSame("the results of a sync", body.results.map(withoutDetail), results);
	const summary = expectedSummary(session, idOf(world, session), reference.now, world.questions);
	expectSame("the summary after a sync", body.session, summary);
	expectSame("the server's time", body.server_time, instant(reference.now));
	await compare(world, session, "tail");
}

function countSight(
	{ tally }: World,
	session: RefSession,
	{ after }: Operation,
	result: Result,
	isRepeat: boolean,
): void {
	if (after === undefined || isRepeat) return;
	const isSeenLate = after !== null && lineOf(session, after)?.outcome === "late";
	if (result.status === "late" && isSeenLate) count(tally, "sync answer, one that came late seen → late");
	if (!("revision" in result)) return;
	count(tally, `sync answer, ${result.conflict ? "another not seen" : "all seen"} → ${result.status}`);
}

function outcomeOf(result: Result, isRepeat: boolean): string {
	if (result.status !== "refused") return isRepeat ? "replayed" : result.status;
	return result.code === "operation_mismatch" ? result.code : "refused";
}

/** The devices' clocks: right, of 1970, of 2099, and one that does not say which device it is. */
const CLOCKS = ["2028-03-25T20:00:00.000Z", "1970-01-01T00:00:00.000Z", "2099-12-31T23:00:00.000Z"];

export const deviceOf = (device: number) => `de00000${device}-0000-4000-8000-000000000000`;

function senderOf(now: number, device: number): Sender & { sent_at: number } {
	const beginning = Date.parse(CLOCKS[0] ?? "");
	const clock = Date.parse(CLOCKS[device % CLOCKS.length] ?? "");
	const device_id = device < CLOCKS.length ? deviceOf(device) : null;
	return { device_id, sent_at: Math.max(0, clock + (now - beginning)), keeps_late: true };
}

function wireOf(
	world: World,
	session: RefSession,
	{ id, sees, age, deed }: OperationWish,
	{ sent_at }: { sent_at: number },
): { operation: Operation | null; wire: unknown } {
	const drawn = draw(world, id, ({ deed: { kind } }) => !BY_THEMSELVES.includes(kind), session);
	const client_time = Math.min(Math.max(0, sent_at - age), LATEST);
	const unfit =
		"unfit" in deed
			? deed.unfit
			: "question" in deed && !questionAt(world, deed.question)
				? "question_not_found"
				: null;
	const command = drawn.earlier?.deed ?? commandOf(world, deed);
	if (!command) return { operation: null, wire: { client_time: "yesterday", command: { kind: "answer" } } };
	const operation: Operation = drawn.earlier ?? {
		operation_id: drawn.operation_id,
		client_time,
		deed: command,
		unfit,
		after: seenBy(session, sees, command),
	};
	if (!drawn.earlier) world.sent.push({ session, operation });
	const told = operation.client_time ?? client_time;
	return {
		operation: { ...operation, client_time: told },
		wire: {
			operation_id: operation.operation_id,
			client_time: instant(told),
			command,
			after: operation.after,
		},
	};
}

/** What the student had in view: perhaps what stands, or something older. */
function seenBy(session: RefSession, sees: OperationWish["sees"], deed: Deed): string | null | undefined {
	if (sees === "untold" || !("question_id" in deed)) return undefined;
	if (sees === "nothing") return null;
	if (sees === "standing") return standing(session, deed.question_id)?.operation_id ?? null;
	const earlier = session.lines.filter(
		(line) => "question_id" in line.deed && line.deed.question_id === deed.question_id,
	);
	return earlier[sees.nth % earlier.length]?.operation_id ?? null;
}

/** What no sync can carry. */
const BY_THEMSELVES: readonly Deed["kind"][] = ["start", "restore", "abandon"];
const LATEST = Date.parse("9999-01-01T00:00:00.000Z");
const UNKNOWN_QUESTION = 999_999;

const questionAt = (world: World, question: number) => world.questions.ids[question];

function commandOf(world: World, deed: OperationWish["deed"]): Deed | null {
	if (deed.kind === "garbage") return null;
	if (deed.kind === "complete") return { kind: "complete" };
	if (deed.kind === "hold") {
		return { kind: "hold", device_id: deviceOf(deed.device), label: `Device ${deed.device}` };
	}
	const question_id = questionAt(world, deed.question) ?? UNKNOWN_QUESTION;
	switch (deed.kind) {
		case "answer":
			return { kind: "answer", question_id, answer: deed.answer };
		case "draft":
			return { kind: "draft", question_id, draft: deed.discard ? null : deed.answer };
		case "clear":
			return { kind: "clear", question_id };
		case "move":
			return { kind: "move", question_id, ...(deed.language && { language: deed.language }) };
	}
}

const withoutDetail = ({ detail: _, ...rest }: { detail?: string }) => rest;

export async function takeSubmit(world: World, wish: Wish & { kind: "submit" }): Promise<void> {
	const { reference, tally } = world;
	const session = sessionAt(world, wish.session);
	if (!session) return;
	tally.operations += 1;
	const { operation_id, earlier } = draw(world, wish.id, ({ deed }) => deed.kind === "answer", session);
	const deed = earlier?.deed ?? answerOf(world, wish);
	if (deed.kind !== "answer") throw new Error("Only an answer can be submitted.");
	const operation: Operation = earlier
		? { ...earlier, client_time: null }
		: { operation_id, client_time: null, deed, unfit: wish.unfit };
	if (operation_id && !earlier) world.sent.push({ session, operation });
	const from = standingOf(world, session);
	const outcome = operate(reference, session, operation, {
		device_id: null,
		sent_at: null,
		keeps_late: false,
	});
	const reply = await ask(world, "POST", "/api/v2/answers/submit", {
		session_id: idOf(world, session),
		question_id: deed.question_id,
		answer: deed.answer,
		...(operation.operation_id && { submission_id: operation.operation_id }),
	});
	const refused = "refused" in outcome ? outcome.refused : "code" in outcome ? "operation_mismatch" : null;
	expectSame("the reply to a submission", codeOf(reply), refused ?? "ok");
	const isEnd = refused === null || refused.startsWith("session_") || refused === "operation_mismatch";
	count(tally, `submit on ${from} → ${isEnd ? (refused ?? (earlier ? "repeated" : "applied")) : "refused"}`);
	if (!refused && "revision" in outcome) {
		const { answered, ever } = session.lines[outcome.revision - 1]?.counts ?? counts(session);
		const { total_questions } = expectedProgress(session, world.questions);
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
	await compare(world, session, "tail");
}

function answerOf(world: World, { question, answer }: AnswerWish): Deed {
	return { kind: "answer", question_id: questionAt(world, question) ?? UNKNOWN_QUESTION, answer };
}
