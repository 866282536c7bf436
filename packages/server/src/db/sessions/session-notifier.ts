import type { ChangeFeed } from "../dialect.ts";
import type { SessionListener, SessionNotifier } from "../store.ts";

/** Tells listeners of changed sessions, from this process and from the others on the database. */
export function createSessionNotifier(
	peers: ChangeFeed,
): SessionNotifier & { tell(response_ids: readonly number[]): void } {
	const listeners = new Map<number, Set<SessionListener>>();
	let stopListening: (() => void) | null = null;
	let isClosed = false;

	function spread(response_ids: Iterable<number>): void {
		for (const id of response_ids) {
			for (const listener of listeners.get(id) ?? []) listener.changed();
		}
	}

	function stop(): void {
		stopListening?.();
		stopListening = null;
	}

	return {
		tell(response_ids) {
			spread(response_ids);
			peers.tell(response_ids);
		},
		subscribe(response_id, listener) {
			if (isClosed) {
				// Not before the caller has what it needs to end.
				queueMicrotask(() => listener.closed());
				return () => {};
			}
			const others = listeners.get(response_id) ?? new Set();
			listeners.set(response_id, others.add(listener));
			stopListening ??= peers.listen((ids) => spread(ids ?? [...listeners.keys()]));
			return () => {
				others.delete(listener);
				if (others.size > 0 || listeners.get(response_id) !== others) return;
				listeners.delete(response_id);
				if (listeners.size === 0) stop();
			};
		},
		close() {
			const all = [...listeners.values()].flatMap((some) => [...some]);
			isClosed = true;
			listeners.clear();
			stop();
			for (const listener of all) listener.closed();
		},
	};
}
