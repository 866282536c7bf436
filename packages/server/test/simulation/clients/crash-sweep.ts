import "fake-indexeddb/auto";
import type { Session } from "@carhythm/client";
import { createVirtualClock, type VirtualClock } from "@carhythm/client/testing";
import type { Answer, SessionState } from "@carhythm/core";
import { indexedDB } from "fake-indexeddb";
import { chanceOf } from "../chance.ts";
import { aSimulatedServer, type SimulatedServer } from "../simulated-server.ts";
import { createNetwork, type Network } from "./network.ts";
import { historyOf, snapshotOf } from "./stored.ts";
import type { Device, Surroundings, Tab } from "./surroundings.ts";
import { newDevice, openTab } from "./tab.ts";

const BEGINNING = Date.parse("2027-03-28T00:00:00.000Z");
/** Longer than any back-off. */
const LONG_MS = 130_000;

/** An answer (or, with null, its taking back) of a story, and whether the page said it was on the device. */
type Write = { session_id: string; question_id: number; value: number | null; kept: boolean };

/** What a story is told with: a device whose page dies, and another one to which nothing happens. */
export type Stage = {
	server: SimulatedServer;
	network: Network;
	/** The page of the moment. */
	tab: Tab;
	elsewhere: Tab;
	writes: Write[];
	/** How many sessions there were before the story. */
	sessions_before: number;
};

export type CrashStory = {
	/** No step of this is deadly. */
	before?: (stage: Stage) => Promise<unknown>;
	/** Each step of this is, once. */
	dies: (stage: Stage) => Promise<void>;
	/**
	 * The student comes back with another page. @returns the session that is then shown, and what is not as it
	 * was promised
	 */
	comesBack: (stage: Stage) => Promise<{ session: Session | null; lost: string[] }>;
	/** What must be true when all has been sent. */
	after?: (stage: Stage, session: Session | null) => Promise<string[]>;
};

/**
 * One short story, told again and again: each time the page dies one step of its storage later, until it
 * lives to the end. What it had said was on the device must then come back with the next page and arrive.
 */
export async function sweepCrashes(story: () => CrashStory): Promise<{ deaths: number; lost: string[] }> {
	const clock: { time: VirtualClock } = { time: createVirtualClock({ start: BEGINNING }) };
	await using server = await aSimulatedServer("sqlite", () => clock.time.now());
	const lost: string[] = [];
	for (let dies_at = 1; ; dies_at += 1) {
		clock.time = createVirtualClock({ start: BEGINNING });
		server.reseed(dies_at);
		const outcome = await tell(story(), server, clock.time, dies_at);
		lost.push(...outcome.lost.map((one) => `Dying at step ${dies_at}: ${one}`));
		if (outcome.survived) return { deaths: dies_at - 1, lost };
	}
}

async function tell(story: CrashStory, server: SimulatedServer, time: VirtualClock, dies_at: number) {
	const fine = () => ({ kind: "delivered", request_ms: 10, reply_ms: 10 }) as const;
	const note = () => undefined;
	const network = createNetwork({ server, clock: time, note, plan: fine });
	const surroundings: Surroundings = {
		server,
		time,
		network,
		chance: chanceOf(dies_at),
		listeners: new Set(),
		note,
	};
	const device = newDevice(`sweep-${dies_at}`, "indexed_db");
	const other = newDevice(`elsewhere-${dies_at}`, "indexed_db");
	const stage: Stage = {
		server,
		network,
		tab: await openTab(surroundings, device),
		elsewhere: await openTab(surroundings, other),
		writes: [],
		sessions_before: await countSessions(server),
	};
	await goOn(time, stage.elsewhere, async () => void (await story.before?.(stage)));
	// The first reply and every third after it is lost after the server has acted, so that repeated requests
	// are part of the story.
	let requests = 0;
	network.plan = () => {
		requests += 1;
		return { ...fine(), kind: requests % 3 === 1 ? "reply_lost" : "delivered" };
	};
	const { tab: first } = stage;
	first.dies_at = first.awaits + dies_at;
	await goOn(time, first, () => story.dies(stage));
	const survived = !first.dead;
	first.kill();

	network.plan = fine;
	stage.tab = await openTab(surroundings, device);
	let session: Session | null = null;
	const lost: string[] = [];
	await goOn(time, stage.tab, async () => {
		const found = await story.comesBack(stage);
		session = found.session;
		lost.push(...found.lost);
	});
	await time.advance(LONG_MS);
	await goOn(time, stage.tab, async () => {
		lost.push(...(await lostOf(stage, session)), ...((await story.after?.(stage, session)) ?? []));
	});
	clearAway(stage, [device, other]);
	return { survived, lost };
}

function clearAway({ tab, elsewhere }: Stage, devices: readonly Device[]): void {
	tab.kill();
	elsewhere.kill();
	for (const { name } of devices) indexedDB.deleteDatabase(name);
}

async function goOn(time: VirtualClock, tab: Tab, work: () => Promise<void>): Promise<void> {
	const end = Promise.race([work(), tab.died]);
	await time.advanceUntil(end);
	await end;
}

/** What was kept and is not there; and what waits although everything is well. */
async function lostOf({ server, writes }: Stage, session: Session | null): Promise<string[]> {
	const lost: string[] = [];
	const kept = writes.filter((write) => write.kept);
	if (kept.length > 0 && session?.save.kind !== "saved") {
		lost.push(`the page says ${JSON.stringify(session?.save)}`);
	}
	for (const { session_id, question_id } of kept) {
		const there = writes.filter((one) => one.session_id === session_id && one.question_id === question_id);
		// What came after the last one that was kept may have arrived, and may not.
		const possible = there.slice(there.findLastIndex((one) => one.kept)).map(({ value }) => value);
		const { session: state } = await snapshotOf(server, session_id);
		const found = valueIn(state, question_id);
		if (!possible.includes(found)) lost.push(`${possible.join(" or ")} is due, and ${found} is there`);
		const given = (await historyOf(server, session_id)).filter(
			(event) => event.kind === "answer" && event.question_id === question_id,
		);
		if (new Set(given.map(({ value }) => value)).size < given.length) {
			lost.push(`an answer to question ${question_id} is in the history twice`);
		}
	}
	return lost;
}

function valueIn(state: SessionState, question_id: number): number | null {
	const answer = state.answers[question_id]?.answer;
	return answer?.type === "slider" ? answer.value : null;
}

export async function countSessions(server: SimulatedServer): Promise<number> {
	return (await server.database().reader.selectFrom("student_responses").select("id").execute()).length;
}

/** Answers a slider by its number, or takes the answer back. */
export async function write(
	{ writes }: Stage,
	session: Session,
	number: number,
	value: number | null,
): Promise<void> {
	const question_id = session.index.places[number]?.question.id ?? 0;
	const tried: Write = { session_id: session.session_id, question_id, value, kept: false };
	writes.push(tried);
	const answer = (given: number): Answer => ({ type: "slider", value: given });
	const outcome = await (value === null
		? session.clear(question_id)
		: session.answer(question_id, answer(value)));
	tried.kept = outcome.ok && outcome.on_device;
}

/** Again and again, as a student would who is told that the server was not reached. */
export async function untilItWorks<T>(work: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work();
		} catch (error) {
			if (attempt === 5) throw error;
		}
	}
}

/** What a page that has just been opened shows. */
export async function resumed({ tab }: Stage): Promise<Session | null> {
	const { choice } = await tab.client.resume();
	return choice.kind === "nothing" ? null : tab.client.open(choice);
}
