import type { Context } from "hono";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { counted } from "../../counted.ts";
import type { RedeemOutcome } from "../../db/store.ts";
import type { Env, HttpConfig } from "../context.ts";
import type { ProblemDetails } from "../reply/problem.ts";

/**
 * Counts unknown session ids and wrong codes by client address. Requests that succeed are never counted: a
 * school of a thousand students shares one address.
 */
export type FailedAttemptLimiter = {
	/** Counts an unknown session. @returns seconds to wait when the address is over its limit, else null */
	count(c: Context<Env>): Promise<number | null>;
	/**
	 * Looks at a code, unless too many from this address were wrong: then it is not even looked at. Wrong
	 * codes have a limit of their own; a client that asks for unknown sessions must not keep right codes of
	 * the same school out.
	 */
	guess(c: Context<Env>, look: () => Promise<RedeemOutcome>): Promise<RedeemOutcome | TooManyGuesses>;
};

type TooManyGuesses = { ok: false; refusal: ProblemDetails; retry_after: number };

/** A code is short, an id is not. */
const LOOKUPS_PER_GUESS = 10;

export function createFailedAttemptLimiter(config: HttpConfig): FailedAttemptLimiter {
	const networkOf = (c: Context<Env>) => clientNetwork(c.get("client").address());
	const { failed_lookups_per_minute } = config;
	const lookups = new RateLimiterMemory({ points: failed_lookups_per_minute, duration: 60 });
	const guesses = new RateLimiterMemory({
		points: Math.max(1, Math.floor(failed_lookups_per_minute / LOOKUPS_PER_GUESS)),
		duration: 60,
	});
	return {
		count: (c) => consume(lookups, networkOf(c)),
		async guess(c, look) {
			const network = networkOf(c);
			let isWrong = false;
			try {
				// Before anybody knows whether it is right, or many at once would all be looked at before the
				// first one counts.
				const wait = await consume(guesses, network);
				if (wait !== null) return tooManyGuesses(wait);
				const outcome = await look();
				isWrong = !outcome.ok && outcome.refusal.code === "hand_off_code_invalid";
				return outcome;
			} finally {
				if (!isWrong) await guesses.reward(network);
			}
		},
	};
}

async function consume(limiter: RateLimiterMemory, network: string): Promise<number | null> {
	try {
		await limiter.consume(network);
		return null;
	} catch (rejection) {
		if (rejection instanceof RateLimiterRes) return secondsOf(rejection);
		throw rejection;
	}
}

function tooManyGuesses(wait: number): TooManyGuesses {
	const detail = `Too many codes were wrong from this network. Try again in ${counted(wait, "second")}.`;
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: wait };
}

function secondsOf({ msBeforeNext }: RateLimiterRes): number {
	return Math.max(1, Math.ceil(msBeforeNext / 1000));
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
