import { describe, expect, test } from "vitest";
import type { Database } from "../db/dialect.ts";
import { liveIn } from "../testing/migrations/lived-in.ts";
import { DOWN_TO, problems, roundTrip, withoutBackup } from "../testing/migrations/round-trip.ts";
import { aPredecessorDatabase, PREDECESSORS } from "../testing/predecessor/databases.ts";
import { aDatabaseOn, ENGINES, type Engine } from "../testing/stores/an-engine.ts";
import { migrateUp } from "./runner.ts";
import { upgrade } from "./upgrade.ts";

// From every state in which a database may be, down to every number and up again: nothing is lost, nothing is
// another value, the server starts on it and takes an answer. All of it in the campaign; here a part that the
// seed picks.

const isCampaign = process.env["CARHYTHM_STATES"] === "all";
/** Named in every title. */
const SEED = Number(process.env["CARHYTHM_TEST_SEED"]);
const STATES_OF_AN_ENGINE = 2;

type Place = AsyncDisposable & { open: () => Promise<Database> };
type State = { name: string; engine: Engine; make: () => Promise<{ place: Place; database: Database }> };

async function adopted({ engine, state }: (typeof PREDECESSORS)[number], lived: boolean) {
	const place = await aPredecessorDatabase(engine, state);
	const database = await place.open();
	const { report } = await upgrade(database, { ...withoutBackup, adopt: true });
	expect(problems(report)).toEqual([]);
	if (lived) await liveIn(database);
	return { place, database };
}

async function made(engine: Engine, fill: (database: Database) => Promise<unknown>) {
	const place = await aDatabaseOn(engine);
	const database = await place.open();
	await fill(database);
	return { place, database };
}

const STATES: readonly State[] = [
	...ENGINES.flatMap((engine): State[] => [
		{ name: "empty", engine, make: () => made(engine, migrateUp) },
		{ name: "served", engine, make: () => made(engine, liveIn) },
	]),
	...PREDECESSORS.flatMap(({ engine, state }): State[] => [
		{ name: `${state}, adopted`, engine, make: () => adopted({ engine, state }, false) },
		{ name: `${state}, adopted and served`, engine, make: () => adopted({ engine, state }, true) },
	]),
];

/** The part of this run: some states of an engine, others with each seed. */
function picked(engine: Engine): readonly State[] {
	const all = STATES.filter((state) => state.engine === engine);
	if (isCampaign) return all;
	const first = SEED % all.length;
	const numbers = Array.from({ length: STATES_OF_AN_ENGINE }, (_, n) =>
		Math.floor((n * all.length) / STATES_OF_AN_ENGINE),
	);
	return numbers.flatMap((number) => all[(first + number) % all.length] ?? []);
}

describe.each(ENGINES)(`on %s, seed ${SEED}`, (engine) => {
	test.each(picked(engine))(
		"$name: down to every number and up again keeps every value",
		async ({ make }) => {
			const { place, database } = await make();
			await using _ = place;
			const found: string[] = [];
			for (const to of DOWN_TO) found.push(...(await roundTrip(database, to)));
			expect(found).toEqual([]);
			await database.close();
		},
		300_000,
	);
});
