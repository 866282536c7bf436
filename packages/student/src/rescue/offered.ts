import type { SessionView } from "../visit/visit.ts";

/** Most troubles of a network are over by then. */
const LONG_MS = 10 * 60 * 1000;

/**
 * Whether a file makes sense: the server is away for long, or does not take what there is. Before that it
 * only worries.
 */
export function isRescueOffered({
	save,
	waiting_ms,
	refused,
}: Pick<SessionView, "save" | "waiting_ms" | "refused">): boolean {
	return refused.length > 0 || isWaitingLong({ save, waiting_ms });
}

/** The same without what was refused, of which the page tells in a place of its own. */
export function isWaitingLong({ save, waiting_ms }: Pick<SessionView, "save" | "waiting_ms">): boolean {
	switch (save.kind) {
		case "saved":
			return false;
		// What is being sent for so long may be so for ever.
		case "sending":
		case "not_saved":
			return waiting_ms >= LONG_MS;
		case "on_device":
		case "memory_only":
			return save.reason === "unknown_session" || save.reason === "unreadable" || waiting_ms >= LONG_MS;
	}
}
