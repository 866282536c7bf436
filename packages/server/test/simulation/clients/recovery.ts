import { openIndexedDbStorage } from "@carhythm/client";
import { indexedDB } from "fake-indexeddb";
import { updateOutcomes } from "./action-outcomes.ts";
import { checkNoTraces } from "./resets.ts";
import { openSession, type Scenario, type StudentWindow } from "./scenario.ts";

const ROUNDS = 12;
/** Longer than the outbox ever waits between two tries. */
const ROUND_MS = 130_000;

/**
 * Ends all faults and lets the clients send what they have.
 *
 *     faults end → late replies arrive → dead pages reopen → wake all, advance, check resets ┐
 *                                                            ↑                               │
 *                                                            └────── until all is saved ─────┘ → all resume
 */
export async function recover(scenario: Scenario): Promise<void> {
	const { environment, devices, windows, network_faults } = scenario;
	const { clock } = environment;
	updateOutcomes(scenario);
	network_faults.one_in = Number.POSITIVE_INFINITY;
	environment.network.plan = () => ({ kind: "delivered", request_ms: 5, reply_ms: 5 });
	for (const device of devices) {
		device.full_disk_one_in = 0;
		device.offline = false;
	}
	for (const window of windows) if (window.tab) window.tab.dies_at_step = Number.POSITIVE_INFINITY;
	// Requests of the time before arrive late, or their pages give them up.
	await clock.advance(ROUND_MS);
	for (const window of windows)
		if (!window.tab?.session || window.tab.dead) await openSession(scenario, window);
	// At least two rounds, because operations that were acknowledged on a full disk are removed in the
	// second.
	for (let round = 0; round < 2 || (round < ROUNDS && !isAllSaved(windows)); round += 1) {
		for (const { tab } of windows) tab?.signal("visible");
		await clock.advance(ROUND_MS);
		closeResetSessions(windows);
		await checkNoTraces(scenario);
	}
	// Every page loads what others did in the meantime.
	for (const window of windows) {
		const before = window.tab?.session;
		await openSession(scenario, window, false);
		if (window.tab && window.tab.session === before) scenario.unfound_tabs.add(window.tab);
	}
	await clock.rest();
	await checkNoTraces(scenario);
}

/**
 * Closes sessions whose page has learned of a reset. The page that died during a reset could not tell the
 * others.
 */
function closeResetSessions(windows: readonly StudentWindow[]): void {
	for (const { tab } of windows) {
		if (tab?.session?.phase !== "forgotten") continue;
		tab.session.close();
		tab.session = null;
	}
}

function isAllSaved(windows: readonly StudentWindow[]): boolean {
	return windows.every(({ tab }) => !tab?.session || tab.session.save.kind === "saved");
}

/** The records that are left in outboxes, refused lists and quarantines. */
export async function remainingRecords(scenario: Scenario): Promise<string[]> {
	const found: string[] = [];
	for (const { name, kind } of scenario.devices) {
		if (kind === "memory") continue;
		const storage = await scenario.environment.clock.track(openIndexedDbStorage(name));
		for (const box of ["outbox", "refused", "aside"] as const) {
			for (const { key } of await storage.read((tx) => tx.list(box))) found.push(`${name} ${box} ${key}`);
		}
		storage.close();
	}
	return found;
}

/** Kills all pages and deletes their databases. */
export function tearDown(scenario: Scenario): void {
	for (const { tab } of scenario.windows) tab?.kill();
	for (const { name, kind } of scenario.devices) {
		if (kind === "indexed_db") indexedDB.deleteDatabase(name);
	}
}
