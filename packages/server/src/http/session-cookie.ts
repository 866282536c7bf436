import { parseSessionId, type SessionId } from "@carhythm/core";
import type { Context } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import type { Env, HttpConfig } from "./context.ts";
import { isHttps } from "./security-headers.ts";

const NAME = "carhythm_session";
const DAY_SECONDS = 24 * 60 * 60;

/**
 * Lets this browser find the session again when its own storage is gone: Safari drops what scripts store after 7 days.
 * Scripts cannot read it, other sites cannot send it, and nothing but `GET /session/current` and its renewal looks at it.
 */
export function setSessionCookie(c: Context<Env>, session_id: SessionId, config: HttpConfig): void {
	c.get("headers")["Set-Cookie"] = generateCookie(NAME, session_id, {
		httpOnly: true,
		sameSite: "Lax",
		path: "/api/v2/session",
		// Hono refuses more than the 400 days to which browsers cut every cookie.
		maxAge: Math.min(config.session_expiry_days, 400) * DAY_SECONDS,
		secure: isHttps(c, config.trust_proxy ?? false),
	});
}

/** Makes this browser forget its session. */
export function clearSessionCookie(c: Context<Env>, config: HttpConfig): void {
	c.get("headers")["Set-Cookie"] = generateCookie(NAME, "", {
		httpOnly: true,
		sameSite: "Lax",
		path: "/api/v2/session",
		maxAge: 0,
		secure: isHttps(c, config.trust_proxy ?? false),
	});
}

/** The session that this browser's cookie names; null when there is none. */
export function readSessionCookie(c: Context<Env>): SessionId | null {
	return parseSessionId(getCookie(c, NAME) ?? "");
}
