import { compare, compareGrown } from "./compare.ts";
import { codeOf, draw, idOf, sessionAt, standingOf } from "./drawing.ts";
import { expectedSummary } from "./expected.ts";
import { DAY, lastActivity, type Result } from "./history.ts";
import {
	lineOf,
	NOBODY,
	type Operation,
	operate,
	type RefSession,
	type Refused,
	restore,
} from "./reference.ts";
import type { SessionWish, Wish } from "./wishes.ts";
import type { IdWish } from "./wishes-writes.ts";
import { ask, count, expectSame, type World } from "./world.ts";

export async function takeLifecycle(world: World, wish: Wish & { kind: Lifecycle }): Promise<void> {
	const session = sessionAt(world, wish.session);
	if (!session) return;
	const operation_id = await change(world, session, wish);
	if (wish.kind !== "restore" || !wish.comes_again || session.status !== "active") return;
	await change(world, session, { kind: "abandon", id: { how: "new" } });
	if (operation_id) await change(world, session, { kind: "restore", operation_id });
}

type Lifecycle = "abandon" | "complete" | "restore";

/** @returns the id of the operation; null when it was sent without one */
export async function change(
	world: World,
	session: RefSession,
	wish: { kind: Lifecycle } & ({ id: IdWish } | { operation_id: string }),
): Promise<string | null> {
	const { reference, tally } = world;
	tally.operations += 1;
	const { kind } = wish;
	const { operation_id, isRepeat } = "id" in wish ? idFor(world, session, wish) : { ...wish, isRepeat: true };
	const operation: Operation = { operation_id, client_time: null, deed: { kind }, unfit: null };
	if (operation_id && !isRepeat && "id" in wish && wish.id.how === "new")
		world.sent.push({ session, operation });
	const from = standingOf(world, session);
	const wasNoted = operation_id !== null && lineOf(session, operation_id)?.noted === true;
	const lengths = reference.sessions.map(({ lines }) => lines.length);
	const late = session.lines.filter(({ outcome }) => outcome === "late");
	const outcome: RefSession | Result | Refused =
		kind === "restore"
			? restore(reference, session, operation_id)
			: operate(reference, session, operation, NOBODY);
	const reply = await ask(world, "POST", `/api/v2/session/${idOf(world, session)}/${kind}`, {
		...(operation_id && { operation_id }),
	});
	// An id that a batch spent already on what came late stands for no success.
	const isLate = "status" in outcome && outcome.status === "late";
	const expected = "refused" in outcome ? outcome.refused : isLate ? "operation_mismatch" : "ok";
	expectSame(`the reply to ${kind}`, codeOf(reply), expected);
	const again = wasNoted ? ", as when it was active" : isRepeat ? " again" : "";
	count(tally, `${kind} on ${from} → ${expected}${expected === "ok" ? again : ""}`);
	for (const { outcome, unseen } of late) {
		if (outcome !== "late" && unseen) count(tally, "restore applies an answer, another not seen");
	}
	if (kind !== "abandon" && expected === "ok") {
		const { session: summary } = reply.body as { session: unknown };
		const wanted = expectedSummary(session, idOf(world, session), reference.now, world.questions);
		expectSame(`the summary after ${kind}`, summary, wanted);
	}
	await compareGrown(world, lengths, [session]);
	if (kind === "restore") await compare(world, session, "whole");
	return operation_id;
}

function idFor(world: World, session: RefSession, { kind, id }: { kind: Lifecycle; id: IdWish }) {
	const { operation_id, earlier } = draw(
		world,
		id,
		({ deed }) => (id.how === "again") === (deed.kind === kind),
		session,
	);
	return { operation_id, isRepeat: earlier !== null };
}

export async function takeStudentInfo(world: World, wish: SessionWish): Promise<void> {
	const session = sessionAt(world, wish);
	if (!session) return;
	world.tally.operations += 1;
	const from = standingOf(world, session);
	const operation: Operation = {
		operation_id: null,
		client_time: null,
		deed: { kind: "complete" },
		unfit: null,
	};
	const outcome =
		session.status === "completed" ? null : operate(world.reference, session, operation, NOBODY);
	const reply = await ask(world, "POST", "/api/v2/student/info", {
		session_id: idOf(world, session),
		email: "amal@school.example",
		full_name: "Amal",
		age_group: "16-18",
		country: "Oman",
		origin_country: "Oman",
	});
	const expected = outcome && "refused" in outcome ? outcome.refused : "ok";
	expectSame("the reply to student/info", codeOf(reply), expected);
	count(world.tally, `student info on ${from} → ${expected}`);
	await compare(world, session, "tail");
}

/** Goes to the last millisecond in which something can be done, or one further. */
export async function takeBoundary(world: World, wish: Wish & { kind: "boundary" }): Promise<void> {
	const { reference, tally } = world;
	const ahead = reference.sessions.filter((session) => {
		const end = endOf(session, wish.of);
		return !session.erased && end !== null && end + wish.plus > reference.now;
	});
	const session = ahead[wish.nth % ahead.length];
	const end = session && endOf(session, wish.of);
	if (!session || !end) return;
	reference.now = end + wish.plus;
	count(tally, `${wish.of}: ${wish.plus === 0 ? "the last moment" : "a millisecond later"}`);
	await compare(world, session, "whole");
	if (wish.of === "restoring") await change(world, session, { kind: "restore", id: { how: "new" } });
}

export function endOf(session: RefSession, of: "expiry" | "restoring"): number | null {
	if (of === "restoring") return session.abandoned === null ? null : session.abandoned + 7 * DAY;
	return session.status === "active" ? lastActivity(session) + 30 * DAY : null;
}
