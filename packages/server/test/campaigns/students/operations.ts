import { mintOperationId } from "@carhythm/core";
import type { Chance } from "../../simulation/chance.ts";
import type { JournalOperation } from "./journal.ts";
import { drawAnswer, type Question } from "./questions.ts";

/** The questions and devices from which a student's operations are drawn. */
export type OperationSource = { questions: readonly Question[]; devices: readonly string[] };

/** An operation without details. */
export function createOperation(kind: JournalOperation["kind"], chance: Chance): JournalOperation {
	const nothing = { question: null, answer: null, language: null, holder: null };
	return { operation_id: mintOperationId(chance.bytes), kind, ...nothing };
}

/** An answer to any question. */
export function createAnswer({ questions }: OperationSource, chance: Chance): JournalOperation {
	const question = chance.pick(questions);
	return { ...createOperation("answer", chance), question, answer: drawAnswer(question, chance) };
}

/** A hold by one of the devices, as a code or "Continue here instead" makes it. */
export function createHold({ devices }: OperationSource, chance: Chance): JournalOperation {
	const label = `Browser ${chance.nat(1000)}`;
	return { ...createOperation("hold", chance), holder: { device_id: chance.pick(devices), label } };
}

/** Draws any operation that a device can queue. */
export function drawOperation(desk: OperationSource, chance: Chance): JournalOperation {
	const turn = chance.nat(20);
	if (turn < 11) return createAnswer(desk, chance);
	if (turn < 12) return createHold(desk, chance);
	if (turn < 15) {
		const draft = { ...createAnswer(desk, chance), kind: "draft" } as const;
		return chance.oneIn(8) ? { ...draft, answer: null } : draft;
	}
	const question = chance.pick(desk.questions);
	if (turn < 17) return { ...createOperation("clear", chance), question };
	const language = chance.oneIn(3) ? chance.pick(["en", "ar"] as const) : null;
	return { ...createOperation("move", chance), question, language };
}

/** An operation in the format of a sync. */
export function toWire(operation: JournalOperation, client_time: string): object {
	const { operation_id, kind, question, answer, language, holder } = operation;
	const command = {
		kind,
		...(question && { question_id: question.id }),
		...(kind === "answer" && { answer }),
		...(kind === "draft" && { draft: answer }),
		...(language && { language }),
		...holder,
	};
	return { operation_id, client_time, command };
}
