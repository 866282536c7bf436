import { StorageUnavailable } from "../store.ts";
import { createLockWaitQueue, type Waiting } from "./lock-wait-queue.ts";

const MOST_TURNS = 20;

export type GroupOptions<In> = {
	largest_group: number;
	/** A group ends when it is heavier than this together; one alone may be. */
	heaviest_group: number;
	weigh: (item: In) => number;
	/** Items of one key are committed in the order in which they came. */
	keyOf: (item: In) => string;
	/** Whether a commit failed without effect because another connection holds a lock. */
	isLockTimeout: (error: unknown) => boolean;
	/** How long an item may wait for a lock before it is rejected. */
	longest_wait_ms: number;
	onGroup?: (size: number) => void;
};

/**
 * Lets the writes of many requests share one transaction, so that one fsync serves them all.
 *
 *     idle → gathering → committing → resolved, then the next group
 *                                   → lock timeout: the group moves to the lock-wait queue
 *                                   → other failure: each item is committed alone
 *                                   → storage unavailable: every item is rejected
 *
 * An item that waits when a commit starts is part of it; one that arrives meanwhile is part of the next. A
 * promise resolves only after its commit. A group of several that fails is retried one by one, so that a
 * single bad item cannot fail its neighbours.
 */
export function createGroupCommit<In, Out>(
	commit: (items: readonly In[]) => Promise<readonly Out[]>,
	options: GroupOptions<In>,
): (item: In) => Promise<Out> {
	const { largest_group, heaviest_group, weigh } = options;
	const waiting: Waiting<In, Out>[] = [];
	const lockWaits = createLockWaitQueue(commit, options);
	let running = false;

	async function drain(): Promise<void> {
		while (waiting.length > 0) {
			await gather();
			const group = nextGroup();
			if (group.length === 0) continue;
			options.onGroup?.(group.length);
			await commitGroup(group);
		}
		running = false;
	}

	/**
	 * Gives requests that have already arrived the chance to join: turns of the event loop for as long as each
	 * brings more. A lone request waits for one turn; a full house shares one fsync where it would need two or
	 * three.
	 */
	async function gather(): Promise<void> {
		let before = 0;
		for (let turn = 0; turn < MOST_TURNS && waiting.length > before; turn += 1) {
			before = waiting.length;
			await new Promise((resolve) => setImmediate(resolve));
			if (waiting.length >= largest_group) return;
		}
	}

	/** An item whose key waits for a lock joins it there, so that items of one key keep their order. */
	function nextGroup(): Waiting<In, Out>[] {
		const group: Waiting<In, Out>[] = [];
		let weight = 0;
		let taken = 0;
		for (const one of waiting) {
			if (lockWaits.has(one.item)) lockWaits.add(one);
			else {
				weight += weigh(one.item);
				if (group.length > 0 && weight > heaviest_group) break;
				group.push(one);
			}
			taken += 1;
			if (group.length >= largest_group) break;
		}
		waiting.splice(0, taken);
		return group;
	}

	async function commitGroup(group: readonly Waiting<In, Out>[]): Promise<void> {
		try {
			const results = await commit(group.map(({ item }) => item));
			for (const [i, { resolve }] of group.entries()) resolve(results[i] as Out);
		} catch (error) {
			if (options.isLockTimeout(error)) {
				for (const one of group) lockWaits.add(one, error);
			} else if (group.length > 1 && !(error instanceof StorageUnavailable)) {
				for (const one of group) {
					if (lockWaits.has(one.item)) lockWaits.add(one);
					else await commitGroup([one]);
				}
			} else {
				for (const { reject } of group) reject(error);
			}
		}
	}

	return (item) =>
		new Promise<Out>((resolve, reject) => {
			waiting.push({ item, resolve, reject });
			if (running) return;
			running = true;
			void drain();
		});
}
