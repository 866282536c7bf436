import { notify } from "../tab-session-view.ts";
import { pendingOf } from "./pending.ts";
import { type SessionStorage, StorageFailed } from "./storage.ts";
import { orFallback, rewriteAfterEmptying, type TabState } from "./tab-state.ts";

const FIRST_LOOK_MS = 1000;
const LONGEST_LOOK_MS = 60_000;

/**
 * StorageWatch withdraws "on this device" after a failed write, and gives it back when the storage has proved
 * itself: `trusted → (failed write, lost connection or word of another tab) → doubted → (new log, unsent
 * answers read back) → trusted`. While answers are unsent it also looks whether the browser has emptied the
 * storage.
 */
export type StorageWatch = {
	readonly tab: TabState;
	timer: unknown;
	/** Failed checks in a row. */
	failures: number;
	/** Counts the reasons for doubt, so that one that comes during a check is not forgotten by it. */
	doubts: number;
	checking: Promise<void> | null;
	closed: boolean;
};

export function createStorageWatch(tab: TabState): StorageWatch {
	return { tab, timer: null, failures: 0, doubts: 0, checking: null, closed: false };
}

/**
 * Reports every failed write of a storage, and every write that succeeds. A storage that only took too long
 * has torn nothing.
 */
export function watchedStorage(
	storage: SessionStorage,
	on: { failed(reason: StorageFailed["reason"]): void; written(): void },
): SessionStorage {
	return {
		...storage,
		write: async (body) => {
			try {
				const result = await storage.write(body);
				on.written();
				return result;
			} catch (error) {
				if (error instanceof StorageFailed && !error.is_late) on.failed(error.reason);
				throw error;
			}
		},
	};
}

/** Withdraws the promise of this tab. @returns whether it was given until now */
export function doubtStorage(watch: StorageWatch, reason: StorageFailed["reason"]): boolean {
	const { tab } = watch;
	const isNew = tab.doubt === null;
	tab.doubt = reason;
	watch.doubts += 1;
	for (const view of tab.views.values()) notify(view);
	scheduleCheck(watch);
	return isNew;
}

/** Plans the next look, if answers are unsent and none is planned. */
export function scheduleCheck(watch: StorageWatch): void {
	const { tab, timer, failures, closed } = watch;
	const isIdle = [...tab.views.values()].every((view) => pendingOf(tab, view).length === 0);
	if (closed || timer !== null || isIdle) return;
	const milliseconds = Math.min(FIRST_LOOK_MS * 2 ** failures, LONGEST_LOOK_MS);
	watch.timer = tab.environment.setTimeout(() => {
		watch.timer = null;
		void checkStorage(watch).then(() => scheduleCheck(watch));
	}, milliseconds);
}

/** Looks at once. Never throws for what the storage does. */
export function checkStorage(watch: StorageWatch): Promise<void> {
	watch.checking ??= check(watch).finally(() => {
		watch.checking = null;
	});
	return watch.checking;
}

async function check(watch: StorageWatch): Promise<void> {
	const { tab } = watch;
	const { doubts } = watch;
	const wasDoubted = tab.doubt !== null;
	if (wasDoubted && !(await renewLog(tab))) {
		watch.failures += 1;
		return;
	}
	const isWhole = await rewriteAfterEmptying(tab);
	if (!isWhole || watch.doubts !== doubts) {
		watch.failures += 1;
		return;
	}
	watch.failures = 0;
	if (!wasDoubted) return;
	tab.doubt = null;
	for (const view of tab.views.values()) notify(view);
}

/**
 * Lets the browser begin a new log. What it writes behind the torn end of an old one may be thrown away when
 * it starts again.
 */
function renewLog({ storage }: TabState): Promise<boolean> {
	return orFallback(async () => {
		await storage.beginFreshLog?.();
		return true;
	}, false);
}

/** Ends the looking. */
export function closeStorageWatch(watch: StorageWatch): void {
	watch.closed = true;
	if (watch.timer !== null) watch.tab.environment.clearTimeout(watch.timer);
	watch.timer = null;
}
