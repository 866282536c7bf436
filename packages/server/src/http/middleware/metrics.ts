import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Meter } from "../../metrics/meter.ts";
import type { Env } from "../context.ts";
import { problem } from "../reply/problem.ts";
import { reply } from "../reply/reply.ts";

/** Counts every request by the template of its path, and every refusal by its code. */
export function meterRequests(meter: Meter): MiddlewareHandler<Env> {
	return async (c, next) => {
		const began = performance.now();
		await next();
		const seconds = (performance.now() - began) / 1000;
		meter.replied({ method: c.req.method, route: c.get("route"), status: c.res.status, seconds });
		const code = c.get("problem");
		if (code) meter.refused(code);
	};
}

/** `GET /metrics`: for a program beside the server, not for pages, whose visitors have no business with it. */
export function mountMetrics(app: Hono<Env>, meter: Meter): void {
	app.get("/metrics", async (c) => {
		c.set("route", "/metrics");
		if (isFromElsewhere(c))
			return problem(c, { code: "not_found", detail: "There is nothing at this address." });
		const { text, content_type } = await meter.read();
		return reply(c, text, 200, { "Content-Type": content_type, "Cache-Control": "no-store" });
	});
}

function isFromElsewhere(c: Context<Env>): boolean {
	const site = c.req.header("sec-fetch-site") ?? "none";
	return c.req.header("origin") !== undefined || (site !== "none" && site !== "same-origin");
}
