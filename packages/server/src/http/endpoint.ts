import { createHash } from "node:crypto";
import { type ProblemCode, parseSessionId, type SessionId } from "@carhythm/core";
import type { Context, Hono } from "hono";
import { compress } from "hono/compress";
import type * as z from "zod/mini";
import { sessionMoved } from "../db/sessions/refusals.ts";
import type { Env } from "./context.ts";
import { type ProblemDetails, problem } from "./reply/problem.ts";
import { reply } from "./reply/reply.ts";
import { type BodyRules, parseBody, readJson } from "./request/body.ts";
import type { BodyBudget } from "./request/body-budget.ts";
import { type Budgets, type Busy, tooManyUnknown } from "./request/budgets.ts";
import type { FailedAttemptLimiter } from "./request/rate-limits.ts";
import { closeAfterReply } from "./request/unread-body.ts";

export const TAGS = {
	Sessions: "Beginning, continuing and ending one student's assessment",
	Answers: "Submitting answers, one by one or as a batch from a device's outbox",
	Content: "What is asked",
	Results: "The person, the scores and the feedback",
	Service: "About this server",
} as const;

/** The session of the examples in the document. */
export const EXAMPLE_SESSION = "3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a11";

/**
 * What an endpoint gives back: a reply, deliberately nothing (204), a stream of events (null where only its
 * head is wanted), or a refusal.
 */
export type Outcome<R> =
	| { ok: true; body: R }
	| { ok: true; events: ReadableStream<Uint8Array> | null }
	| { ok: true; nothing: true }
	| { ok: false; refusal: ProblemDetails; retry_after?: number };

export type QueryParameter = {
	name: string;
	required: boolean;
	description: string;
	schema: Readonly<Record<string, unknown>>;
};

/**
 * One endpoint: how it is served and how it is documented, in one place, so that neither can exist without
 * the other.
 */
type Endpoint<B, R> = {
	method: "get" | "post";
	/** As OpenAPI writes it: `/api/v2/session/{session_id}`. */
	path: `/${string}`;
	tag: keyof typeof TAGS;
	summary: string;
	description?: string;
	query?: readonly QueryParameter[];
	body?: BodyRules<B> & { example: unknown };
	/** With `events` the reply is a stream of server-sent events, and the schema is that of the data of each. */
	reply: { schema: z.ZodMiniType<R>; status?: 201; events?: true; description: string };
	/** When the endpoint may reply 204. */
	nothing?: string;
	/** Its own refusals; those that every endpoint of its kind has are added in the document. */
	problems: readonly ProblemCode[];
	/**
	 * Which budget of the session a request spends, by the id in its path or body. Every endpoint but those of
	 * supervisors spends the budget of the client's network as well.
	 */
	spends?: "read" | "write";
	/** For supervisors and balancers, which must get their reply whatever others ask. */
	unlimited?: true;
	/** Replies that never change may be kept for ever. */
	immutable?: true;
	/** For replies that are large and hold no secret next to something that a stranger chose. */
	compress?: true;
	handle(request: { c: Context<Env>; body: B }): Promise<Outcome<R>>;
};

/** An endpoint once its types have done their work. */
export type AnyEndpoint = Endpoint<unknown, unknown>;

/** The one table of endpoints: served by {@link registerEndpoints}, described by openapi.ts. */
export type Api = {
	endpoints: readonly AnyEndpoint[];
	add<B, R>(endpoint: Endpoint<B, R>): void;
};

export function createApi(): Api {
	const endpoints: AnyEndpoint[] = [];
	return {
		endpoints,
		add(endpoint) {
			endpoints.push(endpoint as AnyEndpoint);
		},
	};
}

/** What a request is held against before it is handled, and unknown ids after. */
export type Limiters = {
	failedLookups: FailedAttemptLimiter;
	budgets: Budgets;
	bodies: BodyBudget;
	sleep: (milliseconds: number) => Promise<unknown>;
	/** Whether a session had this id before its student left other devices. */
	isFormer: (session_id: SessionId) => Promise<boolean>;
};

/**
 * A client over its budget gets its refusal after this time. One that never waits then costs a request for each of
 * its connections in this time, and not as many as it can send.
 */
const SLOW_REFUSAL_MS = 500;

/** Serves the table: for each path its methods, OPTIONS, and 405 for every other method. */
export function registerEndpoints(app: Hono<Env>, api: Api, limiters: Limiters): void {
	const byPath = Map.groupBy(api.endpoints, (endpoint) => endpoint.path);
	// A path that is spelled out comes before one with parameters that also matches it.
	const paths = [...byPath].sort(([a], [b]) => Number(a.includes("{")) - Number(b.includes("{")));
	for (const [template, endpoints] of paths) {
		const path = template.replace(/\{(\w+)\}/g, ":$1");
		for (const endpoint of endpoints) {
			if (endpoint.compress) app.on(endpoint.method, path, compress());
			app.on(endpoint.method, path, serve(endpoint, limiters));
		}
		app.all(path, refuseMethod(template, endpoints));
	}
}

function serve(endpoint: AnyEndpoint, limiters: Limiters) {
	const { budgets, bodies } = limiters;
	return async (c: Context<Env>): Promise<Response> => {
		c.set("route", endpoint.path);
		const early = endpoint.unlimited ? null : budgets.request(c);
		if (early) return refuse(c, early, limiters);
		if (!endpoint.body) return handle(c, endpoint, undefined, limiters);
		const heavy = budgets.body(c);
		if (heavy) return refuseBody(c, heavy, limiters);
		const open = bodies.open(c);
		try {
			const body = await readJson(c, open);
			if (!body.ok) return await refuseBody(c, body, limiters);
			return await handle(c, endpoint, body.value, limiters);
		} finally {
			open.release();
		}
	};
}

/** Refuses a body of which some may be unread. */
function refuseBody(c: Context<Env>, refusal: Refused, limiters: Limiters): Promise<Response> {
	const isUnread = c.env?.incoming?.readableEnded === false;
	if (isUnread && !limiters.budgets.unread(c)) closeAfterReply(c);
	return refuse(c, refusal, limiters);
}

async function handle(
	c: Context<Env>,
	endpoint: AnyEndpoint,
	body: unknown,
	limiters: Limiters,
): Promise<Response> {
	const { budgets } = limiters;
	const parsed = endpoint.body && parseBody(body, endpoint.body);
	if (parsed?.ok === false) return problem(c, parsed.refusal);
	const busy = endpoint.spends && spend(c, endpoint.spends, parsed?.value, budgets);
	if (busy) return refuse(c, busy, limiters);
	const outcome = await endpoint.handle({ c, body: parsed?.value });
	if (!outcome.ok) return refuse(c, await tellMoved(c, outcome, parsed?.value, limiters), limiters);
	const cache = endpoint.immutable ? "public, max-age=31536000, immutable" : "no-store";
	if ("events" in outcome) return reply(c, outcome.events, 200, EVENT_STREAM);
	if ("nothing" in outcome) return reply(c, null, 204, { "Cache-Control": cache });
	const text = JSON.stringify(outcome.body);
	const tag = endpoint.immutable ? entityTag(text) : null;
	if (tag !== null && isKnown(c, tag)) return reply(c, null, 304, { ETag: tag, "Cache-Control": cache });
	return reply(c, text, endpoint.reply.status ?? 200, {
		"Content-Type": "application/json",
		"Cache-Control": cache,
		...(tag !== null && { ETag: tag }),
	});
}

/** Weak, because the reply may be compressed on its way or not. */
function entityTag(text: string): string {
	return `W/"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"`;
}

function isKnown(c: Context<Env>, tag: string): boolean {
	const known = c.req.header("if-none-match")?.split(",") ?? [];
	return known.some((one) => one.trim() === "*" || one.trim().replace(/^W\//, "") === tag.slice(2));
}

/** A malformed id is that of no session: it is counted among the unknown ones. */
function spend(
	c: Context<Env>,
	spends: NonNullable<AnyEndpoint["spends"]>,
	body: unknown,
	budgets: Budgets,
): Busy | null {
	const given = typeof body === "object" && body !== null && "session_id" in body ? body.session_id : "";
	const session_id = parseSessionId(c.req.param("session_id") ?? String(given));
	if (!session_id) return null;
	return spends === "write" ? budgets.write(c, session_id) : budgets.read(session_id);
}

/**
 * An id that is unknown may be a former one: only then is it looked for, and it is not counted among the
 * unknown ones that a network asks for.
 */
async function tellMoved(
	c: Context<Env>,
	outcome: Extract<Outcome<unknown>, { ok: false }>,
	body: unknown,
	{ isFormer }: Limiters,
): Promise<typeof outcome> {
	if (outcome.refusal.code !== "session_not_found") return outcome;
	for (const session_id of namedIn(c, body)) if (await isFormer(session_id)) return sessionMoved();
	return outcome;
}

/** The sessions that a request names: in its path, or in its body. */
function namedIn(c: Context<Env>, body: unknown): SessionId[] {
	const fields = new Map(typeof body === "object" && body !== null ? Object.entries(body) : []);
	const given = [c.req.param("session_id"), fields.get("session_id"), fields.get("replaces")];
	return given.flatMap((id) => (typeof id === "string" ? (parseSessionId(id) ?? []) : []));
}

/** A proxy that gathers what it passes on would gather for ever. */
const EVENT_STREAM = {
	"Content-Type": "text/event-stream",
	"Cache-Control": "no-store",
	"X-Accel-Buffering": "no",
};

type Refused = Extract<Outcome<unknown>, { ok: false }>;

async function refuse(
	c: Context<Env>,
	{ refusal, retry_after }: Refused,
	{ failedLookups, sleep }: Limiters,
): Promise<Response> {
	if (refusal.code === "too_many_requests") await sleep(SLOW_REFUSAL_MS);
	if (retry_after) return problem(c, refusal, { "Retry-After": String(retry_after) });
	const isUnknown = refusal.code === "session_not_found";
	const tooMany = isUnknown ? tooManyUnknown(failedLookups.count(c)) : null;
	if (tooMany) await sleep(SLOW_REFUSAL_MS);
	return tooMany
		? problem(c, tooMany.refusal, { "Retry-After": String(tooMany.retry_after) })
		: problem(c, refusal);
}

function refuseMethod(template: string, endpoints: readonly AnyEndpoint[]) {
	const methods = endpoints.map((endpoint) => endpoint.method.toUpperCase());
	const allow = [
		"OPTIONS",
		...(methods.includes("GET") ? ["GET", "HEAD"] : []),
		...methods.filter((m) => m !== "GET"),
	];
	return (c: Context<Env>): Response => {
		c.set("route", template);
		c.get("headers")["Allow"] = allow.join(", ");
		if (c.req.method === "OPTIONS") return reply(c, null, 204);
		return problem(c, {
			code: "method_not_allowed",
			detail: `This address takes ${allow.slice(1).join(" and ")}, not ${c.req.method}.`,
		});
	};
}
