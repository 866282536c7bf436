import type { MiddlewareHandler } from "hono";
import type { Env } from "../context.ts";

const ALLOWED_METHODS = "GET, HEAD, POST, OPTIONS";
/** Existing clients send `X-Session-ID`; nothing here reads it. */
const ALLOWED_HEADERS = "Content-Type, X-Session-ID, X-Request-ID";
const EXPOSED_HEADERS = "X-Request-ID, Retry-After";
const PREFLIGHT_SECONDS = "7200";

/**
 * Lets pages of the listed origins read replies. Credentials are never allowed: the cookie finds a session
 * again for pages of this site alone, front ends elsewhere keep the id themselves.
 */
export function cors(origins: readonly string[]): MiddlewareHandler<Env> {
	const isAllowed = matchOrigin(origins);
	return async (c, next) => {
		const headers = c.get("headers");
		headers["Vary"] = "Origin";
		const origin = c.req.header("origin");
		if (origin !== undefined && isAllowed(origin)) {
			headers["Access-Control-Allow-Origin"] = origin;
			headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS;
			if (c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined) {
				headers["Access-Control-Allow-Methods"] = ALLOWED_METHODS;
				headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS;
				headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS;
			}
		}
		await next();
	};
}

function matchOrigin(origins: readonly string[]): (origin: string) => boolean {
	const exact = new Set(origins);
	const anyPort = origins.filter((origin) => origin.endsWith(":*")).map((origin) => origin.slice(0, -2));
	return (origin) =>
		exact.has(origin) ||
		anyPort.some(
			(start) =>
				origin === start || (origin.startsWith(`${start}:`) && isPort(origin.slice(start.length + 1))),
		);
}

function isPort(text: string): boolean {
	return /^\d{1,5}$/.test(text);
}
