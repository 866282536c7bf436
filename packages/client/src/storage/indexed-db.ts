import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, unwrap } from "idb";
import { beginFreshLog } from "./fresh-log.ts";
import {
	BOXES,
	type Box,
	type ReadTransaction,
	type SessionStorage,
	StorageFailed,
	type WriteTransaction,
} from "./storage.ts";

type Records = { key: string; value: unknown };
interface Schema extends DBSchema {
	sessions: Records;
	outbox: Records;
	refused: Records;
	assessments: Records;
	meta: Records;
	aside: Records;
}
type Database = IDBPDatabase<Schema>;
type Transaction<Mode extends IDBTransactionMode> = IDBPTransaction<Schema, Box[], Mode>;

const VERSION = 1;
/** An open that hangs (a known fault of some browsers) must not hold up an answer for ever. */
const OPEN_TIMEOUT_MS = 8000;
/** Nor must a transaction: behind one of a suspended tab, or on a disk that does not answer, it waits without end. */
const TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * Opens the storage in IndexedDB. Every write waits until the disk has it (`durability: "strict"`; browsers
 * default to less). A connection that the browser closes, or that steps aside for a newer version of the app,
 * is opened again when needed.
 * @param name the database; one a site is enough
 * @throws {StorageFailed} where IndexedDB does not exist or does not open, as in some private modes
 */
export async function openIndexedDbStorage(name: string): Promise<SessionStorage> {
	let opening: Promise<Database> | null = null;
	let closed = false;
	/**
	 * Whether a transaction was given up, until the storage answers again. A later call must not wait as long
	 * once more.
	 */
	let stuck = false;
	const lostListeners: (() => void)[] = [];

	function database(): Promise<Database> {
		if (closed) return Promise.reject(new StorageFailed("storage_failed", "closed", true));
		opening ??= open(name, lose).catch((error: unknown) => {
			opening = null;
			throw failure(error);
		});
		return opening;
	}

	function forget(): void {
		opening = null;
	}

	function lose(): void {
		forget();
		if (!closed) for (const listener of lostListeners) listener();
	}

	async function begin<Mode extends "readonly" | "readwrite">(mode: Mode): Promise<Transaction<Mode>> {
		const options = { durability: "strict" } as const;
		try {
			return (await database()).transaction([...BOXES], mode, options);
		} catch (error) {
			if (!isClosedConnection(error)) throw failure(error);
			forget();
			const reopened = await database();
			try {
				return reopened.transaction([...BOXES], mode, options);
			} catch (again) {
				throw failure(again);
			}
		}
	}

	async function run<Mode extends "readonly" | "readwrite", T>(
		mode: Mode,
		body: (tx: Transaction<Mode>) => Promise<T>,
	): Promise<T> {
		if (stuck) throw new StorageFailed("storage_failed", "It still does not answer.", true);
		const tx = await begin(mode);
		const late = () => {
			abort(tx);
			if (!stuck) void waitForAnswer();
		};
		return inTime(finish(tx, body(tx)), TRANSACTION_TIMEOUT_MS, late);
	}

	/** However long it takes. */
	async function waitForAnswer(): Promise<void> {
		stuck = true;
		try {
			await (await begin("readwrite")).done;
		} catch {
			// That is an answer too.
		}
		stuck = false;
	}

	// A browser without strict durability does not report it; the page then claims nothing for the device.
	const durable = await run("readwrite", async ({ durability }) => durability === "strict");

	return {
		durable,
		read: (body) => run("readonly", (tx) => body(reading(tx))),
		write: (body) => run("readwrite", (tx) => body(writing(tx))),
		beginFreshLog: () => beginFreshLog(name),
		onLost: (listener) => void lostListeners.push(listener),
		close: () => {
			closed = true;
			void opening?.then((db) => db.close()).catch(() => undefined);
		},
	};
}

/** Waits for so long and no longer; then it fails, whatever `work` still does. */
function inTime<T>(work: Promise<T>, milliseconds: number, onLate: () => void): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const timeout = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			reject(new StorageFailed("storage_failed", "IndexedDB did not answer in time.", true));
			onLate();
		}, milliseconds);
	});
	return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}

function open(name: string, onLost: () => void): Promise<Database> {
	const opened = openAtVersion(name, VERSION, onLost).catch((error: unknown) => {
		// A newer app has been here. Its boxes are a superset of these, and its records say their format.
		if (error instanceof DOMException && error.name === "VersionError") {
			return openAtVersion(name, undefined, onLost);
		}
		throw error;
	});
	// One that comes too late is closed again, so that it cannot block anybody.
	const close = () => void opened.then((db) => db.close()).catch(() => undefined);
	return inTime(opened, OPEN_TIMEOUT_MS, close);
}

async function openAtVersion(
	name: string,
	version: number | undefined,
	onLost: () => void,
): Promise<Database> {
	const db = await openDB<Schema>(name, version, {
		upgrade(upgrading) {
			for (const box of BOXES) upgrading.createObjectStore(box);
		},
		blocking() {
			onLost();
			db.close();
		},
		terminated: onLost,
	});
	return db;
}

async function finish<T>(tx: Transaction<"readonly" | "readwrite">, running: Promise<T>): Promise<T> {
	// The transaction's own end is awaited below; a failure before that must not count as unhandled.
	tx.done.catch(() => undefined);
	let result: T;
	try {
		result = await running;
	} catch (error) {
		abort(tx);
		await tx.done.catch(() => undefined);
		throw tx.error ? failure(tx.error) : error;
	}
	await tx.done.catch((error: unknown) => Promise.reject(failure(tx.error ?? error)));
	return result;
}

function abort(tx: Transaction<"readonly" | "readwrite">): void {
	try {
		tx.abort();
	} catch {
		// It has ended by itself already.
	}
}

function reading(tx: Transaction<"readonly" | "readwrite">): ReadTransaction {
	// Around each single request idb's proxies cost more than the request.
	const bare = unwrap(tx);
	return {
		get: (box, key) => attempt(() => resultOf(bare.objectStore(box).get(key))),
		list: (box, prefix = "") =>
			attempt(async () => {
				const range = prefix ? IDBKeyRange.bound(prefix, `${prefix}\uffff`) : null;
				const store = bare.objectStore(box);
				const [keys, values] = await Promise.all([
					resultOf(store.getAllKeys(range)),
					resultOf<unknown[]>(store.getAll(range)),
				]);
				return keys.map((key, index) => ({ key: String(key), value: values[index] }));
			}),
	};
}

function writing(tx: Transaction<"readwrite">): WriteTransaction {
	const bare = unwrap(tx);
	return {
		...reading(tx),
		put: (box, key, value) =>
			attempt(async () => void (await resultOf(bare.objectStore(box).put(value, key)))),
		delete: (box, key) => attempt(() => resultOf(bare.objectStore(box).delete(key))),
	};
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw failure(error);
	}
}

function failure(error: unknown): StorageFailed {
	if (error instanceof StorageFailed) return error;
	const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
	return new StorageFailed(isFull ? "storage_full" : "storage_failed", error);
}

function isClosedConnection(error: unknown): boolean {
	return error instanceof DOMException && error.name === "InvalidStateError";
}
