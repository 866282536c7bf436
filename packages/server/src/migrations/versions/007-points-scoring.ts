import { ADOPTED_KEY, Assessment } from "@carhythm/core";
import { sql } from "kysely";
import { toAssessment } from "../adoption/content/content.ts";
import { readContentAgain } from "../adoption/content/rows.ts";
import type { Migration, Task, Tx } from "../migration.ts";
import { change } from "../steps/steps.ts";

/**
 * Versions adopted before points could be scored have no interests where choices and rankings count for them.
 * Their scoring key is read from the same rows again. Sessions, answers and what is asked stay as they are.
 */
const scoreByPoints: Task = {
	name: "score_by_points",
	version: 1,
	sql: "",
	async run(tx, { report }) {
		const versions = await tx
			.selectFrom("assessment_versions")
			.select(["id", "version", "definition", "scoring"])
			.where("assessment_key", "=", ADOPTED_KEY)
			.execute();
		for (const { id, version, definition, scoring: before } of versions) {
			const scoring = await readScoringAgain(tx, definition);
			if (scoring === null || scoring === before) continue;
			await tx.updateTable("assessment_versions").set({ scoring }).where("id", "=", id).execute();
			const forgotten = await forgetProfiles(tx, id);
			report(
				`points_scoring: version ${version} of the assessment ${ADOPTED_KEY} is scored by points, as the previous program did; ${forgotten} results are computed anew when they are next asked for`,
			);
		}
	},
};

async function readScoringAgain(tx: Tx, definition: string): Promise<string | null> {
	const before = Assessment.parse(JSON.parse(definition));
	const pages = before.chapters.flatMap((chapter) => chapter.pages);
	const read = toAssessment(await readContentAgain(tx, new Set(pages.map(({ id }) => id))), before.version);
	if (!read.ok || read.scoring === null) return null;
	// A row that was changed since may name its question otherwise: answers would no longer be found.
	const keys = new Set(pages.flatMap(({ questions }) => questions.map(({ key }) => key)));
	const isKnown = read.scoring.scales.every(({ items }) => items.every(({ question }) => keys.has(question)));
	return isKnown ? JSON.stringify(read.scoring) : null;
}

/** Profiles that this program computed by the earlier key. Those that the previous program stored stay. */
async function forgetProfiles(tx: Tx, version_id: number): Promise<number> {
	const { numAffectedRows } = await sql`
		UPDATE assessment_scores SET rhythm_profile = NULL
		WHERE rhythm_profile LIKE '{"version":"carhythm/1"%' AND response_id IN
			(SELECT response_id FROM session_details WHERE assessment_version_id = ${version_id})`.execute(tx);
	return Number(numAffectedRows ?? 0);
}

/** What was adopted before points could be scored. */
export const pointsScoring: Migration = {
	number: 7,
	name: "points_scoring",
	steps: [
		change({
			id: "adopted_versions",
			about:
				"scores what was adopted by points, as the previous program did, and forgets results without them",
			probe: "ledger",
			locks: [{ table: "assessment_scores", mode: "RowExclusiveLock" }],
			changes: { columns: ["assessment_scores.rhythm_profile", "assessment_versions.scoring"] },
			actions: { sqlite: [scoreByPoints], postgres: [scoreByPoints] },
		}),
	],
};
