import { type SessionStorage, StorageFailed } from "@carhythm/client";
import { never, type Surroundings, type Tab } from "./surroundings.ts";

class Killed extends Error {}

type WriteTransaction = Parameters<Parameters<SessionStorage["write"]>[0]>[0];
type ReadTransaction = Parameters<Parameters<SessionStorage["read"]>[0]>[0];

/** The storage of the product, between which and the page a kill or a full disk can come at each step. */
export function guarded(
	storage: SessionStorage,
	tab: Tab,
	{ time, chance, note }: Surroundings,
): SessionStorage {
	const own = chance.branch();
	/** An error aborts the transaction under way, as a dying page does. */
	const step = () => {
		tab.awaits += 1;
		if (tab.awaits >= tab.dies_at && !tab.dead) {
			note("death at a step of the storage");
			tab.kill();
		}
		if (tab.dead) throw new Killed();
	};
	const put = () => {
		step();
		const { disk_trouble } = tab.device;
		if (disk_trouble === 0 || !own.oneIn(disk_trouble)) return;
		note("disk full");
		throw new StorageFailed("storage_full", "simulated");
	};
	async function alive<T>(run: () => Promise<T>): Promise<T> {
		try {
			step();
			const result = await time.track(run());
			step();
			return result;
		} catch (error) {
			if (error instanceof Killed || tab.dead) return never();
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
