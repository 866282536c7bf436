import { compare, withoutNames } from "./compare.ts";
import { codeOf, idOf, newId, sessionAt, standingOf } from "./drawing.ts";
import { expectedSnapshot, instant } from "./expected.ts";
import { handOff, learnCode, redeem, standingOfCode } from "./hand-off-rules.ts";
import type { Deed } from "./history.ts";
import { change, endOf } from "./lifecycle.ts";
import type { Code, Operation, RefSession } from "./reference.ts";
import type { RedeemWish, Wish } from "./wishes.ts";
import type { IdWish } from "./wishes-writes.ts";
import { ask, count, expectSame, type World } from "./world.ts";
import { deviceOf } from "./writes.ts";

/** Codes of a session, brought to another device. */
export async function takeHandOff(world: World, wish: Wish & { kind: "hand_off" }): Promise<void> {
	const session = sessionAt(world, wish.session);
	if (!session) return;
	for (const [index, id] of wish.ids.entries()) {
		const isLast = index === wish.ids.length - 1;
		await handOver(world, session, { ...wish, id, ends: isLast ? wish.ends : null });
	}
}

async function handOver(
	world: World,
	session: RefSession,
	{ id, ends, redeem }: Pick<Wish & { kind: "hand_off" }, "ends" | "redeem"> & { id: IdWish },
): Promise<void> {
	const { reference } = world;
	const end = endOf(session, "expiry");
	const expires = ends === "expire" && end !== null && end > reference.now;
	if (expires) reference.now = end;
	await makeCode(world, session, id);
	if (expires) reference.now = end + 1;
	if (ends === "abandon" || ends === "complete") {
		await change(world, session, { kind: ends, id: { how: "new" } });
	}
	for (const one of redeem) await bringCode(world, session, one);
}

/** Codes that were made some steps ago. */
export async function takeRedeem(world: World, wish: Wish & { kind: "redeem" }): Promise<void> {
	const handed = world.reference.sessions.filter(({ erased, codes }) => !erased && codes.length > 0);
	const session = handed[wish.nth % handed.length];
	if (session) for (const one of wish.redeem) await bringCode(world, session, one);
}

/** Asks for a code of a session. */
async function makeCode(world: World, session: RefSession, id: IdWish): Promise<void> {
	const { reference, tally } = world;
	tally.operations += 1;
	const earlier = id.how === "again" ? session.codes[id.nth % session.codes.length] : undefined;
	const operation_id = earlier ? earlier.operation_id : id.how === "none" ? null : newId(world);
	const from = standingOf(world, session);
	const isRepeat = operation_id !== null && earlier !== undefined;
	const outcome = handOff(reference, session, operation_id);
	const path = `/api/v2/session/${idOf(world, session)}/handoff`;
	const reply = await ask(world, "POST", path, { ...(operation_id && { operation_id }) });
	expectSame("the reply to a hand-off", codeOf(reply), "refused" in outcome ? outcome.refused : "ok");
	if ("refused" in outcome) {
		count(tally, `hand-off of ${from} → ${outcome.refused}`);
	} else {
		count(tally, `hand-off of ${from} → ${isRepeat ? "the same code" : "a code"}`);
		const { code } = reply.body as { code: string };
		if (!isRepeat) learnCode(reference, outcome, code);
		const expected = { code: outcome.text, expires_at: instant(outcome.expires) };
		expectSame("a code", reply.body, expected);
	}
	await compare(world, session, "tail");
}

/** Brings a code of a session to another device, or something that looks like one. */
async function bringCode(world: World, session: RefSession, wish: RedeemWish): Promise<void> {
	const code = session.codes.at(wish.older ? -2 : -1);
	if (!code) return;
	moveClock(world, code, wish);
	const times = wish.how === "wrong" ? wish.times : Math.min(wish.times, 2);
	for (let time = 0; time < times; time += 1) {
		const repeats = time > 0 && wish.how === "right";
		await bringOnce(world, session, code, repeats ? { ...wish, id: { how: "again", nth: 0 } } : wish);
	}
	await compare(world, session, "tail");
}

function moveClock({ reference }: World, { expires }: Code, { when }: RedeemWish): void {
	if (when === "now") return;
	reference.now = Math.max(reference.now, when === "too late" ? expires : expires - 1);
}

async function bringOnce(world: World, session: RefSession, code: Code, wish: RedeemWish): Promise<void> {
	const { reference, tally } = world;
	tally.operations += 1;
	const typed = typedOf(code, wish);
	const { operation, isRepeat } = holdOf(world, session, code, wish);
	const from = wish.how === "unknown" ? "an unknown code" : `a ${wish.how} code`;
	const standing = standingOfCode(session, code, reference.now);
	const of = standing === "good" ? `, good, of ${standingOf(world, session)}` : `, ${standing}`;
	const outcome = redeem(reference, typed, operation);
	const { device_id, label } = operation.deed as Deed & { kind: "hold" };
	const reply = await ask(world, "POST", "/api/v2/session/handoff/redeem", {
		// As people type it.
		code: wish.named ? typed : typed.toLowerCase().replaceAll("-", " "),
		device_id,
		...(wish.named && { label }),
		...(operation.operation_id && { operation_id: operation.operation_id }),
	});
	const expected = "refused" in outcome ? outcome.refused : "ok";
	expectSame("the reply to a code", codeOf(reply), expected);
	count(tally, `redeem ${from}${wish.how === "unknown" ? "" : of}${isRepeat ? ", again" : ""} → ${expected}`);
	if ("refused" in outcome) return;
	const { now } = reference;
	const snapshot = expectedSnapshot(outcome, idOf(world, outcome), now, world.questions);
	// Ids that the server minted are read with the history, after this.
	if (operation.operation_id) expectSame("the session of a code", withoutNames(reply.body), snapshot);
}

/** The operation that brings a code: the very one that used it, one that was something else before, or a new one. */
function holdOf(
	world: World,
	session: RefSession,
	{ used }: Code,
	{ id, device, named }: RedeemWish,
): { operation: Operation; isRepeat: boolean } {
	const label = named ? `Device ${device}` : "Another device";
	const deed: Deed = { kind: "hold", device_id: deviceOf(device), label };
	const rest = { client_time: null, deed, unfit: null };
	if (id.how === "again" && used?.operation_id) {
		return { operation: { operation_id: used.operation_id, ...rest }, isRepeat: true };
	}
	if (id.how === "misused") {
		const others = session.lines.filter(
			({ deed: { kind }, operation_id }) => operation_id && kind !== "hold",
		);
		const other = others[id.nth % others.length];
		if (other) return { operation: { operation_id: other.operation_id, ...rest }, isRepeat: false };
	}
	const operation_id = id.how === "none" ? null : newId(world);
	const operation: Operation = { operation_id, ...rest };
	if (operation_id) world.sent.push({ session, operation });
	return { operation, isRepeat: false };
}

function typedOf({ text }: Code, { how }: RedeemWish): string {
	if (how === "unknown") return "000-000-000";
	return how === "right" ? text : text.slice(0, -1) + (text.endsWith("7") ? "8" : "7");
}
