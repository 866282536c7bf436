import type { SessionNotice } from "@carhythm/core";
import type { Session } from "../api.ts";
import type { EventListener } from "../environment.ts";
import type { World } from "./visit.ts";

/** The heartbeat of the real server. */
const HEARTBEAT_MS = 15_000;

/** The server-sent events of a world. `send` gives a notice to every subscribed page. */
export function createServerEvents() {
	const listeners = new Set<EventListener>();
	return {
		listeners,
		listen: (_url: string, listener: EventListener) => {
			listeners.add(listener);
			listener.beat(HEARTBEAT_MS);
			return { close: () => void listeners.delete(listener) };
		},
		send(notice: SessionNotice) {
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

/** Sends the notice that the server sends when this session has changed. */
export function notifyOfSession(
	world: World,
	events: ReturnType<typeof createServerEvents>,
	session: Session,
): void {
	const { revision, status, holder } = world.server.stateOf(session.session_id);
	events.send({ revision, status, holder, incarnation: undefined });
}
