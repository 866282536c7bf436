import type { ProblemCode } from "@carhythm/core";
import type { Context, Hono } from "hono";
import { compress } from "hono/compress";
import type * as z from "zod/mini";
import { counted } from "../counted.ts";
import type { Env } from "./context.ts";
import { type ProblemDetails, problem } from "./reply/problem.ts";
import { reply } from "./reply/reply.ts";
import { type BodyRules, parseBody, readJson } from "./request/body.ts";
import type { FailedAttemptLimiter } from "./request/rate-limits.ts";

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

/** Serves the table: for each path its methods, OPTIONS, and 405 for every other method. */
export function registerEndpoints(app: Hono<Env>, api: Api, failedLookups: FailedAttemptLimiter): void {
	const byPath = Map.groupBy(api.endpoints, (endpoint) => endpoint.path);
	// A path that is spelled out comes before one with parameters that also matches it.
	const paths = [...byPath].sort(([a], [b]) => Number(a.includes("{")) - Number(b.includes("{")));
	for (const [template, endpoints] of paths) {
		const path = template.replace(/\{(\w+)\}/g, ":$1");
		for (const endpoint of endpoints) {
			if (endpoint.compress) app.on(endpoint.method, path, compress());
			app.on(endpoint.method, path, serve(endpoint, failedLookups));
		}
		app.all(path, refuseMethod(template, endpoints));
	}
}

function serve(endpoint: AnyEndpoint, failedLookups: FailedAttemptLimiter) {
	return async (c: Context<Env>): Promise<Response> => {
		c.set("route", endpoint.path);
		const body = endpoint.body ? await readJson(c) : undefined;
		if (body?.ok === false) return problem(c, body.refusal);
		const parsed = endpoint.body && parseBody(body?.value, endpoint.body);
		if (parsed?.ok === false) return problem(c, parsed.refusal);
		const outcome = await endpoint.handle({ c, body: parsed?.value });
		if (!outcome.ok) return refuse(c, outcome, failedLookups);
		const cache = endpoint.immutable ? "public, max-age=31536000, immutable" : "no-store";
		if ("events" in outcome) return reply(c, outcome.events, 200, EVENT_STREAM);
		if ("nothing" in outcome) return reply(c, null, 204, { "Cache-Control": cache });
		return reply(c, JSON.stringify(outcome.body), endpoint.reply.status ?? 200, {
			"Content-Type": "application/json",
			"Cache-Control": cache,
		});
	};
}

/** A proxy that gathers what it passes on would gather for ever. */
const EVENT_STREAM = {
	"Content-Type": "text/event-stream",
	"Cache-Control": "no-store",
	"X-Accel-Buffering": "no",
};

async function refuse(
	c: Context<Env>,
	{ refusal, retry_after }: Extract<Outcome<unknown>, { ok: false }>,
	failedLookups: FailedAttemptLimiter,
): Promise<Response> {
	if (retry_after) return problem(c, refusal, { "Retry-After": String(retry_after) });
	const wait = refusal.code === "session_not_found" ? await failedLookups.count(c) : null;
	if (wait === null) return problem(c, refusal);
	const tooMany: ProblemDetails = {
		code: "too_many_requests",
		detail: `Too many unknown sessions were asked for from this network. Try again in ${counted(wait, "second")}.`,
	};
	return problem(c, tooMany, { "Retry-After": String(wait) });
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
