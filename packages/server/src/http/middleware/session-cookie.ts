import { parseSessionId, type SessionId } from "@carhythm/core";
import type { Context } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import type { Deps, Env } from "../context.ts";
import { pageOf } from "./own-site.ts";

const NAME = "carhythm_session";
const PATH = "/api/v2/session";
const DAY_SECONDS = 24 * 60 * 60;

/**
 * Lets this browser find the session again when its own storage is gone: Safari drops what scripts store
 * after 7 days. Scripts cannot read it, other sites cannot send it, and nothing but `GET /session/current`
 * and its renewal looks at it. Only a page of this very site sets it, by a request with JSON: a form of
 * another page would else plant a session of its own, whose answers its owner could read.
 */
export function setSessionCookie(c: Context<Env>, session_id: SessionId, deps: Pick<Deps, "config">): void {
	// Hono refuses more than the 400 days to which browsers cut every cookie.
	writeCookie(c, session_id, Math.min(deps.config.session_expiry_days, 400) * DAY_SECONDS, deps);
}

/** Makes this browser forget its session. */
export function clearSessionCookie(c: Context<Env>, deps: Pick<Deps, "config">): void {
	writeCookie(c, "", 0, deps);
}

function writeCookie(c: Context<Env>, value: string, maxAge: number, deps: Pick<Deps, "config">): void {
	if (pageOf(c, deps) !== "own" || !isJson(c)) return;
	const common = { httpOnly: true, sameSite: "Lax", maxAge, secure: c.get("client").is_https } as const;
	c.get("headers")["Set-Cookie"] = isHostOnly(deps)
		? generateCookie(NAME, value, { ...common, prefix: "host", path: "/", secure: true })
		: generateCookie(NAME, value, { ...common, path: PATH });
}

/** Other types are what a form of another page can send without being asked first. */
function isJson(c: Context<Env>): boolean {
	const type = c.req.header("content-type");
	return type === undefined
		? c.req.header("content-length") === "0" || c.req.raw.body === null
		: JSON_TYPE.test(type);
}

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Where `PUBLIC_URL` is https, the name says that no neighbouring host has set the cookie: browsers hold that. */
function isHostOnly({ config }: Pick<Deps, "config">): boolean {
	return config.public_url?.is_https ?? false;
}

/** The session that this browser's cookie names; null when there is none, or another site's page asks. */
export function readSessionCookie(c: Context<Env>, deps: Pick<Deps, "config">): SessionId | null {
	if (pageOf(c, deps) === "other") return null;
	return parseSessionId(getCookie(c, NAME, isHostOnly(deps) ? "host" : undefined) ?? "");
}
