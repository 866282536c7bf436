import "fake-indexeddb/auto";
import { chanceOf } from "../chance.ts";
import { aSimulatedServer, type SimulatedServer } from "../simulated-server.ts";
import type { Surroundings, Tab } from "./surroundings.ts";
import { newDevice, openTab } from "./tab.ts";
import { createVirtualTime, type VirtualTime } from "./virtual-time.ts";

const BEGINNING = Date.parse("2027-03-28T00:00:00.000Z");
const ANSWERS = 3;

/**
 * One short story, told again and again: each time the page dies one step of its storage later, until it lives to the end. What it
 * had said was on the device must then come back with the next page and arrive.
 */
export async function sweepCrashes(): Promise<{ deaths: number; lost: string[] }> {
	const clock: { time: VirtualTime } = { time: createVirtualTime(BEGINNING) };
	await using server = await aSimulatedServer("sqlite", () => clock.time.now());
	const lost: string[] = [];
	for (let dies_at = 1; ; dies_at += 1) {
		clock.time = createVirtualTime(BEGINNING);
		server.reseed(dies_at);
		const outcome = await tellStory(server, clock.time, dies_at);
		lost.push(...outcome.lost);
		if (outcome.survived) return { deaths: dies_at - 1, lost };
	}
}

async function tellStory(server: SimulatedServer, time: VirtualTime, dies_at: number) {
	const surroundings: Surroundings = {
		server,
		time,
		chance: chanceOf(dies_at),
		listeners: new Set(),
		note: () => undefined,
		// Every third reply is lost after the server has acted, so that repeated requests are part of the story.
		network: {
			meddle: {},
			fate: () => ({ kind: count() % 3 === 0 ? "cut" : "carried", there: 10, back: 10 }),
		},
	};
	let requests = 0;
	const count = () => {
		requests += 1;
		return requests;
	};
	const device = newDevice(`sweep-${dies_at}`, "indexed_db");
	const first = await openTab(surroundings, device);
	first.dies_at = dies_at;
	const promised: number[] = [];
	await goOn(time, first, () => begin(first, promised));
	const survived = !first.dead;
	first.kill();

	surroundings.network.fate = () => ({ kind: "carried", there: 10, back: 10 });
	const second = await openTab(surroundings, device);
	await goOn(time, second, () => comeBack(second));
	await time.advance(130_000);
	const state = second.session?.state;
	const found = new Set(
		Object.values(state?.answers ?? {}).map(({ answer }) =>
			answer?.type === "slider" ? answer.value : null,
		),
	);
	const save = second.session?.save.kind;
	second.kill();
	const missing = promised.filter((value) => !found.has(value));
	const lost = missing.map((value) => `dying at step ${dies_at} lost answer ${value}`);
	if (promised.length > 0 && save !== "saved") lost.push(`dying at step ${dies_at} left the outbox ${save}`);
	return { survived, lost };
}

async function begin(tab: Tab, promised: number[]): Promise<void> {
	const session = await untilItWorks(() => tab.client.start({ language: "en" }));
	for (let value = 1; value <= ANSWERS; value += 1) {
		const question_id = session.index.places[value - 1]?.question.id ?? 0;
		const outcome = await session.answer(question_id, { type: "slider", value });
		if (outcome.ok && outcome.on_device) promised.push(value);
	}
	await session.flush();
}

async function comeBack(tab: Tab): Promise<void> {
	const { choice } = await tab.client.resume();
	if (choice.kind !== "nothing") tab.session = await tab.client.open(choice);
}

async function untilItWorks<T>(work: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await work();
		} catch (error) {
			if (attempt === 5) throw error;
		}
	}
}

async function goOn(time: VirtualTime, tab: Tab, work: () => Promise<void>): Promise<void> {
	const end = Promise.race([work(), tab.died]);
	await time.until(end);
	await end;
}
