import { RequestRefused, ServerUnreachable } from "@carhythm/client";
import { Profile } from "@carhythm/core";
import { useEffect, useState } from "preact/hooks";
import { opened } from "../visit/actions.ts";
import { useSessionView, useVisit } from "../visit/visit.ts";

/** How far the results are. */
export type Scores =
	| { kind: "fetching" }
	/** The answers, or the way to the server, are not there yet. */
	| { kind: "waiting" }
	| { kind: "failed" }
	/** The server no longer opens this session: see SESSION_SECRET_DAYS in docs/operation.md. */
	| { kind: "gone" }
	| { kind: "ready"; profile: Profile };

/** Fetches the results; again when the last answers have reached the server, and when the student asks. */
export function useScores(): { scores: Scores; retry: () => void } {
	const visit = useVisit();
	const saved = useSessionView().save.kind === "saved";
	const [scores, setScores] = useState<Scores>({ kind: "fetching" });
	const [tries, setTries] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: `saved` and `tries` decide when to ask again.
	useEffect(() => {
		let current = true;
		const show = (next: Scores) => {
			if (current) setScores((before) => (before.kind === "ready" ? before : next));
		};
		opened(visit)
			.scores()
			.then(
				({ results }) => show(read(results)),
				(error: unknown) => {
					show(missing(error));
				},
			);
		return () => {
			current = false;
		};
	}, [visit, saved, tries]);
	return {
		scores,
		retry() {
			setScores({ kind: "fetching" });
			setTries(tries + 1);
		},
	};
}

function missing(error: unknown): Scores {
	if (error instanceof ServerUnreachable) return { kind: "waiting" };
	const isGone = error instanceof RequestRefused && error.problem.code === "session_not_found";
	return { kind: isGone ? "gone" : "failed" };
}

function read(results: unknown): Scores {
	const parsed = Profile.safeParse(results);
	return parsed.success ? { kind: "ready", profile: parsed.data } : { kind: "failed" };
}
