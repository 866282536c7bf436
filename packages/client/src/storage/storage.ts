/**
 * The device's storage, as the engine sees it: named boxes of records under text keys, and transactions over
 * all boxes. What the records are is the business of `records.ts`; an implementation only keeps them. Every
 * implementation passes `testing/storage-conformance.ts`.
 */
export type SessionStorage = {
	/**
	 * Whether a write that has resolved survives a killed browser. Only then may a page say "saved on this
	 * device".
	 */
	readonly durable: boolean;
	/**
	 * Runs `body` over one consistent view. Transactions take effect in the order in which they were asked for.
	 * `body` may await nothing but the transaction's own methods, and the transaction ends with it.
	 * @throws {StorageFailed}
	 */
	read<T>(body: (tx: ReadTransaction) => Promise<T>): Promise<T>;
	/**
	 * Like {@link SessionStorage.read}, with writing. All of it is stored when the promise resolves; when
	 * `body` or the storage fails, none of it, unless the storage only took too long. `body` may run a second
	 * time if the first run came to nothing.
	 * @throws {StorageFailed}
	 */
	write<T>(body: (tx: WriteTransaction) => Promise<T>): Promise<T>;
	/**
	 * Moves what is stored out of a log whose end may be torn. Absent where the storage has no log.
	 * @throws {StorageFailed} when the log is still the old one
	 */
	beginFreshLog?(): Promise<void>;
	/**
	 * Calls `listener` when the browser has closed the storage under the page, as it does when it empties it.
	 * Absent where it cannot.
	 */
	onLost?(listener: () => void): void;
	/** Lets go of the storage; the records stay. */
	close(): void;
};

/** The boxes. `aside` takes records that could not be read and would have been overwritten. */
export const BOXES = ["sessions", "outbox", "refused", "assessments", "meta", "aside"] as const;
export type Box = (typeof BOXES)[number];

export type ReadTransaction = {
	/** The record, or undefined. It is a copy: changing it changes nothing stored. */
	get(box: Box, key: string): Promise<unknown>;
	/** All records whose key begins with `prefix`, in the order of their keys (UTF-16 code units). */
	list(box: Box, prefix?: string): Promise<{ key: string; value: unknown }[]>;
};

export type WriteTransaction = ReadTransaction & {
	/** Stores a copy. The value is plain data, as `structuredClone` takes it. */
	put(box: Box, key: string, value: unknown): Promise<void>;
	delete(box: Box, key: string): Promise<void>;
};

/**
 * The storage could not do its work; nothing of the transaction is stored, or, where the storage did not
 * answer in time, perhaps all.
 */
export class StorageFailed extends Error {
	override readonly name = "StorageFailed";
	readonly reason: "storage_full" | "storage_failed";
	/** The storage did not answer in time; it may be well. */
	readonly is_late: boolean;
	constructor(reason: "storage_full" | "storage_failed", cause: unknown, is_late = false) {
		super(reason === "storage_full" ? "The storage of this device is full." : "The storage failed.", {
			cause,
		});
		this.reason = reason;
		this.is_late = is_late;
	}
}
