import { deleteDB, openDB } from "idb";
import { StorageFailed } from "./storage.ts";

/** LevelDB begins a new log file of its own. A disk that has no room for this much has none for that. */
const ROOM_BYTES = 64 * 1024;
/** A database that another tab deletes in the same moment can keep one waiting. */
const TIMEOUT_MS = 5000;

/**
 * Lets the browser begin a new file for what comes. Chromium keeps the databases of a site in one log, and goes on writing behind its
 * end when it starts again, and also after a write that failed. Behind a torn record or zeros it later takes what stands there for damage
 * and throws everything away, answers that had been brought to the disk among them. Deleting any database makes
 * it put the log away in order; it costs some 20 ms. Elsewhere it does nothing (docs/decisions/0010 and 0015).
 * @param name of the database that is in use here; another of a name like it is made and deleted
 * @throws {StorageFailed} when it did not come to that; the next page or the next check tries again
 */
export async function beginFreshLog(name: string): Promise<void> {
	await inTime(makeAndDelete(`${name}-passing`));
}

async function makeAndDelete(passing: string): Promise<void> {
	try {
		const database = await openDB(passing, 1, {
			upgrade: (db) => void db.createObjectStore("nothing"),
			blocking: (_from, _to, { target }) => (target as IDBDatabase).close(),
		});
		try {
			const tx = database.transaction("nothing", "readwrite", { durability: "strict" });
			await Promise.all([tx.store.put(new Uint8Array(ROOM_BYTES), "room"), tx.done]);
		} finally {
			database.close();
		}
		await deleteDB(passing);
	} catch (error) {
		throw new StorageFailed("storage_failed", error);
	}
}

function inTime(work: Promise<void>): Promise<void> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeout = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() => reject(new StorageFailed("storage_failed", "IndexedDB did not answer in time.", true)),
			TIMEOUT_MS,
		);
	});
	return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
