import { openIndexedDbStorage, type Session, StorageFailed } from "@carhythm/client";
import { updateOutcomes } from "./action-outcomes.ts";
import { performAction } from "./actions.ts";
import type { Device, Tab } from "./environment/environment.ts";
import { openTab } from "./environment/tab.ts";
import { type Scenario, type StudentWindow, untilDoneOrDead } from "./scenario.ts";

/**
 * Resets a browser from one of its pages ("Not you?", leaving a shared computer), mostly while another page
 * works with the session. The server keeps what it acknowledged, and the browser's storage must hold nothing
 * of the sessions.
 */
export async function resetBrowser(scenario: Scenario, { device }: StudentWindow, tab: Tab): Promise<void> {
	const { chance, environment } = scenario;
	const { clock, countEvent } = environment;
	const busy = chance.oneIn(6) ? null : await startConcurrentWork(scenario, tab);
	if (busy) await clock.advance(chance.nat(2000));
	if (tab.dead) return;
	updateOutcomes(scenario);
	const own = scenario.actions.filter(({ window }) => window.device === device);
	const inMemory = own.filter(({ outcome }) => outcome === "in_memory");
	const waiting = await sessionsInOutbox(scenario, tab);
	const discard_unsent = chance.oneIn(2);
	device.resets += 1;
	const outcome = await untilDoneOrDead(clock, tab, () =>
		tab.client.reset({ discard_unsent }).catch(nullIfStorageFailed),
	);
	// A page that died during the reset may have done it.
	if (discard_unsent && (outcome?.ok || tab.dead)) {
		for (const action of own)
			if (action.outcome === "durable" && waiting.has(action.session_id)) action.outcome = "unknown";
	}
	if (outcome?.ok) {
		countEvent("browser reset");
		// Without `discard_unsent` the page sent all it had before. What another page had in memory only is
		// gone.
		for (const action of inMemory)
			action.outcome = action.tab === tab && !discard_unsent ? "durable" : "unknown";
		scenario.reset_sessions.set(device, new Set(scenario.sessions));
	}
	if (busy) await untilDoneOrDead(clock, busy.tab, () => busy.work);
	if (outcome?.ok) await closeSessions(scenario, device);
}

/** A reset may fail on a full disk, which the page then says. */
function nullIfStorageFailed(error: unknown): null {
	if (error instanceof StorageFailed) return null;
	throw error;
}

type ConcurrentWork = { tab: Tab; work: Promise<unknown> };

/** Starts work in another page of the browser, which is under way when the reset comes. */
async function startConcurrentWork(scenario: Scenario, resetting: Tab): Promise<ConcurrentWork | null> {
	const { chance, environment, windows } = scenario;
	const { clock, countEvent } = environment;
	const others = windows.filter(({ device, tab }) => device === resetting.device && tab !== resetting);
	if (others.length === 0) return null;
	const other = chance.pick(others);
	if (!other.tab || other.tab.dead) other.tab = await openTab(environment, other.device);
	const { tab } = other;
	switch (chance.nat(3)) {
		case 0:
			countEvent("reset while another page comes back");
			return { tab, work: resumeSession(tab) };
		case 1: {
			const maker = windows.find((window) => window.tab?.session && !window.tab.dead)?.tab;
			const { session } = maker ?? {};
			const made = maker && session && (await untilDoneOrDead(clock, maker, () => session.handOff()));
			if (!made || tab.dead) return null;
			countEvent("reset while another page redeems a code");
			// If the reset fails, this browser has the session from now on.
			expectSessionAgain(scenario, tab.device, session.session_id);
			return { tab, work: closeWhenOpen(tab.client.redeem(made.code)) };
		}
		default: {
			await performAction(scenario, other, tab, "answer");
			if (!tab.session || tab.dead) return null;
			countEvent("reset while another page sends");
			return { tab, work: tab.session.flush() };
		}
	}
}

async function resumeSession({ client }: Tab): Promise<void> {
	const { choice } = await client.resume();
	if ("state" in choice) await closeWhenOpen(client.open(choice));
}

/** Closes a session once it is open. If it cannot be opened, the student sees the first page. */
function closeWhenOpen(opening: Promise<Session>): Promise<void> {
	return opening.then(
		(session) => session.close(),
		() => undefined,
	);
}

/** The sessions that have operations in the outbox. */
async function sessionsInOutbox({ environment }: Scenario, { storage }: Tab): Promise<Set<string>> {
	const waiting = await environment.clock.track(storage.read((tx) => tx.list("outbox")));
	return new Set(waiting.map(({ key }) => key.slice(0, key.indexOf("/"))));
}

/** Closes the session in every page of the browser. One page in three tries another answer before. */
async function closeSessions(scenario: Scenario, device: Device): Promise<void> {
	for (const window of scenario.windows) {
		const { tab } = window;
		if (window.device !== device || !tab || tab.dead) continue;
		if (scenario.chance.oneIn(3)) await performAction(scenario, window, tab, "answer");
		tab.session?.close();
		tab.session = null;
	}
}

/** Allows a session in a browser's storage again: a student begins, restores or takes it over there. */
export function expectSessionAgain({ reset_sessions }: Scenario, device: Device, session_id: string): void {
	reset_sessions.get(device)?.delete(session_id);
}

const PERSONAL_BOXES = ["sessions", "outbox", "refused", "meta", "aside"] as const;

/** Checks that no storage holds anything of a session of which its browser was reset. */
export async function checkNoTraces(scenario: Scenario): Promise<void> {
	const { clock } = scenario.environment;
	for (const [device, session_ids] of scenario.reset_sessions) {
		// Without a storage, each page has a memory of its own, which ends with it.
		if (session_ids.size === 0 || device.kind === "memory") continue;
		const storage = await clock.track(openIndexedDbStorage(device.name));
		const boxes = await clock.track(
			storage.read((tx) =>
				Promise.all(PERSONAL_BOXES.map(async (box) => ({ box, records: await tx.list(box) }))),
			),
		);
		storage.close();
		for (const { box, records } of boxes) {
			const text = JSON.stringify(records);
			for (const session_id of [...session_ids].filter((one) => text.includes(one))) {
				scenario.violations.push(`${device.name} was reset, and session ${session_id} is in its ${box}.`);
				session_ids.delete(session_id);
			}
		}
	}
}
