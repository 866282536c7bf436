import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SessionStorage, WriteTransaction } from "../storage/storage.ts";

/**
 * Tests what every storage must do. An implementation's test calls this with a function that opens it empty.
 * @param reopen opens the same storage a second time, for those that outlive the page
 */
export function describeStorage(
	name: string,
	open: () => Promise<{ storage: SessionStorage; reopen?: () => Promise<SessionStorage> }>,
): void {
	describe(`storage: ${name}`, () => {
		let storage: SessionStorage;
		let reopen: (() => Promise<SessionStorage>) | undefined;

		beforeEach(async () => {
			({ storage, reopen } = await open());
		});
		afterEach(() => storage.close());

		const keysOf = async (prefix?: string) =>
			(await storage.read((tx) => tx.list("outbox", prefix))).map(({ key }) => key);

		test("gives back what was put, and undefined for what was not", async () => {
			await storage.write((tx) => tx.put("sessions", "a", { deep: [1, { x: "ü" }] }));
			expect(await storage.read((tx) => tx.get("sessions", "a"))).toEqual({ deep: [1, { x: "ü" }] });
			expect(await storage.read((tx) => tx.get("sessions", "b"))).toBeUndefined();
		});

		test("keeps its boxes apart", async () => {
			await storage.write((tx) => tx.put("sessions", "a", 1));
			expect(await storage.read((tx) => tx.get("meta", "a"))).toBeUndefined();
		});

		test("replaces and deletes", async () => {
			await storage.write(async (tx) => {
				await tx.put("meta", "a", 1);
				await tx.put("meta", "a", 2);
				await tx.put("meta", "b", 3);
				await tx.delete("meta", "b");
				await tx.delete("meta", "never there");
			});
			expect(await storage.read((tx) => tx.list("meta"))).toEqual([{ key: "a", value: 2 }]);
		});

		test("lists in the order of keys, by prefix", async () => {
			await storage.write(async (tx) => {
				for (const key of ["b/2", "a/9", "b/10", "b", "c/1", "a/1", "b/é"]) await tx.put("outbox", key, key);
			});
			expect(await keysOf()).toEqual(["a/1", "a/9", "b", "b/10", "b/2", "b/é", "c/1"]);
			expect(await keysOf("b/")).toEqual(["b/10", "b/2", "b/é"]);
			expect(await keysOf("d")).toEqual([]);
		});

		test("keeps copies: neither what went in nor what came out can change what is stored", async () => {
			const value = { list: [1] };
			await storage.write((tx) => tx.put("meta", "a", value));
			value.list.push(2);
			const out = (await storage.read((tx) => tx.get("meta", "a"))) as typeof value;
			out.list.push(3);
			expect(await storage.read((tx) => tx.get("meta", "a"))).toEqual({ list: [1] });
		});

		test("a transaction sees its own writes", async () => {
			const seen = await storage.write(async (tx) => {
				await tx.put("meta", "a", 1);
				return [await tx.get("meta", "a"), (await tx.list("meta")).length];
			});
			expect(seen).toEqual([1, 1]);
		});

		test("a transaction whose body throws stores nothing, and throws that very error", async () => {
			const error = new Error("a bug");
			const failing = storage.write(async (tx) => {
				await tx.put("meta", "a", 1);
				throw error;
			});
			await expect(failing).rejects.toBe(error);
			expect(await storage.read((tx) => tx.list("meta"))).toEqual([]);
			await storage.write((tx) => tx.put("meta", "a", 2));
			expect(await storage.read((tx) => tx.get("meta", "a"))).toBe(2);
		});

		test("read-modify-write by many at once loses nothing", async () => {
			const increment = () =>
				storage.write(async (tx) => {
					const before = (await tx.get("meta", "count")) as number | undefined;
					await tx.put("meta", "count", (before ?? 0) + 1);
				});
			await Promise.all(Array.from({ length: 25 }, increment));
			expect(await storage.read((tx) => tx.get("meta", "count"))).toBe(25);
		});

		test("transactions take effect in the order in which they were asked for", async () => {
			const first = storage.write((tx) => tx.put("meta", "a", 1));
			const between = storage.read((tx) => tx.get("meta", "a"));
			const last = storage.write((tx) => tx.put("meta", "a", 2));
			await Promise.all([first, last]);
			expect(await between).toBe(1);
			expect(await storage.read((tx) => tx.get("meta", "a"))).toBe(2);
		});

		test("a transaction is of no use after its end", async () => {
			let escaped: WriteTransaction | undefined;
			await storage.write(async (tx) => {
				escaped = tx;
				await tx.put("meta", "a", 1);
			});
			await expect(escaped?.put("meta", "a", 2)).rejects.toThrow();
			expect(await storage.read((tx) => tx.get("meta", "a"))).toBe(1);
		});

		test("what was written is there for the next page", async () => {
			await storage.write((tx) => tx.put("outbox", "a", { answer: 4 }));
			if (!reopen) {
				// A storage that ends with the page must not claim to be durable.
				expect(storage.durable).toBe(false);
				return;
			}
			const next = await reopen();
			expect(await next.read((tx) => tx.get("outbox", "a"))).toEqual({ answer: 4 });
			next.close();
		});
	});
}
