import { mintUuid } from "@carhythm/core";
import type { Locks } from "../environment.ts";
import { deleteLease, putLease, readLease } from "../storage/records.ts";
import { StorageFailed } from "../storage/storage.ts";
import type { TabState } from "../storage/tab-state.ts";

const NAME = "carhythm-outbox";
/**
 * A tab that holds the lock for longer may be suspended with it, and would block all others for as long as it
 * sleeps.
 */
const LOCK_TIMEOUT_MS = 12_000;
/** The timeout after one that ran out, until the lock is granted again. */
const STUCK_LOCK_TIMEOUT_MS = 500;
/** How long other tabs wait for a tab that was closed while it was sending. */
export const LEASE_MS = 6000;
/** A sender renews the lease this often. Background tabs get late timers: the lease may then end under a sender. */
const BEAT_MS = 2000;

type Body<T> = (renew: () => Promise<void>) => Promise<T>;

/**
 * Runs `body` while no other tab of this origin runs one.
 *
 *     Web Lock granted → body under the lock, and under a lease once it takes longer than 2 s
 *     no locks (plain http), refused (blocked site data) or not granted within 12 s (a suspended tab)
 *       → lease in the storage free → body under the lease, renewed every 2 s
 *       → lease held → busy
 *       → storage takes no lease → body without any
 *
 * Two senders at once cost requests, never answers: every operation carries its id.
 * @returns `busy` when another tab holds the lease
 */
export async function withSenderLock<T>(tab: TabState, body: Body<T>): Promise<T | "busy"> {
	const { locks, randomBytes } = tab.environment;
	const holder = mintUuid(randomBytes);
	const locked = locks && (await underLock(tab, locks, () => runLeased(tab, holder, false, body)));
	if (locked) return locked.result;
	try {
		if (!(await takeLease(tab, holder))) return "busy";
	} catch (error) {
		// A storage that takes no lease takes no operations of other tabs either.
		if (error instanceof StorageFailed) return body(() => Promise.resolve());
		throw error;
	}
	return runLeased(tab, holder, true, body);
}

/** @returns null where no lock was granted; `run` has not begun then */
async function underLock<T>(
	tab: TabState,
	locks: Locks,
	run: () => Promise<T>,
): Promise<{ result: T } | null> {
	const { environment } = tab;
	const giveUp = new AbortController();
	const { signal } = giveUp;
	const timeout_ms = tab.lock_is_stuck ? STUCK_LOCK_TIMEOUT_MS : LOCK_TIMEOUT_MS;
	const timer = environment.setTimeout(() => giveUp.abort(), timeout_ms);
	let hasBegun = false;
	try {
		return await locks.request(NAME, { signal }, async () => {
			if (signal.aborted) return null;
			hasBegun = true;
			tab.lock_is_stuck = false;
			environment.clearTimeout(timer);
			return { result: await run() };
		});
	} catch (error) {
		if (hasBegun) throw error;
		tab.lock_is_stuck = signal.aborted;
		return null;
	} finally {
		environment.clearTimeout(timer);
	}
}

/**
 * Runs `body` under a lease that is renewed.
 * @param isTaken whether the lease is taken already. Under a lock it is not worth a write, unless it takes so
 *   long that others might think that this tab is suspended
 */
async function runLeased<T>(tab: TabState, holder: string, isTaken: boolean, body: Body<T>): Promise<T> {
	const { environment } = tab;
	let isOver = false;
	let isLeased = isTaken;
	const renew = async () => {
		isLeased = true;
		await takeLease(tab, holder).catch(ignoreStorage);
	};
	const beat = async () => {
		await renew();
		if (!isOver) timer = wait();
	};
	const wait = (): unknown => environment.setTimeout(() => void beat(), BEAT_MS);
	let timer = wait();
	try {
		return await body(isTaken ? renew : () => Promise.resolve());
	} finally {
		isOver = true;
		environment.clearTimeout(timer);
		if (isLeased) await returnLease(tab, holder).catch(ignoreStorage);
	}
}

function takeLease(tab: TabState, holder: string): Promise<boolean> {
	return tab.storage.write(async (tx) => {
		const now = tab.environment.now();
		const lease = await readLease(tx);
		// A lease that ends further away than any can was made before the clock was set back.
		const isHeld = lease && lease.until > now && lease.until <= now + LEASE_MS;
		if (isHeld && lease.holder !== holder) return false;
		await putLease(tx, { format: 1, holder, until: now + LEASE_MS });
		return true;
	});
}

function returnLease(tab: TabState, holder: string): Promise<void> {
	return tab.storage.write(async (tx) => {
		if ((await readLease(tx))?.holder === holder) await deleteLease(tx);
	});
}

function ignoreStorage(error: unknown): void {
	if (!(error instanceof StorageFailed)) throw error;
}
