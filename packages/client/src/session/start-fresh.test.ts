import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import {
	begin,
	newStorage,
	openHeldTab,
	openTab,
	resumeSession,
	saved,
	slider,
	type World,
} from "../testing/visit.ts";
import { createWorld, isSync, offline, until } from "../testing/world.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A device on which one answer was set aside for a new session. */
async function startedFresh(world: World) {
	const { client, session: old, storage } = await begin(world);
	await old.answer(1, slider(4));
	await until(saved(old), "the answer is saved");
	const fresh = await client.start({ language: "en", replaces: old.session_id });
	return { client, old, fresh, storage };
}

/** How many restores were asked for, each as often as it took. */
function restores({ requests }: World): number {
	const asked = requests.filter(({ path }) => path.endsWith("/restore"));
	return new Set(asked.map(({ body }) => (body as { operation_id: string }).operation_id)).size;
}

const lost = (path: RegExp) => (request: { path: string }) =>
	path.test(request.path) ? ({ kind: "reply_lost" } as const) : null;

describe("Undo", () => {
	test("is not taken for the end of the session that gives way", async () => {
		const world = createWorld();
		const { client, old, fresh } = await startedFresh(world);
		const seen: string[] = [];
		fresh.subscribe(() => seen.push(fresh.phase));
		const again = await client.restore(old.session_id);
		expect(again.phase).toBe("active");
		expect(seen).not.toContain("abandoned");
		await until(() => fresh.phase === "abandoned", "the server has told of it");
	});

	test("whose reply is lost: the next visit finds the old answers, not the empty session", async () => {
		const world = createWorld();
		const { client, old, storage } = await startedFresh(world);
		world.network.fault = lost(/\/restore$/);
		await expect(client.restore(old.session_id)).rejects.toMatchObject({ name: "ServerUnreachable" });
		client.close();
		world.network.fault = () => null;
		const next = openTab(world, storage);
		const { choice } = await next.client.resume();
		expect(choice).toMatchObject({ kind: "continue", state: { session_id: old.session_id, answered: 1 } });
		expect(next.client.restorable()).toBeNull();
		expect((await openTab(world, storage).client.resume()).choice).toEqual(choice);
	});

	test("of which only the old session's state is missing: it is asked for again under the same id", async () => {
		const world = createWorld();
		const { client, old, storage } = await startedFresh(world);
		const state = new RegExp(`/session/${old.session_id}$`);
		world.network.fault = lost(state);
		await expect(client.restore(old.session_id)).rejects.toMatchObject({ name: "ServerUnreachable" });
		client.close();
		const next = openTab(world, storage);
		const { choice, server } = await next.client.resume();
		expect([choice.kind, server]).toEqual(["abandoned", "unreachable"]);
		expect(choice).toMatchObject({ state: { session_id: old.session_id, answered: 1 } });
		world.network.fault = () => null;
		expect((await next.client.restore(old.session_id)).phase).toBe("active");
		expect(restores(world)).toBe(1);
	});

	test.each(["in its place again", "current all along"])(
		"whose effect was seen is over, and a later one is another: the session is %s",
		async (how) => {
			const world = createWorld();
			const { client, old, storage } = await startedFresh(world);
			if (how === "current all along") await client.restore(old.session_id);
			client.close();
			world.server.setStatus(old.session_id, "user_abandoned_not_completed");
			const { client: again } = openTab(world, storage);
			const before = restores(world);
			world.network.fault = lost(/\/restore$/);
			await expect(again.restore(old.session_id)).rejects.toMatchObject({ name: "ServerUnreachable" });
			world.network.fault = () => null;
			expect((await again.resume()).choice).toMatchObject({ kind: "continue" });
			world.server.setStatus(old.session_id, "user_abandoned_not_completed");
			await again.restore(old.session_id);
			expect(restores(world) - before).toBe(2);
		},
	);

	test("that never reached the server changes nothing, and the new session goes on", async () => {
		const world = createWorld();
		const { client, old, fresh, storage } = await startedFresh(world);
		world.network.fault = () => ({ kind: "request_lost" });
		await expect(client.restore(old.session_id)).rejects.toMatchObject({ name: "ServerUnreachable" });
		await fresh.answer(2, slider(2));
		client.close();
		const later = openTab(world, storage);
		expect((await later.client.resume()).choice).toMatchObject({ state: { session_id: fresh.session_id } });
		later.client.close();
		world.network.fault = () => null;
		const again = await resumeSession(openTab(world, storage).client);
		expect(again.session_id).toBe(fresh.session_id);
		await until(saved(again), "the new answer is saved");
		expect(world.server.stateOf(fresh.session_id).status).toBe("active");
	});

	test("does not end a session that came by a code meanwhile", async () => {
		const world = createWorld();
		const { client, old, storage } = await startedFresh(world);
		const other = openTab(world, await newStorage());
		const { code } = await (await other.client.start({ language: "en" })).handOff();
		const came = await openTab(world, storage).client.redeem(code);
		await came.answer(3, slider(3));
		await until(saved(came), "its answer is saved");
		const { status } = world.server.stateOf(came.session_id);
		world.network.fault = ({ path }) =>
			path.endsWith(`/${came.session_id}`) || path.endsWith("/sync") ? { kind: "request_lost" } : null;
		await client.restore(old.session_id);
		expect([status, came.phase]).toEqual(["active", "active"]);
	});
});

describe("a look at the server that a Start Fresh in another tab overtakes", () => {
	test.each(["continued", "empty"])("brings nothing back: the new session is %s", async (how) => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		const other = openHeldTab(world, storage, new RegExp(`/session/${session.session_id}$`));
		const resuming = other.client.resume();
		await other.untilAsked();
		const fresh = await client.start({ language: "en", replaces: session.session_id });
		if (how === "continued") await fresh.answer(2, slider(3));
		await until(saved(fresh), "the new session is saved");
		other.releaseReplies();
		const kind = how === "continued" ? "continue" : "untouched";
		expect((await resuming).choice).toMatchObject({ kind, state: { session_id: fresh.session_id } });
		const { choice } = await openTab(world, storage).client.resume();
		expect(choice).toMatchObject({ kind, state: { session_id: fresh.session_id } });
	});
});

describe("what was set aside", () => {
	test("is offered on later visits for seven days, by the server's clock", async () => {
		const world = createWorld();
		const { client, old, storage } = await startedFresh(world);
		const until = new Date(Date.parse(world.server.stateOf(old.session_id).started_at) + 7 * DAY_MS);
		const offer = { session_id: old.session_id, answered: 1, until: until.toISOString() };
		expect(client.restorable()).toEqual(offer);
		client.close();
		world.device.clock_error = 400 * DAY_MS;
		const next = openTab(world, storage);
		expect(next.client.restorable()).toBeNull();
		await next.client.resume();
		expect(next.client.restorable()).toEqual(offer);
		await world.advance(7 * DAY_MS);
		expect(next.client.restorable()).toBeNull();
	});

	test("returned to, gives the turn to what was answered since, and back", async () => {
		const world = createWorld();
		const { client, old, fresh } = await startedFresh(world);
		await fresh.answer(1, slider(1));
		await fresh.answer(2, slider(2));
		await until(saved(fresh), "the new answers are saved");
		await client.restore(old.session_id);
		expect(client.restorable()).toMatchObject({ session_id: fresh.session_id, answered: 2 });
		const again = await client.restore(fresh.session_id);
		expect(again.state.answered).toBe(2);
		expect(client.restorable()).toMatchObject({ session_id: old.session_id, answered: 1 });
	});

	test("stays the offer while nothing is answered since, however often one starts anew", async () => {
		const world = createWorld();
		const { client, old, fresh } = await startedFresh(world);
		await client.start({ language: "en", replaces: fresh.session_id });
		expect(client.restorable()).toMatchObject({ session_id: old.session_id, answered: 1 });
		await client.restore(old.session_id);
		expect(client.restorable()).toBeNull();
	});

	test("stays the offer beside a session that has nothing to do with it, which can be had back as well", async () => {
		const world = createWorld();
		const { client, old } = await startedFresh(world);
		const other = await client.start({ language: "en" });
		await other.answer(1, slider(1));
		await until(saved(other), "its answer is saved");
		expect(client.restorable()).toMatchObject({ session_id: old.session_id });
		await client.restore(old.session_id);
		expect(client.restorable()).toMatchObject({ session_id: other.session_id, answered: 1 });
		const again = await client.restore(other.session_id);
		expect([again.phase, again.state.answered]).toEqual(["active", 1]);
	});

	test("is offered no more when the server cannot bring it back, or the browser was made to forget", async () => {
		const world = createWorld();
		const { client, old } = await startedFresh(world);
		world.server.sessions.delete(old.session_id);
		await expect(client.restore(old.session_id)).rejects.toMatchObject({
			problem: { code: "session_not_found" },
		});
		expect(client.restorable()).toBeNull();
		const another = await startedFresh(world);
		await another.client.reset();
		expect(another.client.restorable()).toBeNull();
		await another.client.resume();
		expect(another.client.restorable()).toBeNull();
	});
});

describe("without a network", () => {
	test("a session that is known to be set aside is not offered to go on with", async () => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		world.server.setStatus(session.session_id, "user_abandoned_not_completed");
		await session.answer(2, slider(4));
		await until(() => session.phase === "abandoned", "it is known to be set aside");
		client.close();
		world.network.fault = () => ({ kind: "request_lost" });
		expect((await openTab(world, storage).client.resume()).choice.kind).toBe("abandoned");
	});

	test("one whose answers were given in time is continued after its expiry: they are sent first", async () => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		world.network.fault = offline;
		await session.answer(1, slider(4));
		client.close();
		await world.advance(40 * DAY_MS);
		// The first try fails, and the server has told meanwhile that the session has expired.
		let tries = 0;
		world.network.fault = (request) => {
			if (isSync(request)) tries += 1;
			return isSync(request) && tries === 1 ? { kind: "request_lost" } : null;
		};
		const { choice } = await openTab(world, storage).client.resume();
		expect(choice).toMatchObject({ kind: "continue", pending: 0, state: { answered: 1 } });
		expect(world.server.stateOf(session.session_id).answered).toBe(1);
	});

	test("nor is one that is known to have expired", async () => {
		const world = createWorld();
		const { client, session, storage } = await begin(world);
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		client.close();
		await world.advance(31 * DAY_MS);
		const { choice } = await openTab(world, storage).client.resume();
		expect(choice.kind).toBe("expired");
		world.network.fault = () => ({ kind: "request_lost" });
		expect((await openTab(world, storage).client.resume()).choice).toEqual(choice);
	});
});
