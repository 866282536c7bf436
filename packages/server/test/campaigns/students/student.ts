import { setTimeout as sleep } from "node:timers/promises";
import { mintOperationId, toInstant } from "@carhythm/core";
import type { Chance } from "../../simulation/chance.ts";
import type { Journal, JournalCode, JournalOperation, JournalSession, JournalWrite } from "./journal.ts";
import { createAnswer, createHold, createOperation, drawOperation, toWire } from "./operations.ts";
import type { Question } from "./questions.ts";
import { type Reply, type ServerAddress, sendRequest } from "./requests.ts";

/** The server, journal and questions that students share. */
export type StudentSetup = { where: ServerAddress; journal: Journal; questions: readonly Question[] };

/** A write that is sent until its outcome is known. */
type PendingWrite = {
	write: JournalWrite;
	path: string;
	body(): object;
	/** Is called once, with the reply that acknowledges the write. */
	onAcknowledged(reply: Reply): void;
};

const LONGEST_PAUSE_MS = 12;
const DEVICES = 2;
/** Few, so that questions are answered several times, cleared and drafted anew. */
const QUESTIONS = 8;
/** An older code is not used, because on a slow machine it might expire on its way. */
const CODE_AGE_MS = 5 * 60_000;

/**
 * A student who works through an outbox, one write at a time.
 *
 *     choose a write → send → acknowledged or refused → pause → (the next write)
 *                      ↑  └ unknown → pause ┐
 *                      └────────────────────┘
 */
export function createStudent(setup: StudentSetup, chance: Chance) {
	const devices = Array.from({ length: DEVICES }, () => mintOperationId(chance.bytes));
	const questions = Array.from({ length: QUESTIONS }, () => chance.pick(setup.questions));
	const desk = { questions, devices };
	let pending: PendingWrite | null = null;
	let current: JournalSession | null = null;
	let previous: JournalSession | null = null;
	/** An unused code of the current session, and how long it may be used. */
	let usable_code: { made: JournalCode; until: number } | null = null;

	/** Works until `goesOn` says no. A request under way is still awaited. */
	async function work(goesOn: () => boolean): Promise<void> {
		while (goesOn()) {
			if (current?.session_id && chance.oneIn(8)) {
				await readSession(current.session_id);
				if (!goesOn()) return;
			}
			pending ??= record(choose());
			await deliver(pending);
			await sleep(chance.nat(LONGEST_PAUSE_MS));
		}
	}

	/** Reads the session. It must be shown, except with a 5xx or a cut connection. */
	async function readSession(session_id: string): Promise<void> {
		const reply = await sendRequest(setup.where, setup.journal, "GET", `/api/v2/session/${session_id}`);
		if (!reply || reply.status === 200 || reply.status >= 500) return;
		setup.journal.violations.push(`A stored session was not shown: ${reply.body["code"] ?? reply.status}`);
	}

	function record(chosen: PendingWrite): PendingWrite {
		setup.journal.writes.push(chosen.write);
		return chosen;
	}

	async function deliver({ write, path, body, onAcknowledged }: PendingWrite): Promise<void> {
		const reply = await sendRequest(setup.where, setup.journal, "POST", path, body());
		// A reply after a power cut proves nothing, so the same write is sent again afterwards.
		if (!reply || reply.status >= 500 || !setup.journal.accepts_replies) return;
		pending = null;
		if (reply.status < 300) {
			write.state = "acknowledged";
			onAcknowledged(reply);
			return;
		}
		write.state = "refused";
		setup.journal.violations.push(
			`A correct ${write.operations[0]?.kind} was refused: ${reply.body["code"]}`,
		);
		goTo(null, null);
	}

	function goTo(session: JournalSession | null, before: JournalSession | null): void {
		current = session;
		previous = before;
		usable_code = null;
	}

	function choose(): PendingWrite {
		if (!current) return start(null);
		// Few codes are made, because each costs the server a slow hash. Most of them are used.
		if (usable_code && Date.now() < usable_code.until && chance.oneIn(3))
			return redeem(current, usable_code.made);
		const turn = chance.nat(100);
		if (turn < 66) return sync(current);
		if (turn < 81) return submit(current);
		if (turn < 84) return handOff(current);
		if (turn < 91) return start(current);
		if (turn < 95) return previous ? restore(current, previous) : sync(current);
		return turn < 98 ? end(current, "complete") : end(current, "abandon");
	}

	function start(replaces: JournalSession | null): PendingWrite {
		const language = chance.pick(["en", "ar"] as const);
		const operation = { ...createOperation("start", chance), language };
		const session: JournalSession = { session_id: null, started_by: operation.operation_id };
		return {
			write: createWrite(session, [operation], { abandons: replaces }),
			path: "/api/v2/session/start",
			body: () => ({
				operation_id: operation.operation_id,
				language,
				...(replaces && { replaces: replaces.session_id }),
			}),
			onAcknowledged({ body }) {
				session.session_id = String(body["session_id"]);
				goTo(session, replaces);
			},
		};
	}

	function restore(from: JournalSession, back: JournalSession): PendingWrite {
		const operation = createOperation("restore", chance);
		return {
			write: createWrite(back, [operation], { abandons: from }),
			path: `/api/v2/session/${back.session_id}/restore`,
			body: () => ({ operation_id: operation.operation_id }),
			onAcknowledged: () => goTo(back, from),
		};
	}

	function end(session: JournalSession, kind: "complete" | "abandon"): PendingWrite {
		const operation = createOperation(kind, chance);
		return {
			write: createWrite(session, [operation]),
			path: `/api/v2/session/${session.session_id}/${kind}`,
			body: () => ({ operation_id: operation.operation_id }),
			onAcknowledged: () => goTo(null, null),
		};
	}

	function submit(session: JournalSession): PendingWrite {
		const operation = createAnswer(desk, chance);
		const { operation_id, question, answer } = operation;
		return {
			write: createWrite(session, [operation]),
			path: "/api/v2/answers/submit",
			body: () => ({
				session_id: session.session_id,
				submission_id: operation_id,
				question_id: question?.id,
				answer,
			}),
			onAcknowledged() {},
		};
	}

	function sync(session: JournalSession): PendingWrite {
		const operations = Array.from({ length: chance.between(1, 4) }, () => drawOperation(desk, chance));
		const timed = operations.map((operation) => ({ operation, client_time: toInstant(Date.now()) }));
		const device_id = chance.pick(devices);
		return {
			write: createWrite(session, operations),
			path: `/api/v2/session/${session.session_id}/sync`,
			body: () => ({
				sent_at: toInstant(Date.now()),
				device_id,
				operations: timed.map(({ operation, client_time }) => toWire(operation, client_time)),
			}),
			onAcknowledged({ body }) {
				const results = body["results"] as { status: string; code?: string }[];
				for (const { status, code } of results) {
					if (status !== "applied" && status !== "superseded") {
						setup.journal.violations.push(`A correct operation came out ${status}: ${code}`);
					}
				}
			},
		};
	}

	/** Requests a code, which makes the one before void. */
	function handOff(session: JournalSession): PendingWrite {
		const operation = createOperation("hand_off", chance);
		const made: JournalCode = { text: null, made_by: operation.operation_id };
		return {
			write: createWrite(session, [operation], { makes_code: made }),
			path: `/api/v2/session/${session.session_id}/handoff`,
			body: () => ({ operation_id: operation.operation_id }),
			onAcknowledged({ body }) {
				made.text = String(body["code"]);
				usable_code = { made, until: Date.parse(String(body["expires_at"])) - CODE_AGE_MS };
			},
		};
	}

	function redeem(session: JournalSession, redeems_code: JournalCode): PendingWrite {
		const operation = createHold(desk, chance);
		return {
			write: createWrite(session, [operation], { redeems_code }),
			path: "/api/v2/session/handoff/redeem",
			body: () => ({ operation_id: operation.operation_id, code: redeems_code.text, ...operation.holder }),
			onAcknowledged() {
				usable_code = null;
			},
		};
	}

	return { work };
}

function createWrite(
	session: JournalSession,
	operations: readonly JournalOperation[],
	more: Partial<Pick<JournalWrite, "abandons" | "redeems_code" | "makes_code">> = {},
): JournalWrite {
	return {
		session,
		operations,
		abandons: null,
		redeems_code: null,
		makes_code: null,
		state: "unknown",
		...more,
	};
}

export type Student = ReturnType<typeof createStudent>;

/** Starts the students' work. `stop` resolves when their last requests have ended. */
export function startWork(students: readonly Student[]): { stop(): Promise<void> } {
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

/**
 * Waits until so many more writes are acknowledged, but no longer than this.
 * @returns whether they were
 */
export async function waitForReplies(
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
