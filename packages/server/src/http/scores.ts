import {
	type Answer,
	Profile,
	refuse,
	ScoresReply,
	ScoresSummaryReply,
	type Scoring,
	scoreSession,
} from "@carhythm/core";
import type * as z from "zod/mini";
import type { Store, StoredSession } from "../db/store.ts";
import type { Api, Outcome } from "./api.ts";
import type { Deps } from "./context.ts";
import { lookUp } from "./session-replies.ts";

type StoredProfile = { profile: Record<string, unknown>; cached: boolean };

/** For an assessment without scoring keys: choices and rankings are still reported as what they are. */
const NO_SCORING: Scoring = { groups: [], instruments: [], scales: [] };

/** What the answers of a completed session say. */
export function mountScores(api: Api, deps: Deps): void {
	api.add({
		method: "get",
		path: "/api/v2/scores/{session_id}",
		tag: "Results",
		summary: "The profile of a completed session",
		reply: { schema: ScoresReply, description: "The stored profile as it is, else computed now" },
		problems: ["session_not_found", "session_not_completed"],
		compress: true,
		handle: async ({ c }) => {
			const found = await readProfile(deps.store, c.req.param("session_id") ?? "");
			if (!found.ok) return found;
			const { session, profile, cached } = found;
			return { ok: true, body: { session_id: session.state.session_id, profile, cached } };
		},
	});
	api.add({
		method: "get",
		path: "/api/v2/scores/{session_id}/summary",
		tag: "Results",
		summary: "The profile in short",
		reply: { schema: ScoresSummaryReply, description: "The leading interests and the band of each scale" },
		problems: ["session_not_found", "session_not_completed"],
		handle: async ({ c }) => {
			const found = await readProfile(deps.store, c.req.param("session_id") ?? "");
			return found.ok ? { ok: true, body: summarize(found.session, found.profile) } : found;
		},
	});
}

async function readProfile(
	store: Store,
	id: string,
): Promise<({ ok: true; session: StoredSession } & StoredProfile) | (Outcome<never> & { ok: false })> {
	const found = await lookUp(store.sessions, "find", id);
	if (!found.ok) return found;
	const { session } = found;
	if (session.state.status !== "completed") {
		const detail = "The results are ready when the assessment is finished.";
		return { ok: false, refusal: refuse("session_not_completed", detail) };
	}
	return { ok: true, session, ...(await profileOf(store, session)) };
}

/** The stored profile of a completed session; computed and stored when there is none. */
export async function profileOf(store: Store, session: StoredSession): Promise<StoredProfile> {
	const stored = await store.scores.find(session.response_id);
	if (stored) return { profile: stored, cached: true };
	const loaded = await store.sessions.load(session.state.session_id);
	if (!loaded) throw new Error("A session that was just read is gone.");
	const profile = scoreSession(
		loaded.version.index.assessment,
		loaded.version.scoring ?? NO_SCORING,
		answersOf(loaded),
	);
	await store.scores.save(session.response_id, profile);
	return { profile, cached: false };
}

function answersOf({ state }: StoredSession): Map<number, Answer> {
	const answers = new Map<number, Answer>();
	for (const [question_id, { answer }] of Object.entries(state.answers)) {
		if (answer) answers.set(Number(question_id), answer);
	}
	return answers;
}

/** An adopted profile has keys of its own: of those, no summary is made up. */
function summarize(
	{ state }: StoredSession,
	stored: Record<string, unknown>,
): z.infer<typeof ScoresSummaryReply> {
	const { data: profile } = Profile.safeParse(stored);
	const scales = profile?.scales ?? [];
	const top = new Set(profile?.interests?.top ?? []);
	return {
		session_id: state.session_id,
		top_interests: scales.filter(({ key }) => top.has(key)).map(({ key, name }) => ({ key, name })),
		scales: scales.map((scale) => ({
			key: scale.key,
			name: scale.name,
			band: scale.status === "not_enough" ? null : scale.band,
		})),
	};
}
