import { type SessionStorage, StorageFailed } from "@carhythm/client";
import { never, type SimulatedEnvironment, type Tab } from "./environment.ts";

class TabKilled extends Error {}

type WriteTransaction = Parameters<Parameters<SessionStorage["write"]>[0]>[0];
type ReadTransaction = Parameters<Parameters<SessionStorage["read"]>[0]>[0];

/**
 * The product's storage with injected faults. Each step may kill the page, and each write may find the disk
 * full.
 *
 *     page → step (dies here?) → transaction: step, step, … → commit → step (dies here?) → page
 */
export function faultyStorage(
	storage: SessionStorage,
	tab: Tab,
	{ clock, chance, countEvent }: SimulatedEnvironment,
): SessionStorage {
	const own = chance.branch();
	/** Throws where the page dies, which aborts the transaction under way. */
	const step = () => {
		tab.storage_steps += 1;
		if (tab.storage_steps >= tab.dies_at_step && !tab.dead) {
			countEvent("crash at a storage step");
			tab.kill();
		}
		if (tab.dead) throw new TabKilled();
	};
	const put = () => {
		step();
		const { full_disk_one_in } = tab.device;
		if (full_disk_one_in === 0 || !own.oneIn(full_disk_one_in)) return;
		countEvent("disk full");
		throw new StorageFailed("storage_full", "simulated");
	};
	async function alive<T>(run: () => Promise<T>): Promise<T> {
		try {
			step();
			const result = await clock.track(run());
			step();
			return result;
		} catch (error) {
			if (error instanceof TabKilled || tab.dead) return never();
			throw error;
		}
	}
	const reading = (tx: ReadTransaction): ReadTransaction => ({
		get: (box, key) => {
			step();
			return tx.get(box, key);
		},
		list: (box, prefix) => {
			step();
			return tx.list(box, prefix);
		},
	});
	const writing = (tx: WriteTransaction): WriteTransaction => ({
		...reading(tx),
		put: (box, key, value) => {
			put();
			return tx.put(box, key, value);
		},
		delete: (box, key) => {
			step();
			return tx.delete(box, key);
		},
	});
	return {
		durable: storage.durable,
		read: (body) => alive(() => storage.read((tx) => body(reading(tx)))),
		write: (body) => alive(() => storage.write((tx) => body(writing(tx)))),
		close: () => storage.close(),
	};
}
