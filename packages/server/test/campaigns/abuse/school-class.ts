import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Chance } from "../../simulation/chance.ts";
import { drawAnswer, type Question } from "../students/questions.ts";
import { type Client, createClient } from "./client.ts";

const STUDENTS = 40;
/** Where the class's computers are; the attackers have another address. */
const ADDRESS_OF_CLASS = "127.0.0.1";

/** A class at work: what it waited for, and what the server told it to have. */
export type SchoolClass = {
	/** Milliseconds until each request of the class had its reply. */
	times: number[];
	/** Ids of operations that were acknowledged, by session. */
	acknowledged: Map<string, string[]>;
	/** How often a student was told to come again, and got no reply. */
	told_to_wait: number;
	unheard: number;
	/** Resolves when each student has had everything acknowledged. */
	finish(): Promise<void>;
};

/**
 * Forty students behind one address, who answer a question about every second, read their session now and
 * then, and send again what was not acknowledged.
 */
export function beginClass(
	base: string,
	{ questions, chance, think_ms }: { questions: readonly Question[]; chance: Chance; think_ms: number },
): SchoolClass {
	const client = createClient(base, ADDRESS_OF_CLASS, STUDENTS * 2);
	let isOver = false;
	const figures = {
		times: [] as number[],
		acknowledged: new Map<string, string[]>(),
		told_to_wait: 0,
		unheard: 0,
	};
	const send = async (...request: Parameters<Client["send"]>) => {
		for (;;) {
			const reply = await client.send(...request);
			if (reply) figures.times.push(reply.ms);
			if (reply && reply.status < 300) return reply;
			if (!reply) figures.unheard += 1;
			else if (reply.status === 429 || reply.status === 503) figures.told_to_wait += 1;
			else throw new Error(`The class got ${reply.status}: ${JSON.stringify(reply.body)}`);
			await sleep(Math.max(200, Math.min(reply?.retry_after_ms ?? 0, 5000)));
		}
	};
	const study = async () => {
		await sleep(chance.nat(think_ms));
		const started = await send("POST", "/api/v2/session/start");
		const id = String(started.body["session_id"]);
		const own: string[] = [];
		figures.acknowledged.set(id, own);
		while (!isOver) {
			await sleep(think_ms / 2 + chance.nat(think_ms));
			const question = chance.pick(questions);
			const operation_id = randomUUID();
			const now = new Date().toISOString();
			const command = { kind: "answer", question_id: question.id, answer: drawAnswer(question, chance) };
			await send("POST", `/api/v2/session/${id}/sync`, {
				sent_at: now,
				operations: [{ operation_id, client_time: now, command }],
			});
			own.push(operation_id);
			if (chance.nat(10) === 0) await send("GET", `/api/v2/session/${id}`);
		}
	};
	const students = Array.from({ length: STUDENTS }, study);
	// A student who fails is told by `finish`.
	for (const student of students) student.catch(() => {});
	return Object.assign(figures, {
		async finish() {
			isOver = true;
			await Promise.all(students);
			client.close();
		},
	});
}

/** The value below which so many hundredths of all are. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}
