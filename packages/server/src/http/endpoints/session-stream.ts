import { SessionNotice, unreachable } from "@carhythm/core";
import type { Context } from "hono";
import type { StoredSession } from "../../db/store.ts";
import type { Deps, Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { lookUp } from "../reply/session-replies.ts";
import { networkOf } from "../request/network.ts";

const RETRY_AFTER_SECONDS = 30;
/** Shorter than the patience of common proxies. */
const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 2000;
/**
 * An event and no comment, which browsers would keep to themselves: a page must be able to tell silence from
 * a proxy that holds all back.
 */
const BEAT = `event: beat\ndata: ${HEARTBEAT_MS}\n\n`;

/** Word of what happens to a session, as it happens. */
export function mountSessionStream(api: Api, deps: Deps): void {
	const streams = countStreams(deps.config);
	api.add({
		method: "get",
		path: "/api/v2/session/{session_id}/events",
		tag: "Sessions",
		summary: "Hear of changes as they happen",
		description:
			"Server-sent events named `session`, the first one at once, then one after every change from whichever device; `id` names the revision. With `Last-Event-ID` the first one is left out while nothing is new. Between them events named `beat`, one at once and then regularly; their data is the number of milliseconds until the next. Whoever hears none is behind something that keeps the stream back. Never counts as activity.",
		reply: { schema: SessionNotice, events: true, description: "A stream that stays open" },
		problems: ["session_not_found", "too_many_requests"],
		handle: ({ c }) => listen(deps, streams, c),
	});
}

async function listen(deps: Deps, streams: Streams, c: Context<Env>): Promise<Outcome<SessionNotice>> {
	const found = await lookUp(deps.store.sessions, "find", c.req.param("session_id") ?? "");
	if (!found.ok) return found;
	const { response_id, state } = found.session;
	const open = streams.take(c, response_id);
	if (!open) {
		const detail = "This session is being listened to in too many places.";
		return {
			ok: false,
			refusal: { code: "too_many_requests", detail },
			retry_after: RETRY_AFTER_SECONDS,
		};
	}
	// A HEAD request never reads a stream, nor ends it.
	if (c.req.method === "HEAD") {
		open.release();
		return { ok: true, events: null };
	}
	deps.meter?.streamed(1);
	const release = () => {
		deps.meter?.streamed(-1);
		open.release();
	};
	const events = streamOf(deps, found.session, {
		seen: c.req.header("last-event-id") ?? null,
		look: async () => (await deps.store.sessions.find(state.session_id)) ?? null,
		release,
	});
	return { ok: true, events };
}

/** Counts the streams that are open, of a session, of a network and of all. */
type Streams = {
	/** Null where one of them has no place left. */
	take(c: Context<Env>, response_id: number): { release: () => void } | null;
};

function countStreams({ limits }: Deps["config"]): Streams {
	const open = new Map<string, number>();
	const share = Math.ceil(limits.network_streams / limits.server_processes);
	return {
		take(c, response_id) {
			const places: [key: string, most: number][] = [
				[`session ${response_id}`, limits.session_streams],
				[`network ${networkOf(c)}`, share],
				["all", limits.streams],
			];
			if (places.some(([key, most]) => (open.get(key) ?? 0) >= most)) return null;
			for (const [key] of places) open.set(key, (open.get(key) ?? 0) + 1);
			return {
				release() {
					for (const [key] of places) {
						const left = (open.get(key) ?? 1) - 1;
						if (left > 0) open.set(key, left);
						else open.delete(key);
					}
				},
			};
		},
	};
}

type Way = {
	/** The revision that the client has seen. */
	seen: string | null;
	look: () => Promise<StoredSession | null>;
	release: () => void;
};

function streamOf(
	{ store, log }: Pick<Deps, "store" | "log">,
	session: StoredSession,
	way: Way,
): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	let end = () => {};
	return new ReadableStream<Uint8Array>({
		start(controller) {
			const write = (text: string) => controller.enqueue(encoder.encode(text));
			let isOver = false;
			let told = { revision: -1, erase_at: null as string | null };
			const tell = (session: StoredSession) => {
				const { erase_at, state } = session;
				if (state.revision <= told.revision && erase_at === told.erase_at) return;
				told = { revision: state.revision, erase_at };
				write(eventOf(session));
			};
			const looking = oneAtATime(async () => {
				const now = await way.look();
				if (isOver) return;
				if (now) tell(now);
				// Erased: there is nothing to tell of any more.
				else finish();
			}, log);
			const heartbeat = setInterval(() => {
				write(BEAT);
				// Word from another process may have been lost.
				looking();
			}, HEARTBEAT_MS);
			const unsubscribe = store.notifier.subscribe(session.response_id, {
				changed: looking,
				closed: () => finish(),
			});
			end = () => {
				if (isOver) return;
				isOver = true;
				clearInterval(heartbeat);
				unsubscribe();
				way.release();
			};
			const finish = () => {
				end();
				controller.close();
			};
			write(`retry: ${RECONNECT_MS}\n\n${BEAT}`);
			if (way.seen === eventId(session))
				told = { revision: session.state.revision, erase_at: session.erase_at };
			else tell(session);
			// What was committed between the first look and the subscription.
			looking();
		},
		cancel: () => end(),
	});
}

function eventOf(session: StoredSession): string {
	const { incarnation, state, erase_at } = session;
	const { revision, status, holder } = state;
	const notice: SessionNotice = { revision, status, holder, incarnation: incarnation ?? undefined, erase_at };
	return `id: ${eventId(session)}\nevent: session\ndata: ${JSON.stringify(notice)}\n\n`;
}

/** The same revision of a database that came back from a backup is something else. */
function eventId({ incarnation, state, erase_at }: StoredSession): string {
	return `${state.revision}@${incarnation}${erase_at === null ? "" : `/${erase_at}`}`;
}

/** Runs `work` once for however many calls come while it runs, and once more if any did. */
function oneAtATime(work: () => Promise<void>, log: Deps["log"]): () => void {
	let state: "idle" | "running" | "again" = "idle";
	const run = async (): Promise<void> => {
		try {
			await work();
		} catch (error) {
			// The next change or heartbeat looks again.
			log.warn({ error: error instanceof Error ? error.name : "unknown" }, "session events could not look");
		}
		const wanted = state === "again";
		state = wanted ? "running" : "idle";
		if (wanted) await run();
	};
	return () => {
		switch (state) {
			case "idle":
				state = "running";
				void run();
				return;
			case "running":
				state = "again";
				return;
			case "again":
				return;
			default:
				unreachable(state);
		}
	};
}
