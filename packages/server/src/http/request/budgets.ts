import type { SessionId } from "@carhythm/core";
import type { Context } from "hono";
import { counted } from "../../counted.ts";
import type { Limits } from "../../limits.ts";
import type { Deps, Env, HttpConfig } from "../context.ts";
import type { ProblemDetails } from "../reply/problem.ts";
import { FREE_BYTES } from "./body-budget.ts";
import { networkOf } from "./network.ts";
import { createRateLimiter, type RateLimiter } from "./rate-limiter.ts";
import { createTurns, NO_TURN } from "./turns.ts";

/** A refusal that says when to come again. */
export type Busy = { ok: false; refusal: ProblemDetails; retry_after: number };

/** Null where the budget allows it. */
type Verdict = Busy | null;

/** The budgets of limits.ts that are counted for each request. Each call spends. */
export type Budgets = {
	request(c: Context<Env>): Verdict;
	/** The body of a request, by its declared length; one of unknown length counts as the longest. */
	body(c: Context<Env>): Verdict;
	/** @returns whether a refused body may still be received to its end */
	unread(c: Context<Env>): boolean;
	start(c: Context<Env>): Verdict;
	/** Runs work that stores so many operations when it is its network's turn. */
	inTurn<T>(c: Context<Env>, operations: number, work: () => Promise<T>): Promise<T | Busy>;
	/** One request that writes to a session, known or not. */
	write(c: Context<Env>, session_id: SessionId): Verdict;
	/** What a `sync` brings, before it is stored. */
	operations(c: Context<Env>, session_id: SessionId, brought: { operations: number; bytes: number }): Verdict;
	/** Bytes that turned out to stay. */
	stored(c: Context<Env>, bytes: number): void;
	read(session_id: SessionId): Verdict;
	code(session_id: SessionId): Verdict;
	hold(session_id: SessionId): Verdict;
	feedback(session_id: SessionId): Verdict;
};

/** What endpoints with a budget of their own work with. */
export type LimitedDeps = Deps & { budgets: Budgets };

/** A row of the history with its entries in the indexes, without its value. */
const BYTES_OF_AN_EVENT = 768;
const KIB = 1024;
const MIB = 1024 * KIB;
const LONGEST_BODY = MIB;
const MINUTE = 60;
const HOUR = 3600;

export function createBudgets({ limits }: HttpConfig): Budgets {
	const by = limitersOf(limits);
	const turns = createTurns({
		most: limits.network_operations_at_once,
		most_waiting: limits.network_operations_waiting,
	});
	return {
		request: (c) => busy(by.requests.spend(networkOf(c)), "network"),
		body(c) {
			const declared = c.req.header("content-length");
			const size = declared === undefined ? LONGEST_BODY : Math.min(Number(declared), LONGEST_BODY);
			const isFree = size <= FREE_BYTES || (declared === undefined && !c.req.header("transfer-encoding"));
			return isFree ? null : busy(by.bodies.spend(networkOf(c), Math.ceil(size / KIB)), "network");
		},
		unread: (c) => by.unread.spend(networkOf(c)) === null,
		async inTurn(c, operations, work) {
			const outcome = await turns(networkOf(c), operations, work);
			return outcome === NO_TURN ? tooMany(1, "network") : outcome;
		},
		start(c) {
			const own = by.starts.spend(networkOf(c));
			return busy(own, "network") ?? busy(by.allStarts.spend(""), "server");
		},
		write(c, session_id) {
			const wait = by.writes.spend(networkOf(c));
			return busy(wait, "network") ?? busy(by.sessionWrites.spend(session_id), "session");
		},
		operations(c, session_id, { operations, bytes }) {
			const wait = by.operations.spend(session_id, operations);
			if (wait !== null) return busy(wait, "session");
			const ofNetwork = by.networkOperations.spend(networkOf(c), operations);
			if (ofNetwork !== null) return busy(ofNetwork, "network");
			return busy(by.stored.spend(networkOf(c), operations * BYTES_OF_AN_EVENT + bytes), "network");
		},
		stored: (c, bytes) => by.stored.charge(networkOf(c), bytes),
		read: (session_id) => busy(by.reads.spend(session_id), "session"),
		code(session_id) {
			const wait = by.codes.spend(session_id);
			return busy(wait, "session") ?? busy(by.codesOfHour.spend(session_id), "session");
		},
		hold: (session_id) => busy(by.holds.spend(session_id), "session"),
		feedback: (session_id) => busy(by.feedback.spend(session_id), "session"),
	};
}

function limitersOf(limits: Limits) {
	const share = (points: number) => Math.ceil(points / limits.server_processes);
	const a = (points: number, seconds: number, burst?: { points: number; seconds: number }): RateLimiter =>
		createRateLimiter({ points, seconds }, burst);
	const requests = share(limits.network_requests_per_second);
	const writes = share(limits.network_writes_per_second);
	const operations = share(limits.network_operations_per_second);
	const bodies = share(limits.network_body_kib_per_second);
	const stored = share(limits.network_stored_mib_per_hour) * MIB;
	return {
		requests: a(requests, 1, { points: 20 * requests, seconds: MINUTE }),
		bodies: a(bodies, 1, { points: 4 * bodies, seconds: MINUTE }),
		unread: a(share(limits.network_unread_bodies_per_minute), MINUTE),
		starts: a(share(limits.network_starts_per_minute), MINUTE, {
			points: share(limits.network_starts_burst),
			seconds: HOUR,
		}),
		allStarts: a(share(limits.starts_per_second), 1),
		writes: a(writes, 1, { points: 10 * writes, seconds: MINUTE }),
		sessionWrites: a(limits.session_writes_per_second, 1, {
			points: 30 * limits.session_writes_per_second,
			seconds: MINUTE,
		}),
		operations: a(limits.session_operations_per_minute, MINUTE),
		networkOperations: a(operations, 1, { points: 30 * operations, seconds: MINUTE }),
		stored: a(stored / MINUTE, MINUTE, { points: stored / 6, seconds: HOUR }),
		reads: a(limits.session_reads_per_minute, MINUTE),
		codes: a(limits.session_codes_per_minute, MINUTE),
		codesOfHour: a(limits.session_codes_per_hour, HOUR),
		holds: a(limits.session_holds_per_minute, MINUTE),
		feedback: a(limits.session_feedback_per_hour, HOUR),
	};
}

const WHOSE = {
	network: "from this network",
	session: "for this assessment",
	server: "at this server",
} as const;

/** The refusal of a budget that is used up; null where there is nothing to wait for. */
function busy(wait: number | null, whose: keyof typeof WHOSE): Busy | null {
	return wait === null ? null : tooMany(wait, whose);
}

function tooMany(wait: number, whose: keyof typeof WHOSE): Busy {
	const detail = `Too many requests came ${WHOSE[whose]}. Nothing is lost: try again in ${counted(wait, "second")}.`;
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: wait };
}

/** The refusal of a network that asks for unknown sessions; null where there is nothing to wait for. */
export function tooManyUnknown(wait: number | null): Busy | null {
	if (wait === null) return null;
	const detail = `Too many unknown sessions were asked for from this network. Try again in ${counted(wait, "second")}.`;
	return { ok: false, refusal: { code: "too_many_requests", detail }, retry_after: wait };
}

/** The refusal of work that this server cannot take on just now. */
export function overloaded(detail: string, retry_after: number): Busy {
	return { ok: false, refusal: { code: "storage_unavailable", detail }, retry_after };
}
