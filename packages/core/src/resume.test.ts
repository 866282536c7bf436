import { describe, expect, test } from "vitest";
import {
	apply,
	beginSession,
	chooseResume,
	type OperationId,
	type RemoteSession,
	resumeIndex,
	type SessionEvent,
	type SessionId,
	type SessionSnapshot,
	type SessionState,
	sessionBadges,
} from "./index.ts";
import { anIndex } from "./testing/an-assessment.ts";

const index = anIndex();
const session_id = "11111111-1111-4111-8111-111111111111" as SessionId;
const started_at = "2026-01-01T00:00:00.000Z";
const fresh = beginSession({ session_id, language: "ar", started_at });

function answered(n: number, question_id: number): SessionEvent {
	const at = `2026-01-01T00:0${n}:00.000Z`;
	return {
		operation_id: `00000000-0000-4000-8000-00000000000${n}` as OperationId,
		at,
		received_at: at,
		revision: n,
		body: { kind: "answer", question_id, answer: { type: "slider", value: question_id === 101 ? 3 : 0.5 } },
	};
}
const begun = apply(index, fresh, answered(1, 101));

function found(session: SessionState, more: Partial<SessionSnapshot> = {}): RemoteSession {
	const snapshot: SessionSnapshot = {
		session,
		display_id: "00000-00000",
		assessment: { version_id: 1, key: "small", version: 1 },
		resumable: session.status === "active",
		expired: false,
		expires_at: "2026-01-31T00:00:00.000Z",
		restorable_until: null,
		progress: { questions_answered: 1, total_questions: 5, percentage: 20, total_xp: 10 },
		badges: sessionBadges(session),
		server_time: "2026-01-02T00:00:00.000Z",
		...more,
	};
	return { kind: "found", snapshot };
}

describe("what a returning student sees", () => {
	const local = { state: begun, pending: [], expired_at: null };
	const untouched = { ...local, state: fresh };
	const ended = (status: SessionState["status"]) => ({ ...begun, status });
	const aside = "user_abandoned_not_completed" as const;

	test.each([
		["nobody here, nobody there", null, { kind: "not_found" }, "nothing"],
		["nobody here, no network", null, { kind: "unreachable" }, "nothing"],
		["storage gone, the server remembers", null, found(begun), "continue"],
		["begun here and known there", local, found(begun), "continue"],
		["begun here, no network", local, { kind: "unreachable" }, "continue"],
		["begun here, unknown there", local, { kind: "not_found" }, "unknown_to_server"],
		["nothing answered yet", untouched, found(fresh), "untouched"],
		["nothing answered yet, no network", untouched, { kind: "unreachable" }, "untouched"],
		["nothing answered yet, unknown there", untouched, { kind: "not_found" }, "nothing"],
		["expired", local, found(begun, { expired: true, resumable: false }), "expired"],
		["set aside elsewhere", local, found(ended(aside)), "abandoned"],
		["finished elsewhere", local, found(ended("completed")), "completed"],
		[
			"finished here, no network",
			{ ...local, state: ended("completed") },
			{ kind: "unreachable" },
			"completed",
		],
		["set aside, no network", { ...local, state: ended(aside) }, { kind: "unreachable" }, "abandoned"],
		[
			"expired, as the server said, no network",
			{ ...local, expired_at: "2026-01-31T00:00:00.000Z" },
			{ kind: "unreachable" },
			"expired",
		],
		[
			"brought back elsewhere, set aside as far as is known here",
			{ ...local, state: ended(aside) },
			found(begun),
			"continue",
		],
	] as const)("%s", (_, here, there, expected) => {
		expect(chooseResume(index, here, there as RemoteSession).kind).toBe(expected);
	});

	test("a device that was left shows nothing of the session, whatever it holds", () => {
		const held = { ...local, pending: [answered(2, 102)] };
		expect(chooseResume(index, held, { kind: "moved" })).toEqual({ kind: "moved" });
	});

	test("what the server has not seen yet lies on top of what it has", () => {
		const choice = chooseResume(index, { ...local, pending: [answered(2, 102)] }, found(begun));
		expect(choice).toMatchObject({ kind: "continue", pending: 1, state: { answered: 2 } });
	});

	test("pending answers of another session stay out of this one", () => {
		const other = { ...begun, session_id: "22222222-2222-4222-8222-222222222222" as SessionId };
		const choice = chooseResume(index, { ...local, state: other, pending: [answered(2, 102)] }, found(begun));
		expect(choice).toMatchObject({ kind: "continue", pending: 0, state: { session_id, answered: 1 } });
	});

	test("only the server's clock can say that a session has expired", () => {
		const choice = chooseResume(index, local, { kind: "unreachable" });
		expect(choice).toMatchObject({ kind: "continue", expires_at: null });
	});
});

describe("the question to come back to", () => {
	test("is the very one where the student was", () => {
		const moved = apply(index, begun, {
			...answered(2, 101),
			body: { kind: "move", question_id: 104 },
		});
		expect(resumeIndex(index, moved)).toBe(3);
	});

	test("is the first open one when the place is unknown, as in adopted sessions", () => {
		expect(resumeIndex(index, { ...begun, place: null })).toBe(1);
	});
});
