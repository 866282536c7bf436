import { mintOperationId } from "@carhythm/core";
import type { Chance } from "../simulation/chance.ts";
import type { JournalOperation } from "./journal.ts";
import { anyAnswer, type Question } from "./questions.ts";

/** What a student works with: questions to answer and devices to do it on. */
export type Desk = { questions: readonly Question[]; devices: readonly string[] };

/** An operation that says no more than what it is. */
export function plain(kind: JournalOperation["kind"], chance: Chance): JournalOperation {
	const nothing = { question: null, answer: null, language: null, holder: null };
	return { operation_id: mintOperationId(chance.bytes), kind, ...nothing };
}

/** An answer to any question. */
export function answering({ questions }: Desk, chance: Chance): JournalOperation {
	const question = chance.pick(questions);
	return { ...plain("answer", chance), question, answer: anyAnswer(question, chance) };
}

/** The session goes on on one of the devices: by a code, or by "Continue here instead". */
export function holding({ devices }: Desk, chance: Chance): JournalOperation {
	const label = `Browser ${chance.nat(1000)}`;
	return { ...plain("hold", chance), holder: { device_id: chance.pick(devices), label } };
}

/** Anything that a device may queue. */
export function anyOperation(desk: Desk, chance: Chance): JournalOperation {
	const turn = chance.nat(20);
	if (turn < 11) return answering(desk, chance);
	if (turn < 12) return holding(desk, chance);
	if (turn < 15) {
		const draft = { ...answering(desk, chance), kind: "draft" } as const;
		return chance.oneIn(8) ? { ...draft, answer: null } : draft;
	}
	const question = chance.pick(desk.questions);
	if (turn < 17) return { ...plain("clear", chance), question };
	const language = chance.oneIn(3) ? chance.pick(["en", "ar"] as const) : null;
	return { ...plain("move", chance), question, language };
}

/** An operation as `sync` takes it. */
export function onTheWire(operation: JournalOperation, client_time: string): object {
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
