import {
	AnySyncReply,
	type MovedSyncReply,
	Problem,
	type SessionId,
	SessionSnapshot,
	type SyncOperation,
	type SyncReply,
	type SyncRequest,
} from "@carhythm/core";
import * as z from "@carhythm/core/schema";
import { RequestRefused, ServerUnreachable, type UnreachableReason } from "./api.ts";
import type { Environment } from "./environment.ts";

/** Nothing usable came back: the request may or may not have had its effect. */
export type Unavailable = {
	kind: "unavailable";
	reason: UnreachableReason;
	/** What the server asked for with Retry-After. */
	retry_after_ms: number | null;
};

/** A reply, believed only when it is what the contract says. */
export type Reply<T> = { kind: "ok"; value: T } | { kind: "problem"; problem: Problem } | Unavailable;

export type SyncOutcome =
	| { kind: "settled"; reply: SyncReply }
	| { kind: "unknown_session" }
	/** The session has another id. Null: what was sent is not taken in now, and may be later. */
	| { kind: "moved"; reply: MovedSyncReply | null }
	/** The request as a whole was refused; something in it is wrong for ever. */
	| { kind: "rejected"; problem: Problem }
	| Unavailable;

export type RequestOptions = {
	body?: unknown;
	/** Lets the request outlive the page; the browser then takes 64 KiB at most. */
	keepalive?: boolean;
	timeout_ms?: number;
	/** Lets the browser's own cache answer, for what never changes. */
	cacheable?: boolean;
};

const TIMEOUT_MS = 20_000;
/** Longer than that is no way to treat a student who waits. */
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;
/** Refusals about this moment or this way of asking, not about what was sent. */
const TEMPORARY = new Set([401, 403, 404, 405, 407, 408, 425, 429]);

export type Transport = { base_url: string; environment: Environment };

/**
 * One request. It never throws for what a network or server can do: a 5xx, a page of HTML with 200 from a
 * captive portal, JSON of another shape and a cut connection are all {@link Unavailable}.
 */
export async function request<S extends z.ZodMiniType>(
	transport: Transport,
	method: "GET" | "POST",
	path: string,
	schema: S,
	options: RequestOptions = {},
): Promise<Reply<z.infer<S>>> {
	const { environment } = transport;
	const giveUp = new AbortController();
	const timer = environment.setTimeout(() => giveUp.abort(), options.timeout_ms ?? TIMEOUT_MS);
	try {
		const response = await environment.fetch(transport.base_url + path, {
			method,
			signal: giveUp.signal,
			credentials: "same-origin",
			referrerPolicy: "no-referrer",
			cache: options.cacheable ? "default" : "no-store",
			...(options.keepalive ? { keepalive: true } : {}),
			...(options.body === undefined
				? {}
				: { headers: { "content-type": "application/json" }, body: JSON.stringify(options.body) }),
		});
		const text = await response.text();
		return judgeReply(schema, response, text, environment.now());
	} catch {
		return { kind: "unavailable", reason: "offline", retry_after_ms: null };
	} finally {
		environment.clearTimeout(timer);
	}
}

function judgeReply<S extends z.ZodMiniType>(
	schema: S,
	response: Response,
	text: string,
	now: number,
): Reply<z.infer<S>> {
	const body = response.status === 204 ? null : parseJson(text);
	const retry_after_ms = retryAfter(response, now);
	if (response.ok) {
		const parsed = z.safeParse(schema, body);
		if (parsed.success) return { kind: "ok", value: parsed.data };
		return { kind: "unavailable", reason: "not_the_api", retry_after_ms };
	}
	const problem = z.safeParse(Problem, body);
	const isOurs = problem.success && problem.data.status === response.status;
	if (isOurs && response.status >= 400 && response.status < 500 && !isOverload(response.status)) {
		return { kind: "problem", problem: problem.data };
	}
	const reason = isOurs || response.status >= 500 || isOverload(response.status) ? "server" : "not_the_api";
	return { kind: "unavailable", reason, retry_after_ms };
}

function isOverload(status: number): boolean {
	return status === 408 || status === 425 || status === 429;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function retryAfter(response: Response, now: number): number | null {
	const header = response.headers.get("retry-after");
	if (!header) return null;
	const millis = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
	return Number.isFinite(millis) && millis > 0 ? Math.min(millis, LONGEST_RETRY_AFTER_MS) : null;
}

/** The value of a reply, for requests that a person waits for. */
export function valueOrThrow<T>(reply: Reply<T>): T {
	if (reply.kind === "ok") return reply.value;
	if (reply.kind === "problem") throw new RequestRefused(reply.problem);
	throw new ServerUnreachable(reply.reason);
}

/** Sends operations; an empty list asks whether the server would take any. */
export async function sync(
	transport: Transport,
	session_id: SessionId,
	sent: z.input<typeof SyncRequest> & { operations: readonly SyncOperation[] },
	keepalive = false,
): Promise<SyncOutcome> {
	const reply = await request(transport, "POST", `/api/v2/session/${session_id}/sync`, AnySyncReply, {
		body: sent,
		keepalive,
	});
	switch (reply.kind) {
		case "ok":
			if ("moved" in reply.value) return { kind: "moved", reply: reply.value };
			// A reply about another session can only come from something broken in between.
			return reply.value.session.session_id === session_id
				? { kind: "settled", reply: reply.value }
				: { kind: "unavailable", reason: "not_the_api", retry_after_ms: null };
		case "problem":
			if (reply.problem.code === "session_not_found") return { kind: "unknown_session" };
			if (reply.problem.code === "session_moved") return { kind: "moved", reply: null };
			return TEMPORARY.has(reply.problem.status)
				? { kind: "unavailable", reason: "server", retry_after_ms: null }
				: { kind: "rejected", problem: reply.problem };
		case "unavailable":
			return reply;
	}
}

/** The session of an id, or the one that the browser's cookie names. */
export async function fetchSnapshot(
	transport: Transport,
	session_id: SessionId | null,
): Promise<
	{ kind: "found"; snapshot: SessionSnapshot } | { kind: "not_found" } | { kind: "moved" } | Unavailable
> {
	const path = `/api/v2/session/${session_id ?? "current"}`;
	// Null is the 204 of a browser without a cookie. To a question about an id it would be no answer.
	const reply = await request(transport, "GET", path, z.nullable(SessionSnapshot));
	switch (reply.kind) {
		case "ok":
			if (session_id === null && !reply.value) return { kind: "not_found" };
			return reply.value && (session_id ?? reply.value.session.session_id) === reply.value.session.session_id
				? { kind: "found", snapshot: reply.value }
				: { kind: "unavailable", reason: "not_the_api", retry_after_ms: null };
		case "problem":
			if (reply.problem.code === "session_moved") return { kind: "moved" };
			return reply.problem.code === "session_not_found"
				? { kind: "not_found" }
				: { kind: "unavailable", reason: "server", retry_after_ms: null };
		case "unavailable":
			return reply;
	}
}
