/** An item that waits to be committed, with the promise of its request. */
export type Waiting<In, Out> = { item: In; resolve: (out: Out) => void; reject: (error: unknown) => void };

type Lane<In, Out> = { waiting: { one: Waiting<In, Out>; until: number }[]; error: unknown };

/** Each of them has a connection of its own meanwhile, and most connections must stay with the others. */
const MOST_AT_ONCE = 3;

/**
 * Items that hit a lock timeout, for example on a row that an operator's open transaction holds. They leave
 * the main queue, so that only they wait for that lock. Items of one key keep their order. Each is committed
 * alone, again and again, until its time is over; `commit` must therefore use a short lock timeout.
 */
export function createLockWaitQueue<In, Out>(
	commit: (items: readonly In[]) => Promise<readonly Out[]>,
	options: {
		keyOf: (item: In) => string;
		isLockTimeout: (error: unknown) => boolean;
		longest_wait_ms: number;
	},
) {
	const lanes = new Map<string, Lane<In, Out>>();
	const queue: string[] = [];
	let busy = 0;

	async function work(): Promise<void> {
		for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
			const lane = lanes.get(key);
			if (lane) await attempt(lane);
			// At the end: many that stay locked must not keep one waiting that is free by now.
			if (lane && lane.waiting.length > 0) queue.push(key);
			else lanes.delete(key);
		}
		busy -= 1;
	}

	async function attempt(lane: Lane<In, Out>): Promise<void> {
		const now = performance.now();
		const overdue = lane.waiting.filter(({ until }) => until < now);
		lane.waiting = lane.waiting.filter(({ until }) => until >= now);
		for (const { one } of overdue) one.reject(lane.error);
		const [first] = lane.waiting;
		if (!first) return;
		try {
			const [out] = await commit([first.one.item]);
			lane.waiting.shift();
			first.one.resolve(out as Out);
		} catch (error) {
			lane.error = error;
			if (options.isLockTimeout(error)) return;
			lane.waiting.shift();
			first.one.reject(error);
		}
	}

	return {
		/** Whether an item with this key waits here; a later one of the same key has to wait behind it. */
		has: (item: In) => lanes.has(options.keyOf(item)),
		/** @param error why it is here; not needed behind another one of its key */
		add(one: Waiting<In, Out>, error?: unknown): void {
			const key = options.keyOf(one.item);
			const held = { one, until: performance.now() + options.longest_wait_ms };
			const lane = lanes.get(key);
			if (lane) return void lane.waiting.push(held);
			lanes.set(key, { waiting: [held], error });
			queue.push(key);
			if (busy >= MOST_AT_ONCE) return;
			busy += 1;
			void work();
		},
	};
}
