import "fake-indexeddb/auto";
import type { SyncOperation } from "@carhythm/core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { holdTransaction } from "../testing/held-transaction.ts";
import { newStorage, openTab, slider } from "../testing/visit.ts";
import { createWorld, isSync, offline, type Request } from "../testing/world.ts";
import { openIndexedDbStorage } from "./indexed-db.ts";
import { type SessionStorage, StorageFailed } from "./storage.ts";

const idsSent = (requests: readonly Request[]) =>
	new Set(
		requests
			.filter(isSync)
			.flatMap(({ body }) => (body as { operations: SyncOperation[] }).operations)
			.map(({ operation_id }) => operation_id),
	);

describe("a storage that does not answer", () => {
	afterEach(() => {
		vi.useRealTimers();
	});

	test("holds up no answer: it is sent from memory", async () => {
		vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
		const world = createWorld();
		const storage = await openIndexedDbStorage("open-transaction");
		const { client } = openTab(world, storage);
		const session = await client.start({ language: "en" });
		await session.flush();
		const { release } = await holdTransaction("open-transaction");
		world.network.fault = offline;
		const given = session.answer(1, slider(4));
		expect(session.save.kind).toBe("sending");
		await vi.advanceTimersByTimeAsync(10_000);
		expect(await given).toEqual({ ok: true, on_device: false });
		expect(session.save).toMatchObject({ kind: "not_saved", pending: 1 });

		// Nothing waits a second time.
		expect(await session.answer(2, slider(4))).toEqual({ ok: true, on_device: false });
		world.network.fault = () => null;
		await session.flush();
		expect(session.save).toEqual({ kind: "saved" });
		expect(world.server.stateOf(session.session_id).answered).toBe(2);

		release();
		await vi.waitUntil(() => storage.read(async () => true).catch(() => false));
		expect(await session.answer(3, slider(4))).toEqual({ ok: true, on_device: true });
		await world.advance(100_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(idsSent(world.requests).size).toBe(3);
		client.close();
		storage.close();
	});

	test("in time, and has taken it all the same: it counts once", async () => {
		const world = createWorld();
		const inner = await newStorage();
		let late = false;
		const storage: SessionStorage = {
			...inner,
			write: async (body) => {
				const result = await inner.write(body);
				if (late) throw new StorageFailed("storage_failed", "too late");
				return result;
			},
		};
		const { client } = openTab(world, storage);
		const session = await client.start({ language: "en" });
		await session.flush();
		late = true;
		expect(await session.answer(1, slider(4))).toEqual({ ok: true, on_device: false });
		await session.flush();
		late = false;
		await world.advance(100_000);
		expect(session.save).toEqual({ kind: "saved" });
		expect(idsSent(world.requests).size).toBe(1);
		expect(await inner.read((tx) => tx.list("outbox"))).toEqual([]);
	});
});
