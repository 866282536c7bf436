import type { Context, MiddlewareHandler } from "hono";
import type { Env, ReplyHeaders } from "../context.ts";

/**
 * What every reply tells the browser. No inline script or style runs anywhere, and nothing is loaded from
 * elsewhere.
 */
export const SECURITY_HEADERS: Readonly<ReplyHeaders> = {
	"Content-Security-Policy": [
		"default-src 'self'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join("; "),
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Referrer-Policy": "no-referrer",
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
};

/** A year. Only where the page came by https: a school's plain http server must not lock its pages out. */
const HSTS = "max-age=31536000";

/** Adds HSTS where the page came by https. */
export function strictTransport(trust_proxy: boolean): MiddlewareHandler<Env> {
	return async (c, next) => {
		if (isHttps(c, trust_proxy)) c.get("headers")["Strict-Transport-Security"] = HSTS;
		await next();
	};
}

/** Whether the browser came by https. Only a proxy of our own is believed about it. */
export function isHttps(c: Context<Env>, trust_proxy: boolean): boolean {
	const forwarded = trust_proxy ? c.req.header("x-forwarded-proto")?.split(",").at(-1)?.trim() : undefined;
	return forwarded === undefined ? c.req.url.startsWith("https:") : forwarded.toLowerCase() === "https";
}
