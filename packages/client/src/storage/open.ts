import { provesDurable } from "./fresh-log.ts";
import { openIndexedDbStorage } from "./indexed-db.ts";
import { createMemoryStorage } from "./memory.ts";
import { type SessionStorage, StorageFailed } from "./storage.ts";

/**
 * The best storage that this browser has: IndexedDB, else memory. Whether it holds anything durably stands in
 * `durable`; a page should tell the student when it does not.
 * @param name the database; one a site is enough
 */
export async function openStorage(name = "carhythm"): Promise<SessionStorage> {
	try {
		const storage = await openIndexedDbStorage(name);
		return storage.durable ? { ...storage, durable: await isProven(name) } : storage;
	} catch (error) {
		if (error instanceof StorageFailed) return createMemoryStorage();
		throw error;
	}
}

/**
 * Where the browser does not tell, its word is taken. Where the disk is full, or does not answer, nothing is
 * proven.
 */
async function isProven(name: string): Promise<boolean> {
	try {
		return (await provesDurable(name)) ?? true;
	} catch (error) {
		if (error instanceof StorageFailed) return false;
		throw error;
	}
}
