import type { StoreObserver } from "../db/sessions/observer.ts";

/** Counts what happens, for {@link Meter.read}. None of it ever holds an id, an answer or a person. */
export type Meter = StoreObserver & {
	/** A request was replied to; `route` is the template of its path. */
	replied(request: { method: string; route: string; status: number; seconds: number }): void;
	/** A request, or one operation of a batch, was refused. */
	refused(code: string): void;
	/** A stream of events was opened (1) or has ended (-1). */
	streamed(change: 1 | -1): void;
	/** Someone came back to a session that has expired. */
	metExpired(): void;
	/** Everything so far, as text for Prometheus, and the type of that text. */
	read(): Promise<{ text: string; content_type: string }>;
};
