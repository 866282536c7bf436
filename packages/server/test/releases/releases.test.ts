import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDatabase, upgrade, verify } from "../../src/index.ts";
import { takeAnAnswer } from "../../src/testing/migrations/lived-in.ts";
import { DOWN_TO, problems, roundTrip, withoutBackup } from "../../src/testing/migrations/round-trip.ts";
import { aPostgresDatabase } from "../../src/testing/postgres/a-postgres.ts";
import { aDatabaseOn, ENGINES, type Engine } from "../../src/testing/stores/an-engine.ts";
import { brokenPromises, type Checksums, checksumsOfThisProgram } from "./frozen.ts";

/** A folder for each, made by make.ts when the release was cut. */
const RELEASES = readdirSync(import.meta.dirname, { withFileTypes: true })
	.filter((entry) => entry.isDirectory())
	.map(({ name }) => name);
const KINDS = ["served", "adopted"];

const SEED = Number(process.env["CARHYTHM_TEST_SEED"]);

/** In `npm test`, `down` goes to 1 and to a few other numbers, to others with each seed; in the campaign to all. */
const OTHER_NUMBERS: Record<Engine, number> = { sqlite: 3, postgres: 1 };
function numbersOn(engine: Engine): readonly number[] {
	if (process.env["CARHYTHM_STATES"] === "all") return DOWN_TO;
	const others = Array.from(
		{ length: OTHER_NUMBERS[engine] },
		(_, i) => DOWN_TO.at((SEED + 5 * i) % DOWN_TO.length) ?? 1,
	);
	return [...new Set([...others, 1])];
}

const fixture = (...path: string[]) => join(import.meta.dirname, ...path);

function releasedChecksums(release: string): Checksums {
	return JSON.parse(readFileSync(fixture(release, "checksums.json"), "utf8")) as Checksums;
}

/** A copy of a release's database. */
async function aCopy(engine: Engine, release: string, kind: string) {
	if (engine === "postgres") {
		const place = await aPostgresDatabase();
		await place.query(readFileSync(fixture(release, `${kind}.sql`), "utf8"));
		return { place, database: await openDatabase(place.url) };
	}
	const place = await aDatabaseOn("sqlite");
	if (place.url.dialect === "sqlite") copyFileSync(fixture(release, `${kind}.db`), place.url.file);
	return { place, database: await place.open() };
}

test.each(RELEASES)("the migrations of %s are what they were when it was cut", (release) => {
	expect(brokenPromises(release, releasedChecksums(release), checksumsOfThisProgram())).toEqual([]);
});

test("a released migration that is edited, shortened or lengthened is named with what to do", () => {
	const now = checksumsOfThisProgram();
	const [[first, sum] = ["", ""], ...others] = Object.entries(now);
	const edited = { ...now, [first]: "2:another" };
	expect(brokenPromises("0.1.0", now, edited)).toEqual([
		`The step ${first} says something else. It is in 0.1.0 and frozen: leave it as it was, and write a new migration for what is new.`,
	]);
	expect(brokenPromises("0.1.0", now, Object.fromEntries(others))).toEqual([
		expect.stringContaining(`The step ${first} is gone.`),
	]);
	expect(brokenPromises("0.1.0", Object.fromEntries(others), { ...now, [first]: sum })).toEqual([
		expect.stringContaining(`The step ${first} is new in a migration that is released.`),
	]);
	expect(brokenPromises("0.1.0", now, { ...now, "999:a_new_one": "2:x" })).toEqual([]);
});

describe.each(RELEASES)(`a database of %s, seed ${SEED}`, (release) => {
	test.each(ENGINES.flatMap((engine) => KINDS.map((kind) => ({ engine, kind }))))(
		"$kind on $engine is upgraded, verified, takes an answer, goes down and up",
		async ({ engine, kind }) => {
			const { place, database } = await aCopy(engine, release, kind);
			await using _ = place;
			const { report } = await upgrade(database, withoutBackup);
			expect([...problems(report), ...problems(await verify(database))]).toEqual([]);
			await takeAnAnswer(database);
			const found: string[] = [];
			for (const to of numbersOn(engine)) found.push(...(await roundTrip(database, to)));
			expect(found).toEqual([]);
			await database.close();
		},
		300_000,
	);
});
