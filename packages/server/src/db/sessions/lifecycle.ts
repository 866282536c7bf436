import type { SessionStatus } from "@carhythm/core";
import type { SessionWrite } from "../writes/session-write.ts";
import type { SessionLifecycleEvent } from "../writes/write-context.ts";

/** What the writes to a session did to it as a whole. */
export function lifecycleOf({ session, status_before, events }: SessionWrite): SessionLifecycleEvent[] {
	const { status } = session.state;
	const handOffs = events.filter(({ kind, outcome }) => kind === "hold" && outcome === "applied");
	return [
		...(status === status_before ? [] : [BECAME[status]]),
		...handOffs.map(() => "handed_over" as const),
	];
}

const BECAME: Readonly<Record<SessionStatus, SessionLifecycleEvent>> = {
	active: "restored",
	completed: "completed",
	user_abandoned_not_completed: "abandoned",
};
