import { setTimeout as sleep } from "node:timers/promises";
import {
	mintOperationId,
	type SessionSnapshot,
	type StartReply,
	type SyncReply,
	toInstant,
} from "@carhythm/core";
import { drawAnswer, type Question } from "../test/campaigns/students/questions.ts";
import type { Chance } from "../test/simulation/chance.ts";
import type { Calls, Kind } from "./calls.ts";

export type Classroom = {
	calls: Calls;
	questions: readonly Question[];
	/** The middle of how long a student thinks before each answer. */
	think_ms: number;
	/** Ends when the class is over. */
	over: AbortSignal;
};

/**
 * One student after the other at one device: each takes the whole assessment as the page does it, and the
 * next begins.
 */
export async function sitAtDevice(classroom: Classroom, chance: Chance): Promise<void> {
	// Not all in the same moment.
	await think(classroom, chance);
	while (!classroom.over.aborted) {
		const isThrough = await takeAssessment(classroom, chance);
		if (!isThrough) await think(classroom, chance);
	}
}

async function takeAssessment(classroom: Classroom, chance: Chance): Promise<boolean> {
	const { calls, questions } = classroom;
	const started = await calls.call<StartReply>({
		kind: "start",
		method: "POST",
		path: "/api/v2/session/start",
		body: { operation_id: mintOperationId(chance.bytes), language: chance.oneIn(2) ? "ar" : "en" },
	});
	if (!started) return false;
	const { session_id } = started;
	const path = `/api/v2/session/${session_id}`;
	let device_id = mintOperationId(chance.bytes);
	let page: number | null = null;
	let endListening = await calls.listen(`${path}/events`);
	const send = async (kind: Kind, commands: readonly object[]) => {
		const now = toInstant(Date.now());
		const operations = commands.map((command) => ({
			operation_id: mintOperationId(chance.bytes),
			client_time: now,
			command,
		}));
		const reply = await calls.call<SyncReply>({
			kind,
			method: "POST",
			path: `${path}/sync`,
			body: { sent_at: now, device_id, operations },
		});
		for (const { status } of reply?.results ?? []) if (status !== "applied") calls.note(`${kind}: ${status}`);
	};
	const given = (question: Question) => ({
		kind: "answer",
		question_id: question.id,
		answer: drawAnswer(question, chance),
	});

	// Some come with what they did without a network; so not everyone is at the same question, and not
	// everyone takes equally long.
	const before = chance.oneIn(2) ? chance.nat(questions.length - 5) : 0;
	for (let from = 0; from < before; from += 20) {
		await send("twenty answers", questions.slice(from, Math.min(before, from + 20)).map(given));
	}
	for (const question of questions.slice(before)) {
		if (classroom.over.aborted) break;
		if (question.page_id !== page) {
			page = question.page_id;
			await calls.call({
				kind: "questions",
				method: "GET",
				path: `/api/v2/questions?page_id=${page}&language=ar`,
			});
		}
		await think(classroom, chance);
		if (question.type === "essay" || question.type === "ordering") {
			for (let pause = 0; pause < 3; pause += 1) {
				await send("draft", [
					{ kind: "draft", question_id: question.id, draft: drawAnswer(question, chance) },
				]);
				await think(classroom, chance);
			}
		}
		await send("answer", [{ kind: "move", question_id: question.id }, given(question)]);
		if (chance.oneIn(12)) await send("answer", [given(chance.pick(questions))]);
		if (chance.oneIn(15)) await calls.call<SessionSnapshot>({ kind: "resume", method: "GET", path });
		if (chance.oneIn(80)) {
			endListening();
			device_id = (await changeDevice(calls, path, chance)) ?? device_id;
			endListening = await calls.listen(`${path}/events`);
		}
	}
	endListening();
	if (classroom.over.aborted) return true;
	await calls.call({ kind: "complete", method: "POST", path: `${path}/complete` });
	await calls.call({ kind: "scores", method: "GET", path: `/api/v2/scores/${session_id}` });
	return true;
}

/** @returns the new device; null when it did not work, which the calls note */
async function changeDevice(calls: Calls, path: string, chance: Chance) {
	const code = await calls.call<{ code: string }>({
		kind: "hand-off",
		method: "POST",
		path: `${path}/handoff`,
	});
	if (!code) return null;
	const device_id = mintOperationId(chance.bytes);
	const taken = await calls.call({
		kind: "redeem",
		method: "POST",
		path: "/api/v2/session/handoff/redeem",
		body: { code: code.code, operation_id: mintOperationId(chance.bytes), device_id, label: "A phone" },
	});
	return taken ? device_id : null;
}

/** Mostly short, sometimes long. */
async function think({ think_ms, over }: Classroom, chance: Chance): Promise<void> {
	const share = (1 + chance.nat(1000)) / 1000;
	const thought = Math.min(-Math.log(share) * think_ms, 6 * think_ms);
	await sleep(thought, undefined, { signal: over }).catch(() => {});
}
