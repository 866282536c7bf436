import { StorageUnavailable } from "./store.ts";

type Waiting<In, Out> = { item: In; resolve: (out: Out) => void; reject: (error: unknown) => void };

/**
 * Lets the writes of many requests share one transaction, so that one fsync serves them all.
 *
 * Whoever waits when a commit starts is part of it; whoever comes meanwhile is part of the next. A promise resolves only
 * after the commit that holds it. A group that fails for any reason but the storage itself is tried again one by one, so
 * that a single bad item cannot fail its neighbours.
 */
export function createGroupCommit<In, Out>(
	commit: (items: readonly In[]) => Promise<readonly Out[]>,
	options: { largest_group: number; onGroup?: (size: number) => void },
): (item: In) => Promise<Out> {
	const waiting: Waiting<In, Out>[] = [];
	let running = false;

	async function drain(): Promise<void> {
		while (waiting.length > 0) {
			// One turn of the event loop: requests that have already arrived are read and join this group.
			await new Promise((resolve) => setImmediate(resolve));
			const group = waiting.splice(0, options.largest_group);
			options.onGroup?.(group.length);
			await settle(group);
		}
		running = false;
	}

	async function settle(group: readonly Waiting<In, Out>[]): Promise<void> {
		try {
			const results = await commit(group.map(({ item }) => item));
			for (const [i, { resolve }] of group.entries()) resolve(results[i] as Out);
		} catch (error) {
			if (group.length > 1 && !(error instanceof StorageUnavailable)) {
				for (const one of group) await settle([one]);
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
