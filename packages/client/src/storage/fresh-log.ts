import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from "idb";
import { StorageFailed } from "./storage.ts";

interface Schema extends DBSchema {
	nothing: { key: string; value: Uint8Array };
}
type Database = IDBPDatabase<Schema>;

/** LevelDB begins a new log file of its own. A disk that has no room for this much has none for that. */
const ROOM_BYTES = 64 * 1024;
const OVERWRITES = 4;
const PAGE_BYTES = 4096;
/** A database that another tab deletes in the same moment can keep one waiting. */
const TIMEOUT_MS = 5000;

/**
 * Lets the browser begin a new file for what comes. Chromium keeps the databases of a site in one log, and
 * goes on writing behind its end when it starts again, and also after a write that failed. Behind a torn
 * record or zeros it later takes what stands there for damage and throws everything away, answers that had
 * been brought to the disk among them. Deleting any database makes it put the log away in order; it costs
 * some 20 ms. Elsewhere it does nothing (docs/decisions/0010 and 0015).
 * @param name of the database that is in use here; another of a name like it is made and deleted
 * @throws {StorageFailed} when it did not come to that; the next page or the next check tries again
 */
export async function beginFreshLog(name: string): Promise<void> {
	await inTime(withPassingDatabase(`${name}-passing`, putOnce));
}

/**
 * Begins a fresh log as {@link beginFreshLog} does, and tells whether it is a file. In a private window
 * Chromium keeps IndexedDB in memory, and says `strict` all the same. Only its own figure of the room in use
 * tells: an overwritten record makes a log on disk longer, by bytes that are no whole number of pages; the
 * store in memory stays as it is, or grows by pages (docs/decisions/0015).
 * @returns null where the browser does not tell, as Firefox, Safari and any page on plain http
 * @throws {StorageFailed} as {@link beginFreshLog}
 */
export async function provesDurable(name: string): Promise<boolean | null> {
	return inTime(withPassingDatabase(`${name}-passing`, growsLikeLog));
}

async function growsLikeLog(database: Database): Promise<boolean | null> {
	const sizes: (number | null)[] = [];
	for (let put = 0; put <= OVERWRITES; put += 1) {
		await putOnce(database);
		sizes.push(await bytesInUse());
	}
	if (sizes.includes(null)) return null;
	const steps = sizes.slice(1).map((size, index) => (size ?? 0) - (sizes[index] ?? 0));
	return steps.filter((step) => step % PAGE_BYTES !== 0).length >= OVERWRITES / 2;
}

/** What IndexedDB takes of this site's room, as Chromium tells it. */
async function bytesInUse(): Promise<number | null> {
	if (typeof navigator === "undefined" || !navigator.storage?.estimate) return null;
	const estimate: StorageEstimate & { usageDetails?: { indexedDB?: number } } =
		await navigator.storage.estimate();
	return estimate.usageDetails?.indexedDB ?? null;
}

async function putOnce(database: Database): Promise<void> {
	const tx = database.transaction("nothing", "readwrite", { durability: "strict" });
	await Promise.all([tx.store.put(new Uint8Array(ROOM_BYTES), "room"), tx.done]);
}

async function withPassingDatabase<T>(passing: string, use: (database: Database) => Promise<T>): Promise<T> {
	try {
		const database: Database = await openDB<Schema>(passing, 1, {
			upgrade: (db) => void db.createObjectStore("nothing"),
			blocking: (_from, _to, { target }) => (target as IDBDatabase).close(),
		});
		let result: T;
		try {
			result = await use(database);
		} finally {
			database.close();
		}
		await deleteDB(passing);
		return result;
	} catch (error) {
		throw new StorageFailed("storage_failed", error);
	}
}

function inTime<T>(work: Promise<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeout = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() => reject(new StorageFailed("storage_failed", "IndexedDB did not answer in time.", true)),
			TIMEOUT_MS,
		);
	});
	return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
