import { StorageUnavailable } from "./store.ts";

const MOST_TURNS = 20;

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
			await gather();
			const group = waiting.splice(0, options.largest_group);
			options.onGroup?.(group.length);
			await settle(group);
		}
		running = false;
	}

	/**
	 * Gives requests that have already arrived the chance to join: turns of the event loop for as long as each brings more.
	 * A lone request waits for one turn; a full house shares one fsync where it would need two or three.
	 */
	async function gather(): Promise<void> {
		let before = 0;
		for (let turn = 0; turn < MOST_TURNS && waiting.length > before; turn += 1) {
			before = waiting.length;
			await new Promise((resolve) => setImmediate(resolve));
			if (waiting.length >= options.largest_group) return;
		}
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
