import type { AsyncCommand } from "fast-check";
import { codeOf, draw, idOf, newId, sessionAt, standingOf } from "./drawing.ts";
import { expectedSummary, instant } from "./expected.ts";
import { DAY, lastActivity, type Result } from "./history.ts";
import {
	erase,
	type Operation,
	operate,
	type RefSession,
	type Refused,
	restore,
	start,
} from "./reference.ts";
import type { Wish } from "./wishes.ts";
import { ask, compare, compareExport, count, expectSame, type World } from "./world.ts";
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
	const { reference, tally, starts } = world;
	tally.operations += 1;
	const earlier =
		wish.id.how === "again" || wish.id.how === "misused" ? starts[wish.id.nth % starts.length] : undefined;
	const replaces = wish.replaces === null ? null : sessionAt(world, wish.replaces);
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

async function takeLifecycle(
	world: World,
	wish: Wish & { kind: "abandon" | "complete" | "restore" },
): Promise<void> {
	const { reference, tally } = world;
	const session = sessionAt(world, wish.session);
	if (!session) return;
	tally.operations += 1;
	const { kind } = wish;
	const { operation_id, earlier } = draw(
		world,
		wish.id,
		({ deed }) => (wish.id.how === "again") === (deed.kind === kind),
		session,
	);
	const operation: Operation = { operation_id, client_time: null, deed: { kind }, unfit: null };
	if (operation_id && !earlier && wish.id.how === "new") world.sent.push({ session, operation });
	const from = standingOf(world, session);
	const lengths = reference.sessions.map(({ lines }) => lines.length);
	const outcome: RefSession | Result | Refused =
		kind === "restore"
			? restore(reference, session, operation_id)
			: operate(reference, session, operation, { device_id: null, sent_at: null, keeps_late: false });
	const reply = await ask(world, "POST", `/api/v2/session/${idOf(world, session)}/${kind}`, {
		...(operation_id && { operation_id }),
	});
	const expected = "refused" in outcome ? outcome.refused : "ok";
	expectSame(`the reply to ${kind}`, codeOf(reply), expected);
	count(tally, `${kind} on ${from} → ${expected}${earlier && expected === "ok" ? " again" : ""}`);
	if (kind !== "abandon" && expected === "ok") {
		const { session: summary } = reply.body as { session: unknown };
		const wanted = expectedSummary(session, idOf(world, session), reference.now, world.questions);
		expectSame(`the summary after ${kind}`, summary, wanted);
	}
	await compareGrown(world, lengths, [session]);
	if (kind === "restore") await compare(world, session, "whole");
}

async function takeStudentInfo(world: World, nth: number): Promise<void> {
	const session = sessionAt(world, nth);
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
		session.status === "completed"
			? null
			: operate(world.reference, session, operation, { device_id: null, sent_at: null, keeps_late: false });
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

async function takeErase(world: World, nth: number): Promise<void> {
	const session = sessionAt(world, nth);
	if (!session) return;
	world.tally.operations += 1;
	count(world.tally, `erase on ${standingOf(world, session)}`);
	for (const server of world.servers) {
		const erased = await server.admin().erase(world.display_ids[session.slot] ?? "");
		expectSame(`erasing on ${server.engine}`, erased?.clean, true);
	}
	erase(world.reference, session);
	const reply = await ask(world, "GET", `/api/v2/session/${idOf(world, session)}`);
	expectSame("the reply about an erased session", codeOf(reply), "session_not_found");
}

async function takeBoundary(world: World, wish: Wish & { kind: "boundary" }): Promise<void> {
	const session = sessionAt(world, wish.session);
	if (!session) return;
	const { reference } = world;
	const end =
		wish.of === "expiry"
			? lastActivity(session) + 30 * DAY
			: session.abandoned === null
				? null
				: session.abandoned + 7 * DAY;
	if (end === null || end + wish.plus <= reference.now) return;
	reference.now = end + wish.plus;
	count(world.tally, `${wish.of}: ${wish.plus === 0 ? "the last moment" : "a millisecond later"}`);
	await compare(world, session, "whole");
}

/** Compares the sessions at hand and every other one to which something has happened. */
async function compareGrown(
	world: World,
	before: readonly number[],
	also: readonly (RefSession | null)[],
): Promise<void> {
	for (const session of world.reference.sessions) {
		const hasGrown = session.lines.length !== (before[session.slot] ?? 0);
		if (!session.erased && (hasGrown || also.includes(session))) await compare(world, session, "tail");
	}
}
