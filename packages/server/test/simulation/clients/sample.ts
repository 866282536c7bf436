import { expect } from "vitest";
import { rareEvents } from "./environment/event-counts.ts";
import { runClients } from "./run-clients.ts";

// The sample that `npm test` runs. Two test files run half of it each, so that both of Vitest's workers are
// busy.

export const SEED = 20_000;
const HALF = 1200;
const ON_POSTGRES = 60;
/** The rarest event (one status among all) comes some 12 times in a half. */
const LEAST = 3;

/** Runs fewer schedules on PostgreSQL, where each takes several times as long. */
export async function runOnPostgres(): Promise<void> {
	const totals = await runClients({ engine: "postgres", seed: SEED, schedules: ON_POSTGRES });
	expect(totals.schedules).toBe(ON_POSTGRES);
	expect(totals.durable).toBeGreaterThan(ON_POSTGRES);
}

export async function runHalf(number: 0 | 1): Promise<void> {
	const totals = await runClients({ engine: "sqlite", seed: SEED + number * HALF, schedules: HALF });
	expect(totals.schedules).toBe(HALF);
	expect(totals.durable).toBeGreaterThan(HALF);
	expect(rareEvents(totals.events, LEAST)).toEqual([]);
}
