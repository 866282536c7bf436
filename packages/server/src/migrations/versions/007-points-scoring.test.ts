import { describe, expect, test } from "vitest";
import { createScoreStore } from "../../db/results/scores.ts";
import { aPredecessorQuestionnaire } from "../../testing/predecessor/questionnaire.ts";
import { migrateUp } from "../runner.ts";

describe.each(["sqlite", "postgres"] as const)("points scoring on %s", (engine) => {
	test("a version adopted before it gets its interests, and results without them are computed anew", async () => {
		await using predecessor = await aPredecessorQuestionnaire(engine);
		await predecessor.exec(
			...[1, 2, 3].map(
				(id) =>
					`INSERT INTO student_responses (id, session_id, email, full_name, age_group, country, origin_country)
					VALUES (${id}, '00000000-0000-4000-8000-00000000000${id}', 'temp@temp.com', 'In Progress', 'temp', 'temp', 'temp')`,
			),
		);
		const database = await predecessor.open();
		await migrateUp(database, { adopt: true, to: 5 });
		// As an earlier CaRhythm left it: a key without interests, and profiles of its own beside one of the
		// previous program.
		await predecessor.exec(
			`UPDATE assessment_versions SET scoring = '{"groups":[],"instruments":[],"scales":[]}'`,
			`INSERT INTO assessment_scores (id, response_id, rhythm_profile) VALUES
				(1, 1, '{"version":"carhythm/1","scales":[]}'), (2, 2, '{"riasec":{"holland_code":"RIA"},"version":"v1.1"}')`,
		);
		const { repairs } = await migrateUp(database, {});

		const { scoring } = await database.db
			.selectFrom("assessment_versions")
			.select("scoring")
			.executeTakeFirstOrThrow();
		const { scales, existing_profile } = JSON.parse(scoring ?? "") as {
			scales: { key: string }[];
			existing_profile: { riasec: object };
		};
		expect(scales).toHaveLength(18);
		expect(Object.keys(existing_profile.riasec)).toEqual(["R", "I", "A", "S", "E", "C"]);
		const scores = createScoreStore(database);
		expect(await scores.find(1)).toBeNull();
		expect(await scores.find(2)).toMatchObject({ riasec: { holland_code: "RIA" } });
		expect(repairs.join("\n")).toMatch(/scored by points.* 1 results are computed anew/);

		// A second adoption finds nothing to change: no further version comes about.
		await migrateUp(database, {});
		expect(await predecessor.rows("assessment_versions")).toHaveLength(1);
	});
});
