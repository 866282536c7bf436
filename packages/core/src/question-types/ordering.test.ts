import { expect, test } from "vitest";
import { type OrderingQuestion, presentedOrder, type SessionId } from "../index.ts";
import { anIndex } from "../testing/an-assessment.ts";

const question = anIndex().by_question.get(104)?.question as OrderingQuestion;
const session = (n: number) => `${String(n).padStart(8, "0")}-1111-4111-8111-111111111111` as SessionId;

test("a session sees one order, on every device and at every return", () => {
	expect(presentedOrder(question, session(1))).toEqual(presentedOrder(question, session(1)));
});

test("over many sessions every order comes up about equally often", () => {
	const counts = new Map<string, number>();
	for (let n = 0; n < 24_000; n += 1) {
		const order = presentedOrder(question, session(n)).join("");
		counts.set(order, (counts.get(order) ?? 0) + 1);
	}
	expect(counts.size).toBe(24);
	for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
});

test("without randomize the order is the author's", () => {
	expect(presentedOrder({ ...question, randomize: false }, session(3))).toEqual([0, 1, 2, 3]);
});
