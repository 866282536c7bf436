/** One whose write waits to be committed. */
export type Waiting<In, Out> = { item: In; resolve: (out: Out) => void; reject: (error: unknown) => void };

type Lane<In, Out> = { waiting: { one: Waiting<In, Out>; until: number }[]; error: unknown };

/** Each of them has a connection of its own meanwhile, and most connections must stay with the others. */
const MOST_AT_ONCE = 3;

/**
 * Where those wait who need what somebody else has locked, an operator's open transaction for example: beside the queue, so that nobody waits
 * for a stranger's lock with them. Those of one key keep their order. Each is tried alone, again and again, until its
 * time is over; `commit` must not wait long.
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
		/** Whether somebody with this key waits here, behind whom another one has to wait as well. */
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
