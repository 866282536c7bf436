import type { Context, MiddlewareHandler } from "hono";
import type { Deps, Env, PublicUrl } from "../context.ts";
import { problem } from "../reply/problem.ts";

/** Asked by load balancers and by our own command line, by the address of the machine. */
const PROBES = new Set(["/healthz", "/readyz"]);

/**
 * Serves requests to the host of `PUBLIC_URL` alone. A page that lets its own name point to this server (DNS
 * rebinding) would else read replies as its own. Not for a server without `PUBLIC_URL`: in a local network it is
 * known by several names.
 */
export function refuseOtherHosts(public_url: PublicUrl): MiddlewareHandler<Env> {
	return async (c, next) => {
		if (c.get("client").host === public_url.host || PROBES.has(c.req.path)) return next();
		return problem(c, {
			code: "host_not_served",
			detail: `This server is at ${public_url.origin}. Please use that address.`,
		});
	};
}

/**
 * Which page caused the request: one of this very site, another one, or none that is named. Browsers name the
 * origin of the page with every POST, and newer ones the relation of the sites (`none`: typed by the reader).
 * Scripts name neither.
 */
export function pageOf(c: Context<Env>, { config }: Pick<Deps, "config">): "own" | "other" | "unnamed" {
	const origin = c.req.header("origin");
	const site = c.req.header("sec-fetch-site");
	if (site !== undefined && site !== "same-origin" && site !== "none") return "other";
	if (origin !== undefined) return isOwnOrigin(c, config.public_url ?? null, origin) ? "own" : "other";
	return site === undefined ? "unnamed" : "own";
}

/** Without `PUBLIC_URL` the scheme is not compared: a proxy that ends TLS may not say so. */
function isOwnOrigin(c: Context<Env>, public_url: PublicUrl | null, origin: string): boolean {
	if (public_url !== null) return origin === public_url.origin;
	const { host } = c.get("client");
	return host !== null && (origin === `http://${host}` || origin === `https://${host}`);
}
