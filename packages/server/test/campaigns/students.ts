import { setTimeout as sleep } from "node:timers/promises";
import { mintOperationId, toInstant } from "@carhythm/core";
import type { Chance } from "../simulation/chance.ts";
import type { Journal, JournalOperation, JournalSession, JournalWrite } from "./journal.ts";
import { anyAnswer, type Question } from "./questions.ts";
import { type Reply, send, type Whereabouts } from "./requests.ts";

/** Where students work and what is known of it. */
export type School = { where: Whereabouts; journal: Journal; questions: readonly Question[] };

/** A write that is to be sent until its outcome is known. */
type Pending = {
	write: JournalWrite;
	path: string;
	body(): object;
	/** After the acknowledgement. */
	settle(reply: Reply): void;
};

const LONGEST_THOUGHT_MS = 12;

/** A student in a browser with an outbox: one request at a time, and an unknown one again before the next. */
export function aStudent(school: School, chance: Chance) {
	const device_id = mintOperationId(chance.bytes);
	let pending: Pending | null = null;
	let current: JournalSession | null = null;
	let previous: JournalSession | null = null;

	/** Works until told to stop; a request under way is still waited for. */
	async function work(goesOn: () => boolean): Promise<void> {
		while (goesOn()) {
			if (current?.session_id && chance.oneIn(8)) {
				await send(school.where, school.journal, "GET", `/api/v2/session/${current.session_id}`);
				if (!goesOn()) return;
			}
			pending ??= note(choose());
			await deliver(pending);
			await sleep(chance.nat(LONGEST_THOUGHT_MS));
		}
	}

	function note(chosen: Pending): Pending {
		school.journal.writes.push(chosen.write);
		return chosen;
	}

	async function deliver({ write, path, body, settle }: Pending): Promise<void> {
		const reply = await send(school.where, school.journal, "POST", path, body());
		// A reply that came after the cut proves nothing: the same is sent again afterwards.
		if (!reply || reply.status >= 500 || !school.journal.isOpen) return;
		pending = null;
		if (reply.status < 300) {
			write.state = "acknowledged";
			settle(reply);
			return;
		}
		write.state = "refused";
		school.journal.wrong.push(`A correct ${write.operations[0]?.kind} was refused: ${reply.body["code"]}`);
		current = null;
	}

	function choose(): Pending {
		if (!current) return start(null);
		const turn = chance.nat(100);
		if (turn < 68) return sync(current);
		if (turn < 84) return submit(current);
		if (turn < 91) return start(current);
		if (turn < 95) return previous ? restore(current, previous) : sync(current);
		return turn < 98 ? end(current, "complete") : end(current, "abandon");
	}

	function start(replaces: JournalSession | null): Pending {
		const operation = plain("start");
		const session: JournalSession = { session_id: null, started_by: operation.operation_id };
		return {
			write: { session, operations: [operation], sets_aside: replaces, state: "unknown" },
			path: "/api/v2/session/start",
			body: () => ({
				operation_id: operation.operation_id,
				...(replaces && { replaces: replaces.session_id }),
			}),
			settle({ body }) {
				session.session_id = String(body["session_id"]);
				previous = replaces;
				current = session;
			},
		};
	}

	function restore(from: JournalSession, back: JournalSession): Pending {
		const operation = plain("restore");
		return {
			write: { session: back, operations: [operation], sets_aside: from, state: "unknown" },
			path: `/api/v2/session/${back.session_id}/restore`,
			body: () => ({ operation_id: operation.operation_id }),
			settle() {
				current = back;
				previous = from;
			},
		};
	}

	function end(session: JournalSession, kind: "complete" | "abandon"): Pending {
		const operation = plain(kind);
		return {
			write: { session, operations: [operation], sets_aside: null, state: "unknown" },
			path: `/api/v2/session/${session.session_id}/${kind}`,
			body: () => ({ operation_id: operation.operation_id }),
			settle() {
				current = null;
				previous = null;
			},
		};
	}

	function submit(session: JournalSession): Pending {
		const operation = answering();
		const { operation_id, question_id, answer } = operation;
		return {
			write: { session, operations: [operation], sets_aside: null, state: "unknown" },
			path: "/api/v2/answers/submit",
			body: () => ({
				session_id: session.session_id,
				submission_id: operation_id,
				question_id,
				answer,
			}),
			settle() {},
		};
	}

	function sync(session: JournalSession): Pending {
		const operations = Array.from({ length: chance.between(1, 4) }, anyOperation);
		const timed = operations.map((operation) => ({ operation, client_time: toInstant(Date.now()) }));
		return {
			write: { session, operations, sets_aside: null, state: "unknown" },
			path: `/api/v2/session/${session.session_id}/sync`,
			body: () => ({ sent_at: toInstant(Date.now()), device_id, operations: timed.map(onTheWire) }),
			settle({ body }) {
				const results = body["results"] as { status: string; code?: string }[];
				for (const { status, code } of results) {
					if (status !== "applied" && status !== "superseded") {
						school.journal.wrong.push(`A correct operation came out ${status}: ${code}`);
					}
				}
			},
		};
	}

	function anyOperation(): JournalOperation {
		const turn = chance.nat(10);
		if (turn < 6) return answering();
		if (turn < 7) return { ...answering(), kind: "draft" };
		return { ...plain(turn < 8 ? "clear" : "move"), question_id: chance.pick(school.questions).id };
	}

	function answering(): JournalOperation {
		const question = chance.pick(school.questions);
		return { ...plain("answer"), question_id: question.id, answer: anyAnswer(question, chance) };
	}

	function plain(kind: JournalOperation["kind"]): JournalOperation {
		return { operation_id: mintOperationId(chance.bytes), kind, question_id: null, answer: null };
	}

	return { work };
}

function onTheWire({ operation, client_time }: { operation: JournalOperation; client_time: string }): object {
	const { operation_id, kind, question_id, answer } = operation;
	const command = {
		kind,
		question_id,
		...(kind === "answer" && { answer }),
		...(kind === "draft" && { draft: answer }),
	};
	return { operation_id, client_time, command };
}

export type Student = ReturnType<typeof aStudent>;

/** Lets the students work. `stop` lets nobody begin anything more, and waits for the requests under way. */
export function beginWork(students: readonly Student[]): { stop(): Promise<void> } {
	let goesOn = true;
	const done = Promise.all(students.map((student) => student.work(() => goesOn)));
	return {
		async stop() {
			goesOn = false;
			await done;
		},
	};
}

const LONGEST_MS = 4000;

/** Resolves when so many more writes were acknowledged, or the time is over. @returns whether they were */
export async function untilReplies(
	journal: Journal,
	wanted: number,
	longest_ms = LONGEST_MS,
): Promise<boolean> {
	const enough = repliesOf(journal) + wanted;
	const deadline = performance.now() + longest_ms;
	while (repliesOf(journal) < enough) {
		if (performance.now() > deadline) return false;
		await sleep(1);
	}
	return true;
}

function repliesOf({ replies }: Journal): number {
	return replies.get("POST 200") ?? 0;
}
