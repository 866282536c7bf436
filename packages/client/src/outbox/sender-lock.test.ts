import "fake-indexeddb/auto";
import type { SyncOperation } from "@carhythm/core";
import { describe, expect, test } from "vitest";
import { createMemoryStorage } from "../storage/memory.ts";
import { eventLoopTurns } from "../testing/virtual-clock.ts";
import { begin, openTab, resumeSession, saved, slider, type World } from "../testing/visit.ts";
import { createWorld, isSync, type Request, until } from "../testing/world.ts";

const operationsOf = ({ body }: Request) => (body as { operations: SyncOperation[] }).operations;

/** A tab on plain http of which nothing runs any more from the moment in which it sends its only answer. */
async function closedWhileSending(world: World) {
	const tab = await begin(world, { locks: undefined, setTimeout: () => null });
	world.network.fault = (request) => (isSync(request) ? { kind: "silence" } : null);
	await tab.session.answer(1, slider(1));
	await eventLoopTurns(50);
	world.network.fault = () => null;
	return tab;
}

describe("one sender at a time", () => {
	test.each([
		["Web Locks", {}],
		["a lease, on plain http", { locks: undefined }],
	])("two tabs with %s never send at once, and send everything once", async (_, parts) => {
		const world = createWorld();
		const { session, storage } = await begin(world, parts);
		const second = openTab(world, storage, parts);
		const twin = await resumeSession(second.client);
		await world.advance(5000);
		world.requests.length = 0;
		world.traffic.most = 0;
		for (let id = 1; id <= 6; id += 1) {
			await Promise.all([session.answer(id, slider(1)), twin.answer(id + 6, slider(2))]);
		}
		await world.advance(40_000);
		expect(saved(session)() && saved(twin)()).toBe(true);
		expect(world.traffic.most).toBe(1);
		const sent = world.requests.filter(isSync).flatMap(operationsOf);
		expect(new Set(sent.map(({ operation_id }) => operation_id)).size).toBe(sent.length);
		expect(world.server.stateOf(session.session_id).answered).toBe(12);
		expect(twin.state.answered).toBe(12);
		expect(session.state.answered).toBe(12);
	});

	test("a tab that was closed while it was sending keeps the others waiting for seconds only", async () => {
		const world = createWorld();
		const { storage } = await closedWhileSending(world);
		const again = await resumeSession(openTab(world, storage, { locks: undefined }).client);
		await world.advance(2000);
		expect(again.save.kind).toBe("sending");
		await world.advance(7000);
		expect(again.save).toEqual({ kind: "saved" });
	});

	test("where the browser refuses its locks (blocked site data), answers are sent all the same", async () => {
		const world = createWorld();
		const refused = new DOMException("request() is not allowed in this context", "SecurityError");
		const locks = { request: () => Promise.reject(refused) };
		const { client } = openTab(world, createMemoryStorage(), { locks });
		const session = await client.start({ language: "en" });
		await session.answer(1, slider(4));
		await until(saved(session), "the answer is saved");
		expect(world.server.stateOf(session.session_id).answered).toBe(1);
	});

	test("who leaves waits for the lease of a page that was just closed, and is not told that answers are unsent", async () => {
		const world = createWorld();
		const { session, storage } = await closedWhileSending(world);
		const { client } = openTab(world, storage, { locks: undefined });
		await client.prepare();
		await resumeSession(client);
		const left = client.reset();
		await world.advance(8000);
		expect(await left).toEqual({ ok: true });
		expect(world.server.stateOf(session.session_id).answered).toBe(1);
	});

	test("a tab that is suspended while it is sending keeps the others waiting for seconds only", async () => {
		const world = createWorld();
		let suspended = false;
		const { fetch, setTimeout } = world.environment();
		const { session, storage } = await begin(world, {
			fetch: (url, init) => (suspended ? new Promise(() => {}) : fetch(url, init)),
			setTimeout: (callback, milliseconds) => (suspended ? null : setTimeout(callback, milliseconds)),
		});
		await until(saved(session), "the session is saved");
		const other = await resumeSession(openTab(world, storage).client);
		suspended = true;
		await session.answer(1, slider(1));
		await eventLoopTurns(60);
		await other.answer(2, slider(2));
		await world.advance(13_000);
		expect(other.save).toEqual({ kind: "saved" });
		expect(world.server.stateOf(session.session_id).answered).toBe(2);
		// Now it is known that nobody gives the lock back.
		await other.answer(3, slider(3));
		await world.advance(1000);
		expect(other.save).toEqual({ kind: "saved" });
	});

	test.each([
		["a Web Lock", {}],
		["a lease, on plain http", { locks: undefined }],
	])("a tab that sends for long with %s is not taken for suspended", async (_, parts) => {
		const world = createWorld();
		const { session, storage } = await begin(world, parts);
		world.network.fault = (request) => (isSync(request) ? { kind: "silence" } : null);
		await session.answer(1, slider(1));
		await eventLoopTurns(50);
		const second = openTab(world, storage, parts);
		await resumeSession(second.client);
		await world.advance(15_000);
		expect(world.traffic.most).toBe(1);
	});

	test("the lease of a tab that died ends by itself", async () => {
		const world = createWorld();
		const { session, storage, client } = await begin(world, { locks: undefined });
		world.network.fault = (request) => (isSync(request) ? { kind: "silence" } : null);
		await session.answer(1, slider(1));
		await eventLoopTurns(50);
		const lease = await storage.read((tx) => tx.get("meta", "lease"));
		expect(lease).toBeDefined();
		client.close();
		world.network.fault = () => null;
		const second = openTab(world, storage, { locks: undefined });
		await storage.write((tx) => tx.put("meta", "lease", lease));
		const again = await resumeSession(second.client);
		await world.advance(45_000);
		expect(again.save).toEqual({ kind: "saved" });
	});
});
