import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Env, HttpConfig } from "./context.ts";

/**
 * Counts unknown session ids by client address. Requests that succeed are never counted: a school of a thousand students
 * shares one address.
 */
export type FailedLookups = {
	/** Counts one. @returns seconds to wait when the address is over its limit, else null */
	count(c: Context<Env>): Promise<number | null>;
	/** Counts a wrong code. It weighs more: a code is short, an id is not. */
	countGuess(c: Context<Env>): Promise<number | null>;
	/** Whether the address is over its limit already: a guess is then not even looked at. @returns seconds to wait, else null */
	waitOf(c: Context<Env>): Promise<number | null>;
};

const WEIGHT_OF_GUESS = 10;

export function createFailedLookups(config: HttpConfig): FailedLookups {
	const limiter = new RateLimiterMemory({ points: config.failed_lookups_per_minute, duration: 60 });
	const networkOf = (c: Context<Env>) => clientNetwork(clientAddress(c, config.trust_proxy ?? false));
	const consume = async (c: Context<Env>, points: number) => {
		try {
			await limiter.consume(networkOf(c), points);
			return null;
		} catch (rejection) {
			if (rejection instanceof RateLimiterRes) return secondsOf(rejection);
			throw rejection;
		}
	};
	return {
		count: (c) => consume(c, 1),
		countGuess: (c) => consume(c, WEIGHT_OF_GUESS),
		async waitOf(c) {
			const counted = await limiter.get(networkOf(c));
			return counted && counted.consumedPoints > config.failed_lookups_per_minute ? secondsOf(counted) : null;
		},
	};
}

function secondsOf({ msBeforeNext }: RateLimiterRes): number {
	return Math.max(1, Math.ceil(msBeforeNext / 1000));
}

/** The address of the client. Behind a proxy of our own it is the last one named: those before it are the client's claims. */
function clientAddress(c: Context<Env>, trust_proxy: boolean): string {
	const forwarded = trust_proxy ? c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
	if (forwarded) return forwarded;
	return (c.env?.incoming && getConnInfo(c).remote.address) || "unknown";
}

/** An IPv6 client owns at least 64 bits of addresses, so these count as one. */
function clientNetwork(address: string): string {
	const mapped = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
	if (!mapped.includes(":")) return mapped;
	const [head = "", tail] = mapped.split("::", 2);
	const groups = head === "" ? [] : head.split(":");
	const missing = tail === undefined ? 0 : 8 - groups.length - (tail === "" ? 0 : tail.split(":").length);
	return [...groups, ...Array<string>(Math.max(0, missing)).fill("0"), ...(tail?.split(":") ?? [])]
		.slice(0, 4)
		.join(":");
}
