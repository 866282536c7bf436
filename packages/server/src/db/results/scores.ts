import type { ExistingProfile, RiasecType } from "@carhythm/core";
import { sql } from "kysely";
import * as z from "zod/mini";
import type { Database } from "../dialect.ts";
import type { ScoreStore } from "../store.ts";
import { inTransaction } from "../transaction.ts";

const StoredProfile = z.record(z.string(), z.unknown());

/** A stored profile of either product; null for text that is none. */
export function readProfile(stored: string): Record<string, unknown> | null {
	try {
		return StoredProfile.parse(JSON.parse(stored));
	} catch {
		return null;
	}
}

/**
 * The scored profiles, in the column where the existing product keeps them: a profile of either is served as
 * it is.
 */
export function createScoreStore(database: Database): ScoreStore {
	const { reader, dialect } = database;
	return {
		async find(response_id) {
			const row = await reader
				.selectFrom("assessment_scores")
				.select("rhythm_profile")
				.where("response_id", "=", response_id)
				.where("rhythm_profile", "is not", null)
				// The existing product may have stored more than one; the last is the one that it shows.
				.orderBy("id", "desc")
				.executeTakeFirst();
			return row?.rhythm_profile ? StoredProfile.parse(JSON.parse(row.rhythm_profile)) : null;
		},
		save: (response_id, profile, existing) =>
			inTransaction(database, async (tx) => {
				await dialect.lockSessions(tx, "id", [response_id]);
				const row = { rhythm_profile: JSON.stringify(profile), ...(existing && columnsOf(existing)) };
				const now = sql<string>`${sql.raw(dialect.now)}`;
				const stored = await tx
					.selectFrom("assessment_scores")
					.select("id")
					.where("response_id", "=", response_id)
					.orderBy("id", "desc")
					.executeTakeFirst();
				if (stored) {
					await tx
						.updateTable("assessment_scores")
						.set({ ...row, last_updated: now })
						.where("id", "=", stored.id)
						.execute();
					return;
				}
				await tx
					.insertInto("assessment_scores")
					.values({ response_id, ...row, calculated_at: now })
					.execute();
			}),
	};
}

/** A profile of the existing product in the columns where that product's admin panel looks for it. */
function columnsOf({ riasec, bigfive, behavioral, ikigai_zones }: ExistingProfile) {
	const interest = (type: RiasecType) => riasec.raw_scores[type] ?? null;
	const trait = (letter: string) => bigfive.raw_scores[letter] ?? null;
	return {
		riasec_r_score: interest("R"),
		riasec_i_score: interest("I"),
		riasec_a_score: interest("A"),
		riasec_s_score: interest("S"),
		riasec_e_score: interest("E"),
		riasec_c_score: interest("C"),
		riasec_profile: riasec.holland_code,
		bigfive_openness: trait("O"),
		bigfive_conscientiousness: trait("C"),
		bigfive_extraversion: trait("E"),
		bigfive_agreeableness: trait("A"),
		bigfive_neuroticism: trait("N"),
		riasec_raw_scores: JSON.stringify(riasec.raw_scores),
		riasec_strength_labels: JSON.stringify(riasec.strength_labels),
		bigfive_strength_labels: JSON.stringify(bigfive.strength_labels),
		behavioral_strength_labels: JSON.stringify(behavioral.strength_labels),
		behavioral_flags: JSON.stringify(behavioral.behavioral_flags),
		ikigai_zones: JSON.stringify(ikigai_zones),
	};
}
