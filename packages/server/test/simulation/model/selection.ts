import { isExpired } from "./history.ts";
import type { ModelRun, Reply } from "./model-run.ts";
import type { ModelOperation, ReferenceSession } from "./reference-state.ts";
import type { SessionPhase, SessionSelector } from "./step-inputs.ts";
import type { IdInput } from "./write-inputs.ts";

/**
 * The session that a selector means, mostly one of the newest five, to which more happens.
 * @returns null when no session is in the wanted phase
 */
export function selectSession(run: ModelRun, { nth, phase }: SessionSelector): ReferenceSession | null {
	const there = run.reference.sessions.filter(
		(session) => !session.erased && (phase === null || phaseOf(run, session) === phase),
	);
	const young = there.slice(-5);
	return (nth % 4 === 0 ? there[nth % there.length] : young[nth % young.length]) ?? null;
}

/** The phase of a session before a request, which names the transition. */
export function phaseOf({ reference }: ModelRun, session: ReferenceSession): SessionPhase {
	if (session.status === "user_abandoned_not_completed") return "abandoned";
	return session.status === "active" && isExpired(session, reference.now) ? "expired" : session.status;
}

export function newId({ chance }: ModelRun): string {
	const hex = Buffer.from(chance.bytes(16)).toString("hex");
	return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

/** A new operation id, or that of an earlier operation (with the operation itself for an exact repeat). */
export function drawOperationId(
	run: ModelRun,
	id: IdInput,
	fits: (earlier: ModelOperation) => boolean,
	session: ReferenceSession,
) {
	if (!("nth" in id)) return { operation_id: id.how === "none" ? null : newId(run), earlier: null };
	const known = run.sent.filter((one) => one.session === session && fits(one.operation));
	const sent = known[id.nth % known.length];
	if (!sent) return { operation_id: newId(run), earlier: null };
	const { operation } = sent;
	return { operation_id: operation.operation_id, earlier: id.how === "again" ? operation : null };
}

export const idOf = (run: ModelRun, { slot }: ReferenceSession) => run.session_ids[slot] ?? "";

export const codeOf = (reply: Reply) => (reply.status < 400 ? "ok" : (reply.body as { code: string }).code);
