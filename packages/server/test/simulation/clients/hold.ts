import type { SessionSnapshot } from "@carhythm/core";
import { type Story, untilDeadOr } from "./story.ts";
import type { Tab } from "./surroundings.ts";

/** "Continue here instead". */
export async function continueHere(story: Story, tab: Tab): Promise<void> {
	const { session } = tab;
	if (!session) return;
	const { time, note } = story.surroundings;
	const wasHeld = session.held_elsewhere !== null;
	const outcome = await untilDeadOr(time, tab, () => session.continueHere());
	if (!outcome?.ok) return;
	if (wasHeld) note("continued here instead");
	spread(story, session.session_id);
}

/**
 * Soon the server tells all who listen how things are by then; one in three does not hear it, and learns at
 * its next request.
 */
export function spread(story: Story, session_id: string): void {
	const { time, server, listeners, chance } = story.surroundings;
	const tell = async () => {
		const response = await server.request(`/api/v2/session/${session_id}`, {});
		const { revision, status, holder } = ((await response.json()) as SessionSnapshot).session;
		const notice = JSON.stringify({ revision, status, holder });
		const hear = () => {
			for (const listener of [...listeners]) {
				if (listener.session_id === session_id && !chance.oneIn(3)) listener.heard(notice);
			}
		};
		time.setTimeout(hear, 1, story);
	};
	time.setTimeout(() => void time.track(tell()), chance.between(5, 4000), story);
}
