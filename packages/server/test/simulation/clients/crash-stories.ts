import type { Session } from "@carhythm/client";
import type { SessionId } from "@carhythm/core";
import { type CrashStory, countSessions, resumed, type Stage, untilItWorks, write } from "./crash-sweep.ts";
import { historyOf, snapshotOf } from "./stored.ts";

// What a page does when it dies: see crash-sweep.ts. Each story keeps its own notes of what the page had said
// by then.

export const CRASH_STORIES: Readonly<Record<string, () => CrashStory>> = {
	"a start and three answers": () => ({
		dies: async (stage) => {
			const session = await begin(stage);
			for (const value of [1, 2, 3]) await write(stage, session, value - 1, value);
			await session.flush();
		},
		comesBack: async (stage) => ({ session: await resumed(stage), lost: [] }),
		after: async (stage) => {
			const begun = (await countSessions(stage.server)) - stage.sessions_before;
			return begun <= 1 ? [] : [`${begun} sessions were begun`];
		},
	}),

	"an answer taken back, another one changed": () => ({
		before: async (stage) => answered(stage, 2),
		dies: async (stage) => {
			const session = await shown(stage);
			await write(stage, session, 0, null);
			await write(stage, session, 1, 20);
			await session.flush();
		},
		comesBack: async (stage) => ({ session: await resumed(stage), lost: [] }),
		after: async (stage) => {
			const isKept = stage.writes.some(({ value, kept }) => value === null && kept);
			return dueOnce(await countOf(stage, sessionOf(stage), "clear"), isKept, "the clear");
		},
	}),

	"the end of the assessment": () => {
		let isKept = false;
		return {
			before: async (stage) => answered(stage, 2),
			dies: async (stage) => {
				const session = await shown(stage);
				await write(stage, session, 2, 3);
				const outcome = await session.complete();
				isKept = outcome.ok && outcome.on_device;
				await session.flush();
			},
			comesBack: async (stage) => ({ session: await resumed(stage), lost: [] }),
			after: async (stage) => {
				const session_id = sessionOf(stage);
				const { session } = await snapshotOf(stage.server, session_id);
				const lost = isKept && session.status !== "completed" ? [`it is ${session.status}`] : [];
				return [...lost, ...dueOnce(await countOf(stage, session_id, "complete"), isKept, "its end")];
			},
		};
	},

	"a code brought to another device": () => {
		let code = "";
		let isTaken = false;
		return {
			before: async (stage) => {
				const session = await stage.elsewhere.client.start({ language: "en" });
				await write(stage, session, 0, 1);
				await session.flush();
				({ code } = await session.handOff());
			},
			dies: async (stage) => {
				const session = await untilItWorks(() => stage.tab.client.redeem(code));
				isTaken = true;
				await write(stage, session, 1, 2);
				await session.flush();
			},
			comesBack: async (stage) => {
				const session = await resumed(stage);
				if (session) return { session, lost: [] };
				if (isTaken) return { session, lost: ["the session that it had taken over is gone"] };
				return { session: await stage.tab.client.redeem(code), lost: [] };
			},
			after: async (stage, session) => {
				const session_id = sessionOf(stage);
				const isThere = session?.session_id === session_id && !session.held_elsewhere;
				const lost = isThere ? [] : ["the session does not go on here"];
				return [...lost, ...dueOnce(await countOf(stage, session_id, "hold"), true, "the hand-off")];
			},
		};
	},

	"Start Fresh": () => {
		let old: SessionId | undefined;
		let fresh: SessionId | null = null;
		const again = ({ tab }: Stage) => tab.client.start({ language: "ar", ...(old && { replaces: old }) });
		return {
			before: async (stage) => {
				old = (await answered(stage, 2)).session_id;
			},
			dies: async (stage) => {
				const session = await untilItWorks(() => again(stage));
				fresh = session.session_id;
				await write(stage, session, 2, 3);
				await session.flush();
			},
			comesBack: async (stage) => {
				const session = await resumed(stage);
				const isFound = fresh === null || session?.session_id === fresh;
				const lost = isFound ? [] : [`${fresh} was begun, and the page comes back to ${session?.session_id}`];
				return { session: fresh === null ? await again(stage) : session, lost };
			},
			after: async (stage) => {
				const { session } = await snapshotOf(stage.server, sessionOf(stage));
				const begun = (await countSessions(stage.server)) - stage.sessions_before;
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
		const again = ({ tab }: Stage) => tab.client.restore((old as Session).session_id);
		return {
			before: async (stage) => {
				old = await answered(stage, 2);
				const fresh = await stage.tab.client.start({ language: "en", replaces: old.session_id });
				await write(stage, fresh, 2, 3);
				await fresh.flush();
			},
			dies: async (stage) => {
				const session = await untilItWorks(() => again(stage));
				isRestored = true;
				await write(stage, session, 3, 4);
				await session.flush();
			},
			comesBack: async (stage) => {
				const session = await resumed(stage);
				const isFound = session?.session_id === old?.session_id;
				const lost = isRestored && !isFound ? [`the page comes back to ${session?.session_id}`] : [];
				return { session: isRestored ? session : await again(stage), lost };
			},
			after: async ({ server, writes }) => {
				const ids = [...new Set(writes.map(({ session_id }) => session_id))];
				const all = await Promise.all(ids.map((session_id) => snapshotOf(server, session_id)));
				const [first, second] = all.map(({ session }) => session.status);
				const isRight = first === "active" && second === "user_abandoned_not_completed";
				return isRight ? [] : [`the old one is ${first}, the new one ${second}`];
			},
		};
	},

	"answers that the server refuses": () => {
		const kept: number[] = [];
		return {
			before: async (stage) => {
				await answered(stage, 1);
				stage.network.saboteur.changeRequest = (request) => ({
					...request,
					body: request.body && spoilt(request.body),
				});
			},
			dies: async (stage) => {
				const session = shown(stage);
				for (const value of [REFUSED, UNREADABLE]) {
					const question_id = session.index.places[value - REFUSED + 1]?.question.id ?? 0;
					const outcome = await session.answer(question_id, { type: "slider", value });
					if (outcome.ok && outcome.on_device) kept.push(value);
				}
				await write(stage, session, 3, 4);
				await session.flush();
			},
			comesBack: async (stage) => ({ session: await resumed(stage), lost: [] }),
			after: async (_stage, session) => {
				const listed = (session?.refused ?? []).map(({ command }) =>
					command.kind === "answer" && command.answer.type === "slider" ? command.answer.value : 0,
				);
				return kept.flatMap((value) =>
					dueOnce(listed.filter((one) => one === value).length, true, `answer ${value} among the refused`),
				);
			},
		};
	},
};

/**
 * An answer that comes to the server as one to a question which it does not have, and one of which it cannot
 * read the time.
 */
const REFUSED = 666;
const UNREADABLE = 667;

function spoilt(body: string): string {
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

async function begin({ tab }: Stage): Promise<Session> {
	return untilItWorks(() => tab.client.start({ language: "en" }));
}

/** A session in which so many questions are answered, and the server has it all. */
async function answered(stage: Stage, questions: number): Promise<Session> {
	const session = await begin(stage);
	for (let number = 0; number < questions; number += 1) await write(stage, session, number, number + 1);
	await session.flush();
	stage.tab.session = session;
	return session;
}

function shown({ tab }: Stage): Session {
	if (!tab.session) throw new Error("The page shows no session.");
	return tab.session;
}

/** The session of the first answer. */
function sessionOf({ writes }: Stage): string {
	return writes[0]?.session_id ?? "";
}

async function countOf({ server }: Stage, session_id: string, kind: string): Promise<number> {
	return (await historyOf(server, session_id)).filter((event) => event.kind === kind).length;
}

function dueOnce(times: number, isDue: boolean, what: string): string[] {
	return times === 1 || (times === 0 && !isDue) ? [] : [`${what} is there ${times} times`];
}
