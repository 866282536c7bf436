import "fake-indexeddb/auto";
import { describe, expect, test } from "vitest";
import type { Session } from "../api.ts";
import type { SessionStorage } from "../storage/storage.ts";
import {
	begin,
	createVisitNote,
	newStorage,
	openTab,
	personalRecords,
	saved,
	slider,
	type World,
} from "../testing/visit.ts";
import { createWorld, until } from "../testing/world.ts";

/** A visit to a shared computer, in which one answer was given. */
async function aSharedVisit(world: World) {
	const storage = await newStorage();
	const visit = createVisitNote();
	const tab = openTab(world, storage, { visit });
	const session = await tab.client.start({ language: "en", shared: true });
	await answered(session, 1);
	return { storage, visit, session, ...tab };
}

async function answered(session: Session, question_id: number) {
	await session.answer(question_id, slider(4));
	await until(saved(session), "the answer is saved");
}

/** The next person opens the page in a tab of their own. */
async function findsNothing(world: World, storage: SessionStorage, ...sessions: Session[]) {
	const next = openTab(world, storage, { visit: createVisitNote() });
	expect((await next.client.resume()).choice.kind).toBe("nothing");
	expect(next.client.restorable()).toBeNull();
	const left = (await personalRecords(storage)).join();
	for (const { session_id } of sessions) expect(left).not.toContain(session_id);
}

describe("what begins in a visit to a shared computer is part of it", () => {
	test.each([
		{ how: "Start Fresh", replaces: true, reloaded: true },
		{ how: "Start Fresh, on the page where the visit began", replaces: true, reloaded: false },
		{ how: "a new session", replaces: false, reloaded: true },
	])("$how", async ({ replaces, reloaded }) => {
		const world = createWorld();
		const { client, session: old, storage, visit } = await aSharedVisit(world);
		let tab = client;
		if (reloaded) {
			client.close();
			tab = openTab(world, storage, { visit }).client;
			expect((await tab.resume()).choice.kind).toBe("continue");
		}
		const fresh = await tab.start({ language: "en", ...(replaces ? { replaces: old.session_id } : {}) });
		expect(fresh.shared).toBe(true);
		await answered(fresh, 2);
		expect(world.server.cookie()).toBeNull();
		tab.close();
		await findsNothing(world, storage, old, fresh);
	});

	test("also where the host remembers no visit over a reload", async () => {
		const world = createWorld();
		const storage = await newStorage();
		const { client } = openTab(world, storage);
		const old = await client.start({ language: "en", shared: true });
		const fresh = await client.start({ language: "en", replaces: old.session_id });
		expect(fresh.shared).toBe(true);
		client.close();
		await findsNothing(world, storage, old, fresh);
	});

	test("a session that is taken over by a code", async () => {
		const world = createWorld();
		const own = openTab(world, await newStorage());
		const { code } = await (await own.client.start({ language: "en" })).handOff();
		const { client, session: old, storage } = await aSharedVisit(world);
		const came = await client.redeem(code);
		expect(came.shared).toBe(true);
		await answered(came, 2);
		expect(world.server.cookie()).toBeNull();
		client.close();
		await findsNothing(world, storage, old, came);
	});

	test("but nothing of what the one before has set aside", async () => {
		const world = createWorld();
		const { client, session } = await begin(world, { visit: createVisitNote() });
		await answered(session, 1);
		await client.start({ language: "en", replaces: session.session_id });
		expect(client.restorable()).not.toBeNull();
		await client.start({ language: "en", shared: true });
		expect(client.restorable()).toBeNull();
	});

	test("what was set aside and is back at once stays here as long as the visit", async () => {
		const world = createWorld();
		const { client, session, storage, visit, environment } = await aSharedVisit(world);
		await client.start({ language: "en", replaces: session.session_id });
		await client.restore(session.session_id);
		environment.signal("focus");
		await world.advance(1000);
		client.close();
		world.network.fault = () => ({ kind: "request_lost" });
		const { choice } = await openTab(world, storage, { visit }).client.resume();
		expect(choice).toMatchObject({
			kind: "continue",
			state: { session_id: session.session_id, answered: 1 },
		});
	});

	test("what was set aside: it can be had back within the visit, though nothing of it is kept here", async () => {
		const world = createWorld();
		const { client, session: old, storage, visit } = await aSharedVisit(world);
		client.close();
		const first = openTab(world, storage, { visit });
		await first.client.resume();
		const fresh = await first.client.start({ language: "en", replaces: old.session_id });
		await answered(fresh, 2);
		first.client.close();

		const second = openTab(world, storage, { visit });
		await second.client.resume();
		expect(second.client.restorable()).toMatchObject({ session_id: old.session_id, answered: 1 });
		const again = await second.client.restore(old.session_id);
		expect([again.shared, again.state.answered]).toEqual([true, 1]);
		second.environment.signal("focus");
		await world.advance(1000);
		second.client.close();

		const third = openTab(world, storage, { visit });
		const { choice } = await third.client.resume();
		expect(choice).toMatchObject({ kind: "continue", state: { session_id: old.session_id } });
		third.client.close();
		await findsNothing(world, storage, old, fresh);
	});
});

test("a tab left open by somebody else takes nothing away from the session that has begun since", async () => {
	const world = createWorld();
	const { client, session: left, storage } = await aSharedVisit(world);
	const visit = createVisitNote();
	const own = openTab(world, storage, { visit });
	expect((await own.client.resume()).choice.kind).toBe("nothing");
	const session = await own.client.start({ language: "en" });
	await answered(session, 1);
	await left.move(2);
	await until(saved(left), "what was done in the tab is saved");
	own.client.close();

	const again = openTab(world, storage, { visit });
	const { choice } = await again.client.resume();
	expect(choice).toMatchObject({ kind: "continue", state: { session_id: session.session_id } });
	client.close();
	again.client.close();
	const next = openTab(world, storage, { visit: createVisitNote() });
	expect((await next.client.resume()).choice).toMatchObject({ state: { session_id: session.session_id } });
	expect((await personalRecords(storage)).join()).not.toContain(left.session_id);
});
