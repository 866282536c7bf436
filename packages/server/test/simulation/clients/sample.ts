import { expect } from "vitest";
import { seldom } from "./happenings.ts";
import { runClients } from "./run.ts";

// Two test files play a half of the sample each, so that both workers have something to do.

export const SEED = 20_000;
const HALF = 1500;
const ON_POSTGRES = 60;
/** Of what is drawn most seldom (one status among all) some 15 come in a half. */
const LEAST = 3;

/** On PostgreSQL, where a schedule takes several times as long. */
export async function playOnPostgres(): Promise<void> {
	const figures = await runClients({ engine: "postgres", seed: SEED, schedules: ON_POSTGRES });
	expect(figures.schedules).toBe(ON_POSTGRES);
	expect(figures.kept).toBeGreaterThan(ON_POSTGRES);
}

export async function playHalf(number: 0 | 1): Promise<void> {
	const figures = await runClients({ engine: "sqlite", seed: SEED + number * HALF, schedules: HALF });
	expect(figures.schedules).toBe(HALF);
	expect(figures.kept).toBeGreaterThan(HALF);
	expect(seldom(figures.happened, LEAST)).toEqual([]);
}
