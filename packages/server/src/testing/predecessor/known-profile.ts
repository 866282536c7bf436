import type { Given } from "./questionnaire.ts";

/**
 * Worked out by hand. Interests: sliders + 3 for each choice + 6 to 1 for the places. R 15 + 6 + (6+1+6) = 34
 * · I 12 + 3 + (5+2+4) = 26 · A 9 + 3 + (4+3+2) = 21 · S 6 + 3 + (3+4+1) = 17 · E 3 + 3 + (2+6+3) = 17 · C 3
 * + 0 + (1+5+5) = 14, each between 6 and 39: C lies at 8/33 and is Low, S and E at 11/33 are Medium, I at
 * 20/33 is High, R at 28/33 Very High.
 */
export const WHOLE: Given = {
	likes: { R: [5, 5, 5], I: [4, 4, 4], A: [3, 3, 3], S: [2, 2, 2], E: [1, 1, 1], C: [1, 1, 1] },
	chosen: ["R", "I", "A", "S", "E", "R"],
	ranked: [{ types: "RIASEC" }, { types: "ECSAIR", ar: true }, { types: "RCIEAS" }],
	// N is reversed: 5 + 4 + 3 + 2 + 1.
	traits: {
		O: [5, 5, 5, 5, 5],
		C: [4, 4, 4, 4, 4],
		E: [3, 3, 3, 3, 3],
		A: [2, 2, 2, 2, 2],
		N: [1, 2, 3, 4, 5],
	},
	// The third item of each is reversed: 6 minus the value.
	habits: {
		motivation_type: [5, 5, 1],
		grit_persistence: [2, 2, 4],
		self_efficacy: [2, 2, 5],
		resilience: [3, 3, 3],
		learning_orientation: [3, 3, 4],
		empathy: [4, 4, 2],
		task_start_tempo: [1, 1, 5],
	},
};

/** What {@link WHOLE} comes to, as clients of the existing product read it. */
export const PROFILE = {
	riasec: {
		raw_scores: { R: 34, I: 26, A: 21, S: 17, E: 17, C: 14 },
		strength_labels: { R: "Very High", I: "High", A: "Medium", S: "Medium", E: "Medium", C: "Low" },
		holland_code: "RIA",
		top_domain: "R",
	},
	bigfive: {
		raw_scores: { O: 25, C: 20, E: 15, A: 10, N: 15 },
		strength_labels: { O: "Very High", C: "High", E: "Medium", A: "Low", N: "Medium" },
	},
	behavioral: {
		raw_scores: {
			motivation_type: 15,
			grit_persistence: 6,
			self_efficacy: 5,
			resilience: 9,
			learning_orientation: 8,
			empathy: 12,
			task_start_tempo: 3,
		},
		strength_labels: {
			motivation_type: "Very High",
			grit_persistence: "Low",
			self_efficacy: "Low",
			resilience: "Medium",
			learning_orientation: "Medium",
			empathy: "High",
			task_start_tempo: "Low",
		},
		behavioral_flags: {
			procrastination_risk: true,
			perfectionism_risk: true,
			low_grit_risk: true,
			poor_regulation_risk: true,
			growth_mindset: false,
		},
	},
	// love O 2 · mastery R 1 + I 1 + C 2 · contribution empathy 1 · sustainability nothing
	ikigai_zones: {
		love: { score: 2, level: "Medium" },
		mastery: { score: 4, level: "High" },
		contribution: { score: 1, level: "Low" },
		sustainability: { score: 0, level: "Low" },
	},
	version: "v1.1",
};
