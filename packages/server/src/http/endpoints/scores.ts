import {
	type Answer,
	type Assessment,
	answerTo,
	type ExistingProfile,
	emptyExistingProfile,
	existingProfile,
	Profile,
	refuse,
	ScoresReply,
	ScoresSummaryReply,
	type Scoring,
	scoreSession,
} from "@carhythm/core";
import type * as z from "zod/mini";
import type { Store, StoredSession } from "../../db/store.ts";
import type { Deps } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { lookUp } from "../reply/session-replies.ts";

/** `profile` is what clients of the existing product read, `results` what our own pages show. */
type Scores = { profile: Record<string, unknown>; results: Profile; cached: boolean };

/** For an assessment without scoring keys: choices and rankings are still reported as what they are. */
const NO_SCORING: Scoring = { groups: [], instruments: [], scales: [] };

/** What the answers of a session say. */
export function mountScores(api: Api, deps: Deps): void {
	api.add({
		method: "get",
		path: "/api/v2/scores/{session_id}",
		tag: "Results",
		summary: "The profile of a session",
		description:
			"There as soon as every scored module has an answer. What is not answered enough has no result. `results` is the profile as CaRhythm's own pages show it. `profile` is the one that clients of the existing product read: for content adopted from it `riasec`, `bigfive`, `behavioral`, `ikigai_zones` are filled, for all other content they are empty and stand beside what `results` says.",
		reply: { schema: ScoresReply, description: "The stored profile as it is, else computed now" },
		problems: ["session_not_found", "session_not_completed"],
		spends: "read",
		compress: true,
		handle: async ({ c }) => {
			const found = await readScores(deps.store, c.req.param("session_id") ?? "");
			if (!found.ok) return found;
			const { session, profile, results, cached } = found;
			return {
				ok: true,
				body: { session_id: session.state.session_id, profile: readable(profile), results, cached },
			};
		},
	});
	api.add({
		method: "get",
		path: "/api/v2/scores/{session_id}/summary",
		tag: "Results",
		summary: "The profile in short",
		reply: {
			schema: ScoresSummaryReply,
			description: "The leading interests and traits; for content that ships, the band of each scale",
		},
		problems: ["session_not_found", "session_not_completed"],
		spends: "read",
		handle: async ({ c }) => {
			const found = await readScores(deps.store, c.req.param("session_id") ?? "");
			return found.ok ? { ok: true, body: summarize(found) } : found;
		},
	});
}

/** Clients of the existing product read its keys without looking whether they are there. */
function readable(profile: Record<string, unknown>): Record<string, unknown> {
	return "riasec" in profile ? profile : { ...emptyExistingProfile(), ...profile };
}

async function readScores(
	store: Store,
	id: string,
): Promise<({ ok: true; session: StoredSession } & Scores) | (Outcome<never> & { ok: false })> {
	const found = await lookUp(store.sessions, "load", id);
	if (!found.ok) return found;
	const { session } = found;
	const scores = await scoresOf(store, session);
	if (scores) return { ok: true, session, ...scores };
	const detail = "The results are ready when the assessment is finished.";
	return { ok: false, refusal: refuse("session_not_completed", detail) };
}

/**
 * The scores of a session with its answers. A profile is stored once the session is completed: until then its
 * answers change.
 * @returns null while a scored module has no answer, unless the session is completed or the existing product
 *   stored a profile
 */
export async function scoresOf(store: Store, session: StoredSession): Promise<Scores | null> {
	const { version, state, response_id } = session;
	const { assessment } = version.index;
	const scoring = version.scoring ?? NO_SCORING;
	const stored = await store.scores.find(response_id);
	const completed = state.status === "completed";
	const ours = stored && Profile.safeParse(stored).data;
	const results = ours ?? scoreSession(assessment, scoring, answersOf(session));
	if (stored) return { profile: stored, results, cached: true };
	if (!completed && !hasAnswersInEveryModule(session, scoring)) return null;
	const existing = existingProfile(assessment, scoring, answersOf(session));
	const profile = existing ?? results;
	if (completed) await store.scores.save(response_id, profile, existing);
	return { profile, results, cached: false };
}

function hasAnswersInEveryModule({ state, version }: StoredSession, scoring: Scoring): boolean {
	const scored = new Set(scoring.scales.flatMap(({ items }) => items.map(({ question }) => question)));
	const questionsOf = ({ pages }: Assessment["chapters"][number]) => pages.flatMap((page) => page.questions);
	const modules = version.index.assessment.chapters.filter((chapter) =>
		questionsOf(chapter).some(({ key }) => scored.has(key)),
	);
	return (
		modules.length > 0 &&
		modules.every((chapter) => questionsOf(chapter).some(({ id }) => answerTo(state, id) !== null))
	);
}

function answersOf({ state }: StoredSession): Map<number, Answer> {
	const answers = new Map<number, Answer>();
	for (const [question_id, { answer }] of Object.entries(state.answers)) {
		if (answer) answers.set(Number(question_id), answer);
	}
	return answers;
}

function summarize({
	session,
	profile,
	results,
}: { session: StoredSession } & Scores): z.infer<typeof ScoresSummaryReply> {
	const top = new Set(results.interests?.top ?? []);
	return {
		...summarizePredecessor(profile),
		session_id: session.state.session_id,
		top_interests: results.scales.filter(({ key }) => top.has(key)).map(({ key, name }) => ({ key, name })),
		scales: results.scales.map((scale) => ({
			key: scale.key,
			name: scale.name,
			band: scale.status === "not_enough" ? null : scale.band,
		})),
	};
}

/** What clients of the existing product read. A stored profile of it may lack parts; those are left out. */
function summarizePredecessor(profile: Record<string, unknown>) {
	if (!("riasec" in profile)) return {};
	const { riasec, bigfive, behavioral, ikigai_zones } = profile as Partial<ExistingProfile>;
	return {
		...(riasec && {
			holland_code: riasec.holland_code,
			top_riasec_domains: topThree(riasec).map(([domain, label]) => ({ domain, label })),
		}),
		...(bigfive && { top_bigfive_traits: topThree(bigfive).map(([trait, label]) => ({ trait, label })) }),
		...(behavioral && { behavioral_flags: behavioral.behavioral_flags }),
		...(ikigai_zones && {
			ikigai_zones: Object.fromEntries(
				Object.entries(ikigai_zones).map(([zone, { level }]) => [zone, level]),
			),
		}),
	};
}

/** The highest raw sums; of equal ones the first. */
function topThree({ raw_scores, strength_labels }: Partial<ExistingProfile["bigfive"]>): [string, string][] {
	const sum = (name: string) => raw_scores?.[name] ?? 0;
	return Object.entries(strength_labels ?? {})
		.sort(([a], [b]) => sum(b) - sum(a))
		.slice(0, 3);
}
