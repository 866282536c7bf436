import type { Session } from "@carhythm/client";
import type { SessionId } from "@carhythm/core";
import { readHistory, readSnapshot } from "../checker/session-history.ts";
import {
	type CrashRun,
	type CrashScenario,
	countSessions,
	resumeSession,
	withRetries,
	write,
} from "./crash-sweep.ts";

// The scenarios of crash-sweep.ts. Each remembers what the page had promised before it crashed.

export const CRASH_SCENARIOS: Readonly<Record<string, () => CrashScenario>> = {
	"a start and three answers": () => ({
		untilCrash: async (run) => {
			const session = await begin(run);
			for (const value of [1, 2, 3]) await write(run, session, value - 1, value);
			await session.flush();
		},
		recover: async (run) => ({ session: await resumeSession(run), lost: [] }),
		verify: async (run) => {
			const begun = (await countSessions(run.server)) - run.sessions_before;
			return begun <= 1 ? [] : [`${begun} sessions were begun`];
		},
	}),

	"an answer taken back, another one changed": () => ({
		setUp: async (run) => answered(run, 2),
		untilCrash: async (run) => {
			const session = await shown(run);
			await write(run, session, 0, null);
			await write(run, session, 1, 20);
			await session.flush();
		},
		recover: async (run) => ({ session: await resumeSession(run), lost: [] }),
		verify: async (run) => {
			const isDurable = run.writes.some(({ value, durable }) => value === null && durable);
			return expectOnce(await countOf(run, sessionOf(run), "clear"), isDurable, "the clear");
		},
	}),

	"the end of the assessment": () => {
		let isDurable = false;
		return {
			setUp: async (run) => answered(run, 2),
			untilCrash: async (run) => {
				const session = await shown(run);
				await write(run, session, 2, 3);
				const outcome = await session.complete();
				isDurable = outcome.ok && outcome.on_device;
				await session.flush();
			},
			recover: async (run) => ({ session: await resumeSession(run), lost: [] }),
			verify: async (run) => {
				const session_id = sessionOf(run);
				const { session } = await readSnapshot(run.server, session_id);
				const lost = isDurable && session.status !== "completed" ? [`it is ${session.status}`] : [];
				return [...lost, ...expectOnce(await countOf(run, session_id, "complete"), isDurable, "its end")];
			},
		};
	},

	"a code brought to another device": () => {
		let code = "";
		let isTaken = false;
		return {
			setUp: async (run) => {
				const session = await run.other_tab.client.start({ language: "en" });
				await write(run, session, 0, 1);
				await session.flush();
				({ code } = await session.handOff());
			},
			untilCrash: async (run) => {
				const session = await withRetries(() => run.tab.client.redeem(code));
				isTaken = true;
				await write(run, session, 1, 2);
				await session.flush();
			},
			recover: async (run) => {
				const session = await resumeSession(run);
				if (session) return { session, lost: [] };
				if (isTaken) return { session, lost: ["the session that it had taken over is gone"] };
				return { session: await run.tab.client.redeem(code), lost: [] };
			},
			verify: async (run, session) => {
				const session_id = sessionOf(run);
				const isThere = session?.session_id === session_id && !session.held_elsewhere;
				const lost = isThere ? [] : ["the session does not go on here"];
				return [...lost, ...expectOnce(await countOf(run, session_id, "hold"), true, "the hand-off")];
			},
		};
	},

	"Start Fresh": () => {
		let old: SessionId | undefined;
		let fresh: SessionId | null = null;
		const again = ({ tab }: CrashRun) => tab.client.start({ language: "ar", ...(old && { replaces: old }) });
		return {
			setUp: async (run) => {
				old = (await answered(run, 2)).session_id;
			},
			untilCrash: async (run) => {
				const session = await withRetries(() => again(run));
				fresh = session.session_id;
				await write(run, session, 2, 3);
				await session.flush();
			},
			recover: async (run) => {
				const session = await resumeSession(run);
				const isFound = fresh === null || session?.session_id === fresh;
				const lost = isFound ? [] : [`${fresh} was begun, and the page comes back to ${session?.session_id}`];
				return { session: fresh === null ? await again(run) : session, lost };
			},
			verify: async (run) => {
				const { session } = await readSnapshot(run.server, sessionOf(run));
				const begun = (await countSessions(run.server)) - run.sessions_before;
				return [
					...(session.status === "user_abandoned_not_completed" ? [] : [`the old one is ${session.status}`]),
					...(begun === 2 ? [] : [`${begun} sessions were begun, and not two`]),
				];
			},
		};
	},

	"Start Fresh undone": () => {
		let old: Session | undefined;
		let isRestored = false;
		const again = ({ tab }: CrashRun) => tab.client.restore((old as Session).session_id);
		return {
			setUp: async (run) => {
				old = await answered(run, 2);
				const fresh = await run.tab.client.start({ language: "en", replaces: old.session_id });
				await write(run, fresh, 2, 3);
				await fresh.flush();
			},
			untilCrash: async (run) => {
				const session = await withRetries(() => again(run));
				isRestored = true;
				await write(run, session, 3, 4);
				await session.flush();
			},
			recover: async (run) => {
				const session = await resumeSession(run);
				const isFound = session?.session_id === old?.session_id;
				const lost = isRestored && !isFound ? [`the page comes back to ${session?.session_id}`] : [];
				return { session: isRestored ? session : await again(run), lost };
			},
			verify: async ({ server, writes }) => {
				const ids = [...new Set(writes.map(({ session_id }) => session_id))];
				const all = await Promise.all(ids.map((session_id) => readSnapshot(server, session_id)));
				const [first, second] = all.map(({ session }) => session.status);
				const isRight = first === "active" && second === "user_abandoned_not_completed";
				return isRight ? [] : [`the old one is ${first}, the new one ${second}`];
			},
		};
	},

	"answers that the server refuses": () => {
		const durable: number[] = [];
		return {
			setUp: async (run) => {
				await answered(run, 1);
				run.network.saboteur.changeRequest = (request) => ({
					...request,
					body: request.body && corrupted(request.body),
				});
			},
			untilCrash: async (run) => {
				const session = shown(run);
				for (const value of [REFUSED, UNREADABLE]) {
					const question_id = session.index.places[value - REFUSED + 1]?.question.id ?? 0;
					const outcome = await session.answer(question_id, { type: "slider", value });
					if (outcome.ok && outcome.on_device) durable.push(value);
				}
				await write(run, session, 3, 4);
				await session.flush();
			},
			recover: async (run) => ({ session: await resumeSession(run), lost: [] }),
			verify: async (_stage, session) => {
				const listed = (session?.refused ?? []).map(({ command }) =>
					command.kind === "answer" && command.answer.type === "slider" ? command.answer.value : 0,
				);
				return durable.flatMap((value) =>
					expectOnce(listed.filter((one) => one === value).length, true, `answer ${value} among the refused`),
				);
			},
		};
	},
};

/** REFUSED reaches the server with an unknown question, UNREADABLE with a time that it cannot parse. */
const REFUSED = 666;
const UNREADABLE = 667;

function corrupted(body: string): string {
	type Sent = {
		operations?: { client_time: string; command: { question_id?: number; answer?: { value?: number } } }[];
	};
	const sent = JSON.parse(body) as Sent;
	for (const operation of sent.operations ?? []) {
		const { value } = operation.command.answer ?? {};
		if (value === REFUSED) operation.command.question_id = 999_999;
		if (value === UNREADABLE) operation.client_time = "never";
	}
	return JSON.stringify(sent);
}

async function begin({ tab }: CrashRun): Promise<Session> {
	return withRetries(() => tab.client.start({ language: "en" }));
}

/** Begins a session, answers so many questions, and waits until the server has them. */
async function answered(run: CrashRun, questions: number): Promise<Session> {
	const session = await begin(run);
	for (let number = 0; number < questions; number += 1) await write(run, session, number, number + 1);
	await session.flush();
	run.tab.session = session;
	return session;
}

function shown({ tab }: CrashRun): Session {
	if (!tab.session) throw new Error("The page shows no session.");
	return tab.session;
}

/** The session of the first answer. */
function sessionOf({ writes }: CrashRun): string {
	return writes[0]?.session_id ?? "";
}

async function countOf({ server }: CrashRun, session_id: string, kind: string): Promise<number> {
	return (await readHistory(server, session_id)).filter((event) => event.kind === kind).length;
}

function expectOnce(times: number, isDue: boolean, what: string): string[] {
	return times === 1 || (times === 0 && !isDue) ? [] : [`${what} is there ${times} times`];
}
