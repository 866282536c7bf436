import "fake-indexeddb/auto";
import type { Session } from "@carhythm/client";
import { createVirtualClock, type VirtualClock } from "@carhythm/client/testing";
import type { Answer, SessionState } from "@carhythm/core";
import { indexedDB } from "fake-indexeddb";
import { chanceOf } from "../../chance.ts";
import { aSimulatedServer, type SimulatedServer } from "../../simulated-server.ts";
import { readHistory, readSnapshot } from "../checker/session-history.ts";
import type { Device, SimulatedEnvironment, Tab } from "../environment/environment.ts";
import { createNetwork, type Network } from "../environment/network.ts";
import { newDevice, openTab } from "../environment/tab.ts";

const BEGINNING = Date.parse("2027-03-28T00:00:00.000Z");
/** Longer than the outbox ever waits between two tries. */
const LONG_MS = 130_000;

/** An answer of a scenario, or with null a clear. It is durable if the page said that the device has it. */
type Write = { session_id: string; question_id: number; value: number | null; durable: boolean };

/** What a crash scenario works with: a device whose page crashes, and another one whose page does not. */
export type CrashRun = {
	server: SimulatedServer;
	network: Network;
	/** The page that crashes; after the crash, the one opened in its place. */
	tab: Tab;
	other_tab: Tab;
	writes: Write[];
	/** How many sessions the database had before the scenario. */
	sessions_before: number;
};

export type CrashScenario = {
	/** Runs before the part that may crash. */
	setUp?: (run: CrashRun) => Promise<unknown>;
	/** The page crashes at one storage step of this. */
	untilCrash: (run: CrashRun) => Promise<void>;
	/**
	 * The student comes back with another page.
	 * @returns the session that this page shows, and the promises that are broken
	 */
	recover: (run: CrashRun) => Promise<{ session: Session | null; lost: string[] }>;
	/** Checks what must be true once everything has been sent. */
	verify?: (run: CrashRun, session: Session | null) => Promise<string[]>;
};

/**
 * Runs one short scenario again and again. Each run crashes the page one storage step later than the run
 * before, until a run survives. What the page had said was on the device must come back with the next page,
 * and arrive.
 *
 *     setUp → untilCrash ┬ crash at step 1, 2, 3, … → recover → verify → (the next run)
 *                        └ no step left             → recover → verify → done
 */
export async function sweepCrashes(
	scenario: () => CrashScenario,
): Promise<{ deaths: number; lost: string[] }> {
	const current: { clock: VirtualClock } = { clock: createVirtualClock({ start: BEGINNING }) };
	await using server = await aSimulatedServer("sqlite", () => current.clock.now());
	const lost: string[] = [];
	for (let crash_step = 1; ; crash_step += 1) {
		current.clock = createVirtualClock({ start: BEGINNING });
		server.reseed(crash_step);
		const outcome = await runOnce(scenario(), server, current.clock, crash_step);
		lost.push(...outcome.lost.map((one) => `Dying at step ${crash_step}: ${one}`));
		if (outcome.survived) return { deaths: crash_step - 1, lost };
	}
}

async function runOnce(
	scenario: CrashScenario,
	server: SimulatedServer,
	clock: VirtualClock,
	crash_step: number,
) {
	const deliver = () => ({ kind: "delivered", request_ms: 10, reply_ms: 10 }) as const;
	const countEvent = () => undefined;
	const network = createNetwork({ server, clock, countEvent, plan: deliver });
	const environment: SimulatedEnvironment = {
		server,
		clock,
		network,
		chance: chanceOf(crash_step),
		listeners: new Set(),
		countEvent,
	};
	const device = newDevice(`sweep-${crash_step}`, "indexed_db");
	const other = newDevice(`elsewhere-${crash_step}`, "indexed_db");
	const run: CrashRun = {
		server,
		network,
		tab: await openTab(environment, device),
		other_tab: await openTab(environment, other),
		writes: [],
		sessions_before: await countSessions(server),
	};
	await runInTab(clock, run.other_tab, async () => void (await scenario.setUp?.(run)));
	// The first reply and every third after it is lost, so that the scenario has repeated requests.
	let requests = 0;
	network.plan = () => {
		requests += 1;
		return { ...deliver(), kind: requests % 3 === 1 ? "reply_lost" : "delivered" };
	};
	const { tab: first } = run;
	first.dies_at_step = first.storage_steps + crash_step;
	await runInTab(clock, first, () => scenario.untilCrash(run));
	const survived = !first.dead;
	first.kill();

	network.plan = deliver;
	run.tab = await openTab(environment, device);
	let session: Session | null = null;
	const lost: string[] = [];
	await runInTab(clock, run.tab, async () => {
		const found = await scenario.recover(run);
		session = found.session;
		lost.push(...found.lost);
	});
	await clock.advance(LONG_MS);
	await runInTab(clock, run.tab, async () => {
		lost.push(...(await findLosses(run, session)), ...((await scenario.verify?.(run, session)) ?? []));
	});
	tearDownRun(run, [device, other]);
	return { survived, lost };
}

function tearDownRun({ tab, other_tab }: CrashRun, devices: readonly Device[]): void {
	tab.kill();
	other_tab.kill();
	for (const { name } of devices) indexedDB.deleteDatabase(name);
}

async function runInTab(clock: VirtualClock, tab: Tab, work: () => Promise<void>): Promise<void> {
	const end = Promise.race([work(), tab.died]);
	await clock.advanceUntil(end);
	await end;
}

/** Durable writes that the server lacks or has twice, and an outbox that is not empty. */
async function findLosses({ server, writes }: CrashRun, session: Session | null): Promise<string[]> {
	const lost: string[] = [];
	const durable = writes.filter((write) => write.durable);
	if (durable.length > 0 && session?.save.kind !== "saved") {
		lost.push(`the page says ${JSON.stringify(session?.save)}`);
	}
	for (const { session_id, question_id } of durable) {
		const there = writes.filter((one) => one.session_id === session_id && one.question_id === question_id);
		// Writes after the last durable one may have arrived or not.
		const possible = there.slice(there.findLastIndex((one) => one.durable)).map(({ value }) => value);
		const { session: state } = await readSnapshot(server, session_id);
		const found = valueIn(state, question_id);
		if (!possible.includes(found)) lost.push(`${possible.join(" or ")} is due, and ${found} is there`);
		const given = (await readHistory(server, session_id)).filter(
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

/** Answers the slider of this number, or clears its answer. */
export async function write(
	{ writes }: CrashRun,
	session: Session,
	number: number,
	value: number | null,
): Promise<void> {
	const question_id = session.index.places[number]?.question.id ?? 0;
	const tried: Write = { session_id: session.session_id, question_id, value, durable: false };
	writes.push(tried);
	const answer = (given: number): Answer => ({ type: "slider", value: given });
	const outcome = await (value === null
		? session.clear(question_id)
		: session.answer(question_id, answer(value)));
	tried.durable = outcome.ok && outcome.on_device;
}

/** Tries up to five times, as a student does who is told that the server was not reached. */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
	for (let tries = 1; ; tries += 1) {
		try {
			return await work();
		} catch (error) {
			if (tries === 5) throw error;
		}
	}
}

/** The session that a page finds when it has just been opened. */
export async function resumeSession({ tab }: CrashRun): Promise<Session | null> {
	const { choice } = await tab.client.resume();
	return "state" in choice ? tab.client.open(choice) : null;
}
