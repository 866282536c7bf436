import type { SessionNotice } from "@carhythm/core";
import type { Session } from "../api.ts";
import type { EventListener } from "../environment.ts";
import type { World } from "./visit.ts";

/** As the real server has it. */
const HEARTBEAT_MS = 15_000;

/** Server-sent events of a world: `tell` is what the server says to all who listen. */
export function createServerEvents() {
	const listeners = new Set<EventListener>();
	return {
		listeners,
		listen: (_url: string, listener: EventListener) => {
			listeners.add(listener);
			listener.beat(HEARTBEAT_MS);
			return { close: () => void listeners.delete(listener) };
		},
		tell(notice: SessionNotice) {
			for (const { heard } of [...listeners]) heard(JSON.stringify(notice));
		},
		beat() {
			for (const { beat } of [...listeners]) beat(HEARTBEAT_MS);
		},
		fail() {
			for (const { failed } of [...listeners]) failed();
		},
	};
}

export function notifyOfSession(world: World, events: ReturnType<typeof createServerEvents>, session: Session): void {
	const { revision, status, holder } = world.server.stateOf(session.session_id);
	events.tell({ revision, status, holder, incarnation: undefined });
}
