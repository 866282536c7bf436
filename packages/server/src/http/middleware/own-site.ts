import type { Context, MiddlewareHandler } from "hono";
import type { Deps, Env, PublicUrl } from "../context.ts";
import { problem } from "../reply/problem.ts";

/** Asked by load balancers and by our own command line, by the address of the machine. */
const PROBES = new Set(["/healthz", "/readyz"]);

/**
 * Serves requests to the host of `PUBLIC_URL` alone. A page that lets its own name point to this server (DNS
 * rebinding) would else read replies as its own. Without `PUBLIC_URL` any host is served: a server in a local
 * network is known by several.
 */
export function refuseOtherHosts(public_url: PublicUrl | null): MiddlewareHandler<Env> {
	return async (c, next) => {
		if (public_url === null || c.get("client").host === public_url.host || PROBES.has(c.req.path))
			return next();
		return problem(c, {
			code: "host_not_served",
			detail: `This server is at ${public_url.origin}. Please use that address.`,
		});
	};
}

/**
 * Whether a page of this very site caused the request. Browsers name the page's origin with every POST; what
 * names none is a script, or a reader's own step (`Sec-Fetch-Site: none`).
 */
export function isFromOwnPage(c: Context<Env>, { config }: Pick<Deps, "config">): boolean {
	const origin = c.req.header("origin");
	const site = c.req.header("sec-fetch-site");
	if (site !== undefined && site !== "same-origin" && site !== "none") return false;
	return origin === undefined ? site !== undefined : isOwnOrigin(c, config.public_url ?? null, origin);
}

/**
 * Whether a page of another site caused the request: for reading, where a browser need not name the origin of
 * its own page.
 */
export function isFromOtherPage(c: Context<Env>, { config }: Pick<Deps, "config">): boolean {
	const origin = c.req.header("origin");
	const site = c.req.header("sec-fetch-site");
	if (site !== undefined && site !== "same-origin" && site !== "none") return true;
	return origin !== undefined && !isOwnOrigin(c, config.public_url ?? null, origin);
}

/** Without `PUBLIC_URL` the scheme is not compared: a proxy that ends TLS may not say so. */
function isOwnOrigin(c: Context<Env>, public_url: PublicUrl | null, origin: string): boolean {
	if (public_url !== null) return origin === public_url.origin;
	const { host } = c.get("client");
	return host !== null && (origin === `http://${host}` || origin === `https://${host}`);
}
