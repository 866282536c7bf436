import type { AsyncCommand } from "fast-check";
import { compareExport, compareGrown } from "./compare.ts";
import { codeOf, idOf, newId, sessionAt, standingOf } from "./drawing.ts";
import { instant } from "./expected.ts";
import { takeHandOff, takeRedeem } from "./hand-offs.ts";
import { DAY, lastActivity } from "./history.ts";
import { takeBoundary, takeLifecycle, takeStudentInfo } from "./lifecycle.ts";
import { erase, type RefSession, start } from "./reference.ts";
import type { SessionWish, Wish } from "./wishes.ts";
import { ask, count, expectSame, type World } from "./world.ts";
import { takeSubmit, takeSync } from "./writes.ts";

/** One step: a wish made true on the reference and on the servers, and what came of it compared. */
export function stepOf(wish: Wish): AsyncCommand<World, World> {
	return {
		check: () => true,
		run: async (world) => {
			world.reference.now += wish.pass;
			await take(world, wish);
		},
		toString: () => JSON.stringify(wish),
	};
}

async function take(world: World, wish: Wish): Promise<void> {
	switch (wish.kind) {
		case "start":
			return takeStart(world, wish);
		case "sync":
			return takeSync(world, wish);
		case "submit":
			return takeSubmit(world, wish);
		case "abandon":
		case "complete":
		case "restore":
			return takeLifecycle(world, wish);
		case "hand_off":
			return takeHandOff(world, wish);
		case "redeem":
			return takeRedeem(world, wish);
		case "student_info":
			return takeStudentInfo(world, wish.session);
		case "erase":
			return takeErase(world, wish.session);
		case "clock":
			count(world.tally, wish.by > 0 ? "clock: on" : "clock: back");
			world.reference.now += wish.by;
			return;
		case "boundary":
			return takeBoundary(world, wish);
		case "restart":
			count(world.tally, "restart");
			for (const server of world.servers) await server.restart();
			return;
		case "export":
			count(world.tally, "export");
			return compareExport(world);
	}
}

async function takeStart(world: World, wish: Wish & { kind: "start" }): Promise<void> {
	const replaces = wish.replaces && sessionAt(world, wish.replaces);
	if (wish.replaces && !replaces) return;
	await startOnce(world, wish, replaces);
	if (wish.in_two_tabs) await startOnce(world, { ...wish, id: { how: "new" } }, replaces);
}

async function startOnce(
	world: World,
	wish: Wish & { kind: "start" },
	replaces: RefSession | null,
): Promise<void> {
	const { reference, tally, starts } = world;
	const earlier =
		wish.id.how === "again" || wish.id.how === "misused" ? starts[wish.id.nth % starts.length] : undefined;
	tally.operations += 1;
	const operation_id = wish.id.how === "none" ? null : (earlier?.operation_id ?? newId(world));
	let wanted = { operation_id, replaces, language: wish.language };
	if (earlier && wish.id.how === "again" && !earlier.replaces?.erased) wanted = earlier;
	if (operation_id && !earlier) starts.push({ operation_id, replaces, language: wish.language });

	const from = wanted.replaces ? `start fresh from ${standingOf(world, wanted.replaces)}` : "start";
	const before = reference.sessions.length;
	const lengths = reference.sessions.map(({ lines }) => lines.length);
	const outcome = start(reference, wanted);
	const reply = await ask(world, "POST", "/api/v2/session/start", {
		...(wanted.operation_id && { operation_id: wanted.operation_id }),
		...(wanted.replaces && { replaces: idOf(world, wanted.replaces) }),
		language: wanted.language,
	});
	if ("refused" in outcome) {
		expectSame("the reply to a start", codeOf(reply), outcome.refused);
		count(tally, `${from} → ${outcome.refused}`);
	} else {
		const { session_id, display_id, created_at, expires_at } = reply.body as Record<string, string>;
		if (reference.sessions.length > before) {
			world.session_ids.push(session_id ?? "");
			world.display_ids.push(display_id ?? "");
			world.compared.push(0);
		}
		const expected = {
			session_id: idOf(world, outcome),
			created_at: instant(outcome.started),
			expires_at: instant(lastActivity(outcome) + 30 * DAY),
		};
		expectSame("the reply to a start", { session_id, created_at, expires_at }, expected);
		const isNew = reference.sessions.length > before;
		count(tally, `${from} → ${isNew ? "new" : earlier ? "the same again" : "its successor"}`);
	}
	await compareGrown(world, lengths, [wanted.replaces, "refused" in outcome ? null : outcome]);
}

async function takeErase(world: World, wish: SessionWish): Promise<void> {
	const session = sessionAt(world, wish);
	if (!session) return;
	world.tally.operations += 1;
	count(world.tally, "erase");
	for (const server of world.servers) {
		const erased = await server
			.admin()
			.erase(world.display_ids[session.slot] ?? "", { kind: "system_user", name: "a test" });
		expectSame(`erasing on ${server.engine}`, erased?.clean, true);
	}
	erase(world.reference, session);
	const reply = await ask(world, "GET", `/api/v2/session/${idOf(world, session)}`);
	expectSame("the reply about an erased session", codeOf(reply), "session_not_found");
}
