import { isExpired } from "./history.ts";
import type { Operation, RefSession } from "./reference.ts";
import type { SessionWish, Standing } from "./wishes.ts";
import type { IdWish } from "./wishes-writes.ts";
import type { Reply, World } from "./world.ts";

/** The session that is meant; mostly a young one, where more is going on. Null when none stands like that. */
export function sessionAt(world: World, { nth, on }: SessionWish): RefSession | null {
	const there = world.reference.sessions.filter(
		(session) => !session.erased && (on === null || standingOf(world, session) === on),
	);
	const young = there.slice(-5);
	return (nth % 4 === 0 ? there[nth % there.length] : young[nth % young.length]) ?? null;
}

/** How a session stands before something is asked of it: where transitions begin. */
export function standingOf({ reference }: World, session: RefSession): Standing {
	if (session.status === "user_abandoned_not_completed") return "abandoned";
	return session.status === "active" && isExpired(session, reference.now) ? "expired" : session.status;
}

export function newId({ chance }: World): string {
	const hex = Buffer.from(chance.bytes(16)).toString("hex");
	return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}

/** Draws an id, or an earlier operation with it. */
export function draw(world: World, id: IdWish, fits: (earlier: Operation) => boolean, session: RefSession) {
	if (!("nth" in id)) return { operation_id: id.how === "none" ? null : newId(world), earlier: null };
	const known = world.sent.filter((one) => one.session === session && fits(one.operation));
	const sent = known[id.nth % known.length];
	if (!sent) return { operation_id: newId(world), earlier: null };
	const { operation } = sent;
	return { operation_id: operation.operation_id, earlier: id.how === "again" ? operation : null };
}

export const idOf = (world: World, { slot }: RefSession) => world.session_ids[slot] ?? "";

export const codeOf = (reply: Reply) => (reply.status < 400 ? "ok" : (reply.body as { code: string }).code);
