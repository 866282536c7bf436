import { setTimeout as sleep } from "node:timers/promises";
import { mintOperationId, toInstant } from "@carhythm/core";
import type { Chance } from "../simulation/chance.ts";
import type { Journal, JournalCode, JournalOperation, JournalSession, JournalWrite } from "./journal.ts";
import { answering, anyOperation, holding, onTheWire, plain } from "./operations.ts";
import type { Question } from "./questions.ts";
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
const DEVICES = 2;
/** Few, so that they are answered again, cleared and half answered anew. */
const QUESTIONS = 8;
/** A code that is older is not used: a slow machine must not make it a wrong one on the way. */
const CODE_AGE_MS = 5 * 60_000;

/** A student with browsers that have an outbox: one request at a time, and an unknown one again before the next. */
export function aStudent(school: School, chance: Chance) {
	const devices = Array.from({ length: DEVICES }, () => mintOperationId(chance.bytes));
	const questions = Array.from({ length: QUESTIONS }, () => chance.pick(school.questions));
	const desk = { questions, devices };
	let pending: Pending | null = null;
	let current: JournalSession | null = null;
	let previous: JournalSession | null = null;
	/** An unused code of the current session, and until when it is used. */
	let atHand: { made: JournalCode; until: number } | null = null;

	/** Works until told to stop; a request under way is still waited for. */
	async function work(goesOn: () => boolean): Promise<void> {
		while (goesOn()) {
			if (current?.session_id && chance.oneIn(8)) {
				await look(current.session_id);
				if (!goesOn()) return;
			}
			pending ??= note(choose());
			await deliver(pending);
			await sleep(chance.nat(LONGEST_THOUGHT_MS));
		}
	}

	/** A session that was acknowledged is there, or it is said that nobody can tell at the moment. */
	async function look(session_id: string): Promise<void> {
		const reply = await send(school.where, school.journal, "GET", `/api/v2/session/${session_id}`);
		if (!reply || reply.status === 200 || reply.status >= 500) return;
		school.journal.wrong.push(`A session that is there was not shown: ${reply.body["code"] ?? reply.status}`);
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
		goTo(null, null);
	}

	function goTo(session: JournalSession | null, before: JournalSession | null): void {
		current = session;
		previous = before;
		atHand = null;
	}

	function choose(): Pending {
		if (!current) return start(null);
		// Few are made, for each costs the server much time, but most of them are used.
		if (atHand && Date.now() < atHand.until && chance.oneIn(3)) return redeem(current, atHand.made);
		const turn = chance.nat(100);
		if (turn < 66) return sync(current);
		if (turn < 81) return submit(current);
		if (turn < 84) return handOff(current);
		if (turn < 91) return start(current);
		if (turn < 95) return previous ? restore(current, previous) : sync(current);
		return turn < 98 ? end(current, "complete") : end(current, "abandon");
	}

	function start(replaces: JournalSession | null): Pending {
		const language = chance.pick(["en", "ar"] as const);
		const operation = { ...plain("start", chance), language };
		const session: JournalSession = { session_id: null, started_by: operation.operation_id };
		return {
			write: aWrite(session, [operation], { sets_aside: replaces }),
			path: "/api/v2/session/start",
			body: () => ({
				operation_id: operation.operation_id,
				language,
				...(replaces && { replaces: replaces.session_id }),
			}),
			settle({ body }) {
				session.session_id = String(body["session_id"]);
				goTo(session, replaces);
			},
		};
	}

	function restore(from: JournalSession, back: JournalSession): Pending {
		const operation = plain("restore", chance);
		return {
			write: aWrite(back, [operation], { sets_aside: from }),
			path: `/api/v2/session/${back.session_id}/restore`,
			body: () => ({ operation_id: operation.operation_id }),
			settle: () => goTo(back, from),
		};
	}

	function end(session: JournalSession, kind: "complete" | "abandon"): Pending {
		const operation = plain(kind, chance);
		return {
			write: aWrite(session, [operation]),
			path: `/api/v2/session/${session.session_id}/${kind}`,
			body: () => ({ operation_id: operation.operation_id }),
			settle: () => goTo(null, null),
		};
	}

	function submit(session: JournalSession): Pending {
		const operation = answering(desk, chance);
		const { operation_id, question, answer } = operation;
		return {
			write: aWrite(session, [operation]),
			path: "/api/v2/answers/submit",
			body: () => ({
				session_id: session.session_id,
				submission_id: operation_id,
				question_id: question?.id,
				answer,
			}),
			settle() {},
		};
	}

	function sync(session: JournalSession): Pending {
		const operations = Array.from({ length: chance.between(1, 4) }, () => anyOperation(desk, chance));
		const timed = operations.map((operation) => ({ operation, client_time: toInstant(Date.now()) }));
		const device_id = chance.pick(devices);
		return {
			write: aWrite(session, operations),
			path: `/api/v2/session/${session.session_id}/sync`,
			body: () => ({
				sent_at: toInstant(Date.now()),
				device_id,
				operations: timed.map(({ operation, client_time }) => onTheWire(operation, client_time)),
			}),
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

	/** Makes a code; the one before it is void from then on. */
	function handOff(session: JournalSession): Pending {
		const operation = plain("hand_off", chance);
		const made: JournalCode = { text: null, made_by: operation.operation_id };
		return {
			write: aWrite(session, [operation], { makes: made }),
			path: `/api/v2/session/${session.session_id}/handoff`,
			body: () => ({ operation_id: operation.operation_id }),
			settle({ body }) {
				made.text = String(body["code"]);
				atHand = { made, until: Date.parse(String(body["expires_at"])) - CODE_AGE_MS };
			},
		};
	}

	function redeem(session: JournalSession, redeems: JournalCode): Pending {
		const operation = holding(desk, chance);
		return {
			write: aWrite(session, [operation], { redeems }),
			path: "/api/v2/session/handoff/redeem",
			body: () => ({ operation_id: operation.operation_id, code: redeems.text, ...operation.holder }),
			settle() {
				atHand = null;
			},
		};
	}

	return { work };
}

function aWrite(
	session: JournalSession,
	operations: readonly JournalOperation[],
	more: Partial<Pick<JournalWrite, "sets_aside" | "redeems" | "makes">> = {},
): JournalWrite {
	return { session, operations, sets_aside: null, redeems: null, makes: null, state: "unknown", ...more };
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
