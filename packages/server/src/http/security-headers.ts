import type { Context, MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Env } from "./context.ts";

const setHeaders = secureHeaders({
	contentSecurityPolicy: {
		defaultSrc: ["'self'"],
		scriptSrc: ["'self'"],
		styleSrc: ["'self'"],
		imgSrc: ["'self'", "data:"],
		fontSrc: ["'self'"],
		connectSrc: ["'self'"],
		objectSrc: ["'none'"],
		baseUri: ["'none'"],
		formAction: ["'self'"],
		frameAncestors: ["'none'"],
	},
	permissionsPolicy: { camera: false, geolocation: false, microphone: false, payment: false, usb: false },
	referrerPolicy: "no-referrer",
	xFrameOptions: "DENY",
	// Only where the page came by https: a school's plain http server must not lock its pages out.
	strictTransportSecurity: false,
	crossOriginResourcePolicy: "same-origin",
	crossOriginOpenerPolicy: "same-origin",
	// For browsers that nobody has any more.
	xDownloadOptions: false,
	xPermittedCrossDomainPolicies: false,
	xXssProtection: false,
});

const HSTS = "max-age=31536000";

/** The security headers of every reply, HSTS where the page came by https. */
export function securityHeaders(trust_proxy: boolean): MiddlewareHandler<Env> {
	return async (c, next) => {
		if (isHttps(c, trust_proxy)) c.header("Strict-Transport-Security", HSTS);
		return setHeaders(c, next);
	};
}

/** Whether the browser came by https. Only a proxy of our own is believed about it. */
export function isHttps(c: Context<Env>, trust_proxy: boolean): boolean {
	const forwarded = trust_proxy ? c.req.header("x-forwarded-proto")?.split(",").at(-1)?.trim() : undefined;
	return forwarded === undefined ? c.req.url.startsWith("https:") : forwarded.toLowerCase() === "https";
}
