import { parseSessionId, type SessionId } from "@carhythm/core";
import type { Context } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import type { Env, HttpConfig } from "../context.ts";
import { isHttps } from "./security-headers.ts";

const NAME = "carhythm_session";
const DAY_SECONDS = 24 * 60 * 60;

/**
 * Whether a page of another site caused the request. To it this browser has no session, even where the cookie
 * came along; nor may it give the browser another one, or take its own away, by a form that it sends here. A
 * front end elsewhere keeps the id itself.
 */
export function isFromAnotherSite(c: Context<Env>): boolean {
	return c.req.header("sec-fetch-site") === "cross-site";
}

/**
 * Lets this browser find the session again when its own storage is gone: Safari drops what scripts store
 * after 7 days. Scripts cannot read it, other sites cannot send it, and nothing but `GET /session/current`
 * and its renewal looks at it.
 */
export function setSessionCookie(c: Context<Env>, session_id: SessionId, config: HttpConfig): void {
	// Hono refuses more than the 400 days to which browsers cut every cookie.
	writeCookie(c, session_id, Math.min(config.session_expiry_days, 400) * DAY_SECONDS, config);
}

/** Makes this browser forget its session. */
export function clearSessionCookie(c: Context<Env>, config: HttpConfig): void {
	writeCookie(c, "", 0, config);
}

function writeCookie(c: Context<Env>, value: string, maxAge: number, config: HttpConfig): void {
	if (isFromAnotherSite(c)) return;
	c.get("headers")["Set-Cookie"] = generateCookie(NAME, value, {
		httpOnly: true,
		sameSite: "Lax",
		path: "/api/v2/session",
		maxAge,
		secure: isHttps(c, config.trust_proxy ?? false),
	});
}

/** The session that this browser's cookie names; null when there is none. */
export function readSessionCookie(c: Context<Env>): SessionId | null {
	return parseSessionId(getCookie(c, NAME) ?? "");
}
