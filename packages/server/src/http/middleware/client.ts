import { BlockList, isIP } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, MiddlewareHandler } from "hono";
import type { Deps, Env, TrustProxy } from "../context.ts";
import type { SecurityEvent } from "../security-events.ts";

const FORGED: SecurityEvent = "forged_forwarded_headers";
const FORWARDED = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"];

/**
 * Finds out who asks. `X-Forwarded-*` headers count where they come from an address that `TRUST_PROXY` names;
 * from any other they are ignored, with one warning a process, because they may void every limit by address.
 */
export function identifyClient({
	config,
	log,
}: Pick<Deps, "log"> & {
	config: Pick<Deps["config"], "public_url" | "trust_proxy">;
}): MiddlewareHandler<Env> {
	const { public_url = null, trust_proxy = false } = config;
	const isTrusted = matchAddress(trust_proxy);
	let hasWarned = false;
	return async (c, next) => {
		const remote = remoteAddress(c);
		const isProxied = FORWARDED.some((name) => c.req.header(name) !== undefined);
		const isBelieved = isProxied && isTrusted(remote);
		if (isProxied && !isBelieved) c.set("event", FORGED);
		if (isProxied && !isBelieved && !hasWarned) {
			hasWarned = true;
			log.warn(
				{ event: FORGED },
				"X-Forwarded-* headers came from an address that TRUST_PROXY does not name, and are ignored. Behind a proxy of yours, set TRUST_PROXY to its address.",
			);
		}
		const forwarded = (name: string) => (isBelieved ? lastOf(c.req.header(name)) : undefined);
		const scheme = forwarded("x-forwarded-proto")?.toLowerCase();
		const own = originOf(c.req.url);
		c.set("client", {
			is_https: public_url?.is_https || (scheme === undefined ? own.is_https : scheme === "https"),
			host: forwarded("x-forwarded-host")?.toLowerCase() ?? own.host,
			address: () => forwarded("x-forwarded-for") ?? remote ?? "unknown",
		});
		await next();
	};
}

const DEFAULT_PORT = { http: ":80", https: ":443" } as const;

/** Scheme and host of an absolute URL. Every request asks, and `new URL` alone takes two percent of a short one. */
function originOf(url: string): { is_https: boolean; host: string | null } {
	const scheme = url.startsWith("https:") ? "https" : "http";
	const host = /^https?:\/\/([^/?#]+)/.exec(url)?.[1]?.toLowerCase();
	const port = DEFAULT_PORT[scheme];
	return {
		is_https: scheme === "https",
		host: (host?.endsWith(port) ? host.slice(0, -port.length) : host) ?? null,
	};
}

function remoteAddress(c: Context<Env>): string | undefined {
	return c.env?.incoming && getConnInfo(c).remote.address;
}

function lastOf(header: string | undefined): string | undefined {
	return header?.split(",").at(-1)?.trim() || undefined;
}

/** Whether an address is one of a list of addresses and networks such as `10.0.0.0/8`. */
export function matchAddress(trusted: TrustProxy): (address: string | undefined) => boolean {
	if (typeof trusted === "boolean") return () => trusted;
	const list = new BlockList();
	for (const entry of trusted) {
		const [address = "", bits] = entry.split("/");
		const family = isIP(address) === 6 ? "ipv6" : "ipv4";
		if (bits === undefined) list.addAddress(address, family);
		else list.addSubnet(address, Number(bits), family);
	}
	return (address) => {
		if (address === undefined) return false;
		const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
		return list.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
	};
}
