import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { newStorage, openTab, saved, slider, type World } from "../testing/visit.ts";
import { breakable, createWorld, until } from "../testing/world.ts";
import { type SessionStorage, StorageFailed } from "./storage.ts";

// A failed write may leave a torn end in the browser's log, and what is written behind it may be thrown away later.

/** A disk that runs full, and tells how often a new log was begun on it. */
async function aDisk() {
	const inner = await newStorage();
	const { storage: breaking, state: disk } = breakable(inner);
	const log = { begun: 0, fails: false };
	const storage: SessionStorage = {
		...breaking,
		async beginFreshLog() {
			if (disk.broken || log.fails) throw new StorageFailed("storage_full", "told to");
			log.begun += 1;
		},
	};
	return { storage, disk, log };
}

/** A session on it, without a network. */
async function beginOffline(world: World, storage: SessionStorage) {
	const session = await openTab(world, storage).client.start({ language: "en" });
	await until(saved(session), "the start is known");
	world.network.fault = () => ({ kind: "request_lost" });
	return session;
}

test("a failed write withdraws the promise for everything unsent, until a fresh log holds it", async () => {
	const world = createWorld();
	const { storage, disk, log } = await aDisk();
	const session = await beginOffline(world, storage);
	expect(await session.answer(1, slider(1))).toEqual({ ok: true, on_device: true });
	await until(() => session.save.kind === "on_device", "the first is kept");

	disk.broken = "storage_full";
	expect(await session.answer(2, slider(2))).toEqual({ ok: true, on_device: false });
	await world.advance(1000);
	expect(session.save).toMatchObject({ kind: "not_saved" });

	// Some writes succeed again, as Chromium lets them: behind the torn end.
	disk.broken = null;
	log.fails = true;
	expect(await session.answer(3, slider(3))).toEqual({ ok: true, on_device: false });
	await world.advance(120_000);
	expect(session.save).toEqual({ kind: "not_saved", pending: 3, reason: "storage_full" });
	expect(log.begun).toBe(0);

	log.fails = false;
	await world.advance(120_000);
	expect(log.begun).toBe(1);
	expect(session.save).toMatchObject({ kind: "on_device", pending: 3 });
	expect(await storage.read((tx) => tx.list("outbox"))).toHaveLength(3);
	expect(await session.answer(4, slider(4))).toEqual({ ok: true, on_device: true });
	await world.advance(120_000);
	expect(log.begun).toBe(1);
});

test("a failed write in one tab withdraws the promise of the others: they write into the same log", async () => {
	const world = createWorld();
	const { storage, disk, log } = await aDisk();
	const session = await beginOffline(world, storage);
	await session.answer(1, slider(1));
	await until(() => session.save.kind === "on_device", "the first is kept");
	const inner = await newStorage();
	const other = breakable(inner);
	log.fails = true;
	const neighbour = openTab(world, other.storage);
	other.state.broken = "storage_full";
	await neighbour.client.start({ language: "en" }).catch(() => undefined);
	await until(() => session.save.kind === "not_saved", "the other tab has heard");
	log.fails = false;
	disk.broken = null;
	await world.advance(60_000);
	expect(session.save).toMatchObject({ kind: "on_device" });
});

test("a write that fails during the check keeps the promise withdrawn", async () => {
	const world = createWorld();
	const { storage: inner, disk } = await aDisk();
	let enter = () => {};
	const entered = new Promise<void>((resolve) => {
		enter = resolve;
	});
	let leave = () => {};
	const left = new Promise<void>((resolve) => {
		leave = resolve;
	});
	let checks = 0;
	const storage: SessionStorage = {
		...inner,
		async beginFreshLog() {
			checks += 1;
			if (checks > 1) return;
			enter();
			await left;
		},
	};
	const session = await beginOffline(world, storage);
	disk.broken = "storage_full";
	await session.answer(1, slider(1));
	disk.broken = null;
	await session.answer(2, slider(2));
	await entered;
	disk.broken = "storage_full";
	await session.answer(3, slider(3));
	disk.broken = null;
	leave();
	await until(() => checks === 1, "the check is over");
	expect(session.save).toMatchObject({ kind: "not_saved" });
	await world.advance(120_000);
	expect(checks).toBeGreaterThan(1);
	expect(session.save).toMatchObject({ kind: "on_device", pending: 3 });
});
