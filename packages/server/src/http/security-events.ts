import type { ProblemCode } from "@carhythm/core";

/**
 * What the log names as `event`, so that it can be searched and counted: docs/logs.md has them all. Those of
 * level `warn` are for an operator to look at.
 */
export const SECURITY_EVENTS = {
	limit_exceeded: "warn",
	foreign_host: "warn",
	code_voided: "warn",
	forged_forwarded_headers: "warn",
	malformed_request: "warn",
	code_redeemed: "info",
	code_wrong: "info",
	session_unknown: "info",
} as const;

export type SecurityEvent = keyof typeof SECURITY_EVENTS;

const BY_PROBLEM: Readonly<Partial<Record<ProblemCode, SecurityEvent>>> = {
	too_many_requests: "limit_exceeded",
	host_not_served: "foreign_host",
	hand_off_code_invalid: "code_wrong",
	session_not_found: "session_unknown",
};

/** The event that a request was: the one that its handler named, else that of its refusal. */
export function eventOf(
	named: SecurityEvent | undefined,
	problem: ProblemCode | undefined,
): SecurityEvent | null {
	return named ?? (problem && BY_PROBLEM[problem]) ?? null;
}
