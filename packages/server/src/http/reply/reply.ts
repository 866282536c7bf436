import type { Context, MiddlewareHandler } from "hono";
import type { Env, ReplyHeaders } from "../context.ts";

const complete = new WeakSet<Response>();

/** Replies with the collected headers and those given here. */
export function reply(
	c: Context<Env>,
	body: string | ReadableStream<Uint8Array> | null,
	status: number,
	headers: Readonly<ReplyHeaders> = {},
): Response {
	const response = new Response(body, { status, headers: { ...c.get("headers"), ...headers } });
	complete.add(response);
	return response;
}

/** Begins the collection, and adds it to replies that were made by other means (files, compressed content). */
export function collectHeaders(always: Readonly<ReplyHeaders>): MiddlewareHandler<Env> {
	return async (c, next) => {
		c.set("headers", { ...always });
		await next();
		if (complete.has(c.res)) return;
		for (const [name, value] of Object.entries(c.get("headers"))) {
			if (name === "Vary") c.res.headers.append(name, value);
			else c.res.headers.set(name, value);
		}
	};
}
