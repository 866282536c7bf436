import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { StorageUnavailable } from "../../db/store.ts";
import type { Deps, Env } from "../context.ts";
import { problem } from "../reply/problem.ts";
import { networkOf } from "../request/network.ts";
import { eventOf, SECURITY_EVENTS, type SecurityEvent } from "../security-events.ts";
import { createRepeatedRefusals } from "./repeated-refusals.ts";

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const RETRY_AFTER_SECONDS = "5";
const READINESS = "/readyz";

/**
 * Gives each request an id and writes one line about it: the template of its path, never the path itself,
 * which holds the secret session id. A client that sends an id of its own gets it back. The log holds only a
 * hash of that, because a client may send its session id. Refusals of one client share a line a second. What
 * matters for security has its name as `event`.
 */
export function requestLog({ log, randomBytes }: Pick<Deps, "log" | "randomBytes">): MiddlewareHandler<Env> {
	const write = (line: { event?: SecurityEvent }) => {
		const level = line.event ? SECURITY_EVENTS[line.event] : "info";
		log[level](line, "request");
	};
	const refusals = createRepeatedRefusals(write);
	// Unique among all processes and restarts by its first part, within this one by its second.
	const process_id = Buffer.from(randomBytes(8)).toString("hex");
	let count = 0;
	return async (c, next) => {
		const began = performance.now();
		count += 1;
		const given = c.req.header("x-request-id");
		const request_id = `${process_id}-${count}`;
		const client_id = given !== undefined && REQUEST_ID.test(given) ? given : null;
		c.set("request_id", request_id);
		c.set("route", "unknown");
		c.get("headers")["X-Request-ID"] = client_id ?? request_id;
		await next();
		const { status } = c.res;
		const ms = Math.round((performance.now() - began) * 10) / 10;
		const client = client_id !== null && { client_request: hashOf(client_id) };
		const found = eventOf(c.get("event"), c.get("problem"));
		const event = found !== null && { event: found };
		const line = { request_id, ...client, method: c.req.method, route: c.get("route"), status, ms, ...event };
		if (status >= 500) log.error(line, "request");
		else if (status < 400) write(line);
		else {
			// The network tells clients apart, and is not logged.
			const { method, route } = line;
			const kind = `${status} ${method} ${route} ${found} ${networkOf(c)}`;
			const counted = refusals.count(kind, () => ({ method, route, status, ...event }));
			if (counted) write(counted.repeated > 0 ? { ...line, ...counted } : line);
		}
	};
}

/**
 * What the log says of a client's id.
 * @example printf %s "$ID" | sha256sum | cut -c -12
 */
function hashOf(client_id: string): string {
	return createHash("sha256").update(client_id).digest("hex").slice(0, 12);
}

/** The reply to everything that was thrown: a failing disk or database is 503, all else is a mistake of ours. */
export function handleError({ log }: Pick<Deps, "log">) {
	return (error: Error, c: Context<Env>): Response => {
		const line = { request_id: c.get("request_id"), route: c.get("route"), error: describeError(error) };
		if (error instanceof StorageUnavailable) {
			log.warn(line, "storage unavailable");
			// An operator or a load balancer asks there, never a student.
			const isAsking = c.get("route") === READINESS && error.reason !== null;
			const detail = isAsking
				? `The database cannot be used: ${error.reason}`
				: "Your answers cannot be stored just now. Nothing is lost: please try again in a moment.";
			return problem(c, { code: "storage_unavailable", detail }, { "Retry-After": RETRY_AFTER_SECONDS });
		}
		log.error(line, "unexpected error");
		const detail = `Something went wrong on our side. If it stays so, report the number ${c.get("request_id")}.`;
		return problem(c, { code: "internal_error", detail });
	};
}

/**
 * An error for the log. Messages of JSON.parse quote the text they choke on, which may be an answer: those
 * are left out.
 */
function describeError(error: Error): Record<string, unknown> {
	return {
		name: error.name,
		message: error instanceof SyntaxError ? "(left out)" : withoutSecrets(error.message),
		at: (error.stack ?? "")
			.split("\n")
			.filter((frame) => /^\s+at /.test(frame))
			.slice(0, 12),
		...(error.cause instanceof Error && { cause: describeError(error.cause) }),
	};
}

function withoutSecrets(text: string): string {
	return text
		.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "(id)")
		.replace(/[^\s@"'<>]+@[^\s@"'<>]+/g, "(address)");
}
