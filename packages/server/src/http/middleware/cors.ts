import type { Context, MiddlewareHandler } from "hono";
import type { Deps, Env } from "../context.ts";

const ALLOWED_METHODS = "GET, HEAD, POST, OPTIONS";
/** Existing clients send `X-Session-ID`; nothing here reads it. */
const ALLOWED_HEADERS = "Content-Type, X-Session-ID, X-Request-ID";
const EXPOSED_HEADERS = "X-Request-ID, Retry-After, ETag";
const PREFLIGHT_SECONDS = "7200";
/** A browser tells its page nothing of the reason; the log does, for so many origins in the life of a process. */
const ORIGINS_LOGGED = 50;
const LONGEST_LOGGED = 200;

/**
 * Lets pages of the listed origins read replies. Credentials are never allowed: the cookie finds a session
 * again for pages of this site alone, front ends elsewhere keep the id themselves.
 */
export function cors(origins: readonly string[], { log }: Pick<Deps, "log">): MiddlewareHandler<Env> {
	const isAllowed = matchOrigin(origins);
	const logged = new Set<string>();
	const logOnce = (origin: string) => {
		const shown = origin.slice(0, LONGEST_LOGGED);
		if (logged.size >= ORIGINS_LOGGED || logged.has(shown)) return;
		logged.add(shown);
		log.warn(
			`A page at ${JSON.stringify(shown)} asked for the API and cannot read the reply. If it is yours, add its origin to CORS_ORIGINS.`,
		);
	};
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
		} else if (origin !== undefined && !isOwn(c, origin)) logOnce(origin);
		await next();
	};
}

/** A page of this very server needs no leave. */
function isOwn(c: Context<Env>, origin: string): boolean {
	const { is_https, host } = c.get("client");
	return host !== null && origin.toLowerCase() === `${is_https ? "https" : "http"}://${host}`;
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
