import type { MiddlewareHandler } from "hono";
import type { Env, PublicUrl, ReplyHeaders } from "../context.ts";

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

/** The headers of a reply to what is no request of a page: nothing may load, frame or guess at it. */
export function headersWithoutRequest(public_url: PublicUrl | null): ReplyHeaders {
	return {
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		"Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY",
		...(public_url?.is_https && { "Strict-Transport-Security": `${HSTS}; includeSubDomains` }),
	};
}

/** Adds HSTS where the page came by https; for all names below it too where `PUBLIC_URL` says that it is the address. */
export function strictTransport(public_url: PublicUrl | null): MiddlewareHandler<Env> {
	const value = public_url?.is_https ? `${HSTS}; includeSubDomains` : HSTS;
	return async (c, next) => {
		if (c.get("client").is_https) c.get("headers")["Strict-Transport-Security"] = value;
		await next();
	};
}
