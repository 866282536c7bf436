import type { HandOffCode } from "@carhythm/core";
import type { Context } from "hono";
import { counted } from "../../counted.ts";
import type { RedeemOutcome } from "../../db/store.ts";
import type { Env, HttpConfig } from "../context.ts";
import type { Busy } from "./budgets.ts";
import { networkOf } from "./network.ts";
import { createRateLimiter } from "./rate-limiter.ts";

/**
 * Counts unknown session ids and wrong codes by client network. Requests that succeed are never counted: a
 * school of a thousand students shares one address.
 */
export type FailedAttemptLimiter = {
	/** Counts an unknown session. @returns seconds to wait when the network is over its limit, else null */
	count(c: Context<Env>): number | null;
	/**
	 * Looks at a code. One that belongs to a session has five tries of its own, so it is looked at whatever
	 * others of the same network have guessed: a stranger in the school's network cannot lock the school out.
	 * All others are counted for the network and for the browser, and over the limit are not even looked at.
	 */
	guess(c: Context<Env>, guess: Guess): Promise<RedeemOutcome | Busy>;
};

type Guess = {
	/** Null for a text that is no code. */
	code: HandOffCode | null;
	/** What the browser calls itself; null where it does not. */
	device_id: string | null;
	/** Whether the code's selector belongs to a session. */
	exists: (code: HandOffCode) => Promise<boolean>;
	look: (code: HandOffCode) => Promise<RedeemOutcome | Busy>;
	/** The reply to a code of no session. */
	wrong: RedeemOutcome;
};

/**
 * More than the five tries of a code, so that retries of a redeeming whose reply was lost get their reply. It
 * bounds the hashing that a single code can cause.
 */
const LOOKS_AT_A_CODE_PER_MINUTE = 20;

export function createFailedAttemptLimiter({ limits }: HttpConfig): FailedAttemptLimiter {
	const perMinute = (points: number) => createRateLimiter({ points, seconds: 60 });
	const share = (points: number) => Math.ceil(points / limits.server_processes);
	const lookups = perMinute(share(limits.network_unknown_sessions_per_minute));
	const ofNetwork = perMinute(share(limits.network_wrong_codes_per_minute));
	const ofBrowser = perMinute(limits.browser_wrong_codes_per_minute);
	const ofCode = perMinute(Math.max(LOOKS_AT_A_CODE_PER_MINUTE, limits.browser_wrong_codes_per_minute));

	const countWrong = (c: Context<Env>, device_id: string | null): number | null => {
		const key = networkOf(c);
		const browser = device_id === null ? null : ofBrowser.spend(`${key} ${device_id}`);
		return browser ?? ofNetwork.spend(key);
	};
	return {
		count: (c) => lookups.spend(networkOf(c)),
		async guess(c, { code, device_id, exists, look, wrong }) {
			if (code && (await exists(code))) {
				const wait = ofCode.spend(code.selector);
				if (wait !== null) return tooManyGuesses(wait);
				const outcome = await look(code);
				const isWrong = !outcome.ok && outcome.refusal.code === "hand_off_code_invalid";
				if (!isWrong) return outcome;
			}
			// Told in the same way whether or not the code belongs to a session.
			const wait = countWrong(c, device_id);
			return wait === null ? wrong : tooManyGuesses(wait);
		},
	};
}

function tooManyGuesses(wait: number): Busy {
	const detail = `Too many codes were wrong from this network. Try again in ${counted(wait, "second")}.`;
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: wait };
}
