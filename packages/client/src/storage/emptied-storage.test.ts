import "fake-indexeddb/auto";
import { deleteDB } from "idb";
import { expect, test } from "vitest";
import {
	begin,
	emptyStorage,
	mintId,
	newStorage,
	openTab,
	personalRecords,
	resumeSession,
	saved,
	slider,
	type World,
} from "../testing/visit.ts";
import { breakable, createWorld, offline, until } from "../testing/world.ts";
import { openIndexedDbStorage } from "./indexed-db.ts";
import type { SessionStorage } from "./storage.ts";

// The browser empties its storage under open pages: they know what was in it, and lose none of it.

/** A tab that no other one can tell anything. */
const deaf = { broadcast: undefined };

/** A new device with one such tab, in which a session has begun after a reset. */
async function beginAfterReset(world: World) {
	const { client, storage } = await begin(world, deaf);
	await client.reset();
	return { storage, session: await client.start({ language: "en" }) };
}

test("what the page knows goes back in", async () => {
	const world = createWorld();
	const { session, storage, client } = await begin(world);
	world.network.fault = offline;
	await session.answer(1, slider(1));
	await emptyStorage(storage);
	await session.answer(2, slider(2));
	client.close();
	world.network.fault = () => ({ kind: "request_lost" });
	const again = await resumeSession(openTab(world, storage).client);
	expect([1, 2].map((id) => again.state.answers[id]?.answer)).toEqual([slider(1), slider(2)]);
	world.network.fault = () => null;
	await again.flush();
	expect(world.server.stateOf(session.session_id).answered).toBe(2);
});

test("a page that knows of an earlier reset gives nothing back after the next one", async () => {
	const world = createWorld();
	const { session, storage } = await beginAfterReset(world);
	await emptyStorage(storage);
	await world.advance(1000);
	expect(await openTab(world, storage, deaf).client.reset({ discard_unsent: true })).toEqual({ ok: true });
	expect(await session.answer(1, slider(1))).toMatchObject({ refusal: { code: "session_not_found" } });
	expect((await personalRecords(storage)).join()).not.toContain(session.session_id);
});

test("pages of before and after an earlier reset was forgotten with the storage do not end each other", async () => {
	const world = createWorld();
	const { session: old, storage } = await beginAfterReset(world);
	await old.answer(5, slider(5));
	await until(saved(old), "the server has an answer, so that the cookie brings the session back");
	await emptyStorage(storage);
	const tab = openTab(world, storage, deaf);
	const session = await resumeSession(tab.client);
	await world.advance(1000);
	world.network.fault = offline;
	await session.answer(1, slider(1));
	await emptyStorage(storage);
	await old.answer(2, slider(2));
	expect(await session.answer(3, slider(3))).toMatchObject({ ok: true });
	world.network.fault = () => null;
	tab.environment.signal("focus");
	await world.advance(120_000);
	expect([old.phase, session.phase, session.save.kind]).toEqual(["active", "active", "saved"]);
	expect(world.server.stateOf(session.session_id).answered).toBe(4);

	// A reset ends both all the same.
	expect(await openTab(world, storage, deaf).client.reset({ discard_unsent: true })).toEqual({ ok: true });
	for (const one of [old, session]) {
		expect(await one.answer(4, slider(4))).toMatchObject({ refusal: { code: "session_not_found" } });
	}
});

test("while the server's state is on its way here: what was answered meanwhile stays", async () => {
	const world = createWorld();
	const { fetch } = world.environment();
	let gate = Promise.resolve();
	const { session, storage } = await begin(world, {
		fetch: async (url, init) => {
			const response = await fetch(url, init);
			if (init.method !== "POST") await gate;
			return response;
		},
	});
	await until(saved(session), "the start is known");
	const command = { kind: "answer", question_id: 3, answer: slider(3) } as const;
	world.server.elsewhere(session.session_id, mintId(), command);
	let open = () => {};
	gate = new Promise((resolve) => {
		open = resolve;
	});
	world.requests.length = 0;
	await session.answer(4, slider(4));
	await until(() => world.requests.some(({ method }) => method === "GET"), "the state is asked for");
	world.network.fault = offline;
	await session.answer(1, slider(1));
	await session.answer(2, slider(2));
	await emptyStorage(storage);
	open();
	await until(() => session.state.answers[3] !== undefined, "the server's state is here");
	expect([1, 2, 4].map((id) => session.state.answers[id]?.answer)).toEqual([1, 2, 4].map(slider));
	world.network.fault = () => null;
	await world.advance(120_000);
	expect(session.save).toEqual({ kind: "saved" });
	expect(world.server.stateOf(session.session_id).answered).toBe(4);
});

test("filled again by another page that knows less: each gives back what it knows", async () => {
	const world = createWorld();
	const { session, storage } = await begin(world, deaf);
	await until(saved(session), "the start is known");
	const other = openTab(world, storage, deaf);
	const twin = await resumeSession(other.client);
	world.network.fault = offline;
	await session.answer(1, slider(1));
	await session.answer(2, slider(2));
	await emptyStorage(storage);
	await twin.answer(3, slider(3));
	await session.answer(4, slider(4));
	expect([1, 2, 4].map((id) => session.state.answers[id]?.answer)).toEqual([1, 2, 4].map(slider));
	world.network.fault = () => null;
	await world.advance(120_000);
	other.environment.signal("focus");
	await until(() => twin.state.answered === 4, "the other page shows all");
	expect([session.save, twin.save]).toEqual([{ kind: "saved" }, { kind: "saved" }]);
	expect(world.server.stateOf(session.session_id).answered).toBe(4);
});

test("what waits when the browser empties the storage under an open page is still sent, without anything else being done", async () => {
	const world = createWorld();
	const { session, storage, client, environment } = await begin(world);
	await world.advance(1000);
	world.network.fault = () => ({ kind: "request_lost" });
	await session.answer(3, slider(5));
	await emptyStorage(storage);
	world.network.fault = () => null;
	environment.signal("online");
	await world.advance(130_000);
	expect(saved(session)()).toBe(true);
	expect(world.server.stateOf(session.session_id).answers[3]?.answer).toEqual(slider(5));
	client.close();
});

/** The questions whose answers wait in the storage. */
async function waiting(storage: SessionStorage): Promise<unknown[]> {
	const outbox = await storage.read((tx) => tx.list("outbox"));
	return outbox.map(({ value }) => (value as { command: { question_id?: number } }).command.question_id);
}

test("an emptied storage has the queue of an open page back within two seconds, and keeps it when the page dies", async () => {
	const world = createWorld();
	const { session, storage, client } = await begin(world, deaf);
	await until(saved(session), "the start is known");
	world.network.fault = () => ({ kind: "request_lost" });
	await session.answer(1, slider(1));
	await session.answer(2, slider(2));
	await emptyStorage(storage);
	await world.advance(2000);
	expect(await waiting(storage)).toEqual([1, 2]);
	expect(session.save).toMatchObject({ kind: "on_device", pending: 2 });
	client.close();
	const again = await resumeSession(openTab(world, storage, deaf).client);
	expect(again.state.answered).toBe(2);
	expect(again.save).toMatchObject({ pending: 2 });
});

test("an emptied storage that cannot take the queue back: nothing is promised until it has", async () => {
	const world = createWorld();
	const inner = await newStorage();
	const { storage, state } = breakable(inner);
	const session = await openTab(world, storage, deaf).client.start({ language: "en" });
	await until(saved(session), "the start is known");
	world.network.fault = () => ({ kind: "request_lost" });
	await session.answer(1, slider(1));
	await until(() => session.save.kind === "on_device", "the answer is kept");
	state.broken = "storage_full";
	await emptyStorage(inner);
	await world.advance(2000);
	expect(session.save).toEqual({ kind: "not_saved", pending: 1, reason: "storage_full" });
	expect(await waiting(inner)).toEqual([]);
	state.broken = null;
	await world.advance(60_000);
	expect(session.save).toMatchObject({ kind: "on_device", pending: 1 });
	expect(await waiting(inner)).toEqual([1]);
});

test("a database deleted under the open page is filled again at once, without a timer", async () => {
	const world = createWorld();
	const storage = await openIndexedDbStorage("deleted-under-a-page");
	const { client } = openTab(world, storage, deaf);
	const session = await client.start({ language: "en" });
	await until(saved(session), "the start is known");
	world.network.fault = () => ({ kind: "request_lost" });
	await session.answer(1, slider(1));
	await until(() => session.save.kind === "on_device", "the answer is kept");
	const said: string[] = [];
	session.subscribe(() => said.push(session.save.kind));
	await deleteDB("deleted-under-a-page");
	await until(() => said.at(-1) === "on_device", "it is promised again");
	expect(said[0]).toBe("not_saved");
	expect(await waiting(storage)).toEqual([1]);
	client.close();
	storage.close();
});
