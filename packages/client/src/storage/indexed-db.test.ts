import "fake-indexeddb/auto";
import { deleteDB, openDB } from "idb";
import { afterEach, describe, expect, test, vi } from "vitest";
import { holdTransaction } from "../testing/held-transaction.ts";
import { describeStorage } from "../testing/storage-conformance.ts";
import { openIndexedDbStorage } from "./indexed-db.ts";
import { openStorage } from "./open.ts";

let databases = 0;
const newName = () => `storage-test-${++databases}`;

describeStorage("IndexedDB", async () => {
	const name = newName();
	return { storage: await openIndexedDbStorage(name), reopen: () => openIndexedDbStorage(name) };
});

describe("IndexedDB in bad company", () => {
	afterEach(() => {
		vi.restoreAllMocks();
		vi.useRealTimers();
		vi.unstubAllGlobals();
	});

	test("asks for strict durability with every write, and is durable where that is granted", async () => {
		const transaction = vi.spyOn(IDBDatabase.prototype, "transaction");
		const storage = await openIndexedDbStorage(newName());
		await storage.write((tx) => tx.put("meta", "a", 1));
		const writes = transaction.mock.calls.filter(([, mode]) => mode === "readwrite");
		expect(writes.length).toBeGreaterThanOrEqual(2);
		for (const [, , options] of writes) expect(options).toEqual({ durability: "strict" });
		expect(storage.durable).toBe(true);
		storage.close();
	});

	test("is not durable where the browser does not know about durability", async () => {
		const native = IDBDatabase.prototype.transaction;
		vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (
			this: IDBDatabase,
			names,
			mode,
		) {
			return native.call(this, names, mode);
		});
		const storage = await openIndexedDbStorage(newName());
		expect(storage.durable).toBe(false);
		storage.close();
	});

	test("a full disk is told as one, and nothing of the transaction stays", async () => {
		const storage = await openIndexedDbStorage(newName());
		const put = IDBObjectStore.prototype.put;
		vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value, key) {
			if (key === "too much") throw new DOMException("full", "QuotaExceededError");
			return put.call(this, value, key);
		});
		const writing = storage.write(async (tx) => {
			await tx.put("meta", "a", 1);
			await tx.put("meta", "too much", 2);
		});
		await expect(writing).rejects.toMatchObject({ name: "StorageFailed", reason: "storage_full" });
		expect(await storage.read((tx) => tx.list("meta"))).toEqual([]);
		storage.close();
	});

	test("opens again after the browser has closed the connection", async () => {
		const opened: IDBDatabase[] = [];
		const native = IDBDatabase.prototype.transaction;
		vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (
			this: IDBDatabase,
			...args: Parameters<typeof native>
		) {
			opened.push(this);
			return native.apply(this, args);
		});
		const storage = await openIndexedDbStorage(newName());
		await storage.write((tx) => tx.put("meta", "a", 1));
		opened.at(-1)?.close();
		await storage.write((tx) => tx.put("meta", "b", 2));
		expect(await storage.read((tx) => tx.list("meta"))).toHaveLength(2);
		storage.close();
	});

	test("what does not answer is given up, and nothing else waits for it; later all is well again", async () => {
		vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
		const name = newName();
		const storage = await openIndexedDbStorage(name);
		await storage.write((tx) => tx.put("meta", "a", 1));
		const { release } = await holdTransaction(name);
		const writing = storage.write((tx) => tx.put("meta", "a", 2));
		const reading = storage.read((tx) => tx.get("meta", "a"));
		const gaveUp = expect(Promise.all([writing, reading])).rejects.toMatchObject({
			reason: "storage_failed",
		});
		await vi.advanceTimersByTimeAsync(10_000);
		await gaveUp;
		// No timer runs any more: what comes now fails at once.
		await expect(storage.read((tx) => tx.get("meta", "a"))).rejects.toMatchObject({
			reason: "storage_failed",
		});
		const opening = openStorage(name);
		await vi.advanceTimersByTimeAsync(10_000);
		expect((await opening).durable).toBe(false);

		release();
		await vi.waitUntil(() => storage.read(async () => true).catch(() => false));
		expect(await storage.read((tx) => tx.get("meta", "a"))).toBe(1);
		storage.close();
	});

	test("steps aside for a newer version of the app, and goes on in its database", async () => {
		const name = newName();
		const storage = await openIndexedDbStorage(name);
		await storage.write((tx) => tx.put("outbox", "a", 1));
		const newer = await openDB(name, 2, { upgrade: (db) => void db.createObjectStore("added later") });
		newer.close();
		await storage.write((tx) => tx.put("outbox", "b", 2));
		expect(await storage.read((tx) => tx.list("outbox"))).toHaveLength(2);
		storage.close();
	});

	test("lets the user delete the database, and starts anew", async () => {
		const name = newName();
		const storage = await openIndexedDbStorage(name);
		await storage.write((tx) => tx.put("outbox", "a", 1));
		await deleteDB(name);
		expect(await storage.read((tx) => tx.list("outbox"))).toEqual([]);
		await storage.write((tx) => tx.put("outbox", "b", 2));
		expect(await storage.read((tx) => tx.list("outbox"))).toHaveLength(1);
		storage.close();
	});

	test("without IndexedDB, openStorage falls back to memory and says that it is not durable", async () => {
		vi.stubGlobal("indexedDB", undefined);
		await expect(openIndexedDbStorage(newName())).rejects.toMatchObject({ name: "StorageFailed" });
		const storage = await openStorage(newName());
		expect(storage.durable).toBe(false);
		await storage.write((tx) => tx.put("meta", "a", 1));
	});

	const telling = (...sizes: number[]) =>
		vi.stubGlobal("navigator", {
			storage: { estimate: async () => ({ usageDetails: { indexedDB: sizes.shift() } }) },
		});

	test("a store in memory that says strict is not durable: it does not grow like a log", async () => {
		for (const sizes of [
			[147456, 147456, 147456, 147456, 147456],
			[1654784, 1654784, 1658880, 1658880, 1658880],
		]) {
			telling(...sizes);
			const storage = await openStorage(newName());
			expect(storage.durable).toBe(false);
			storage.close();
		}
	});

	test("a log on disk is durable, also when the browser shortens it in that moment", async () => {
		for (const sizes of [
			[6550, 15111, 23672, 32233, 40801],
			[3048134, 1542453, 1551966, 1561354, 1571105],
		]) {
			telling(...sizes);
			const storage = await openStorage(newName());
			expect(storage.durable).toBe(true);
			storage.close();
		}
	});

	test("a browser that does not tell what is in use is believed", async () => {
		vi.stubGlobal("navigator", { storage: { estimate: async () => ({ usage: 1, quota: 2 }) } });
		const storage = await openStorage(newName());
		expect(storage.durable).toBe(true);
		storage.close();
	});
});
