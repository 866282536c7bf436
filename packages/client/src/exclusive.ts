import { mintUuid } from "@carhythm/core";
import type { Device } from "./device.ts";
import { deleteLease, putLease, readLease } from "./records.ts";
import { StorageFailed } from "./storage/storage.ts";

const NAME = "carhythm-outbox";
/** So long the others wait for a tab that was closed while it was sending. */
const LEASE_MS = 6000;
/** Whoever sends renews the lease this often. In the background timers may be late: the lease may then end under a sender. */
const BEAT_MS = 2000;

/**
 * Runs `body` while no other tab of this origin runs one: under a Web Lock, for which it waits, or on plain http under a lease
 * in the storage. It is for order and thrift; correctness never depends on it, since every operation carries its id.
 * @returns `busy` when another tab holds the lease
 */
export async function exclusively<T>(
	device: Device,
	body: (renew: () => Promise<void>) => Promise<T>,
): Promise<T | "busy"> {
	const { locks } = device.environment;
	if (locks) return locks.request(NAME, () => body(() => Promise.resolve()));
	const holder = mintUuid(device.environment.randomBytes);
	try {
		if (!(await takeLease(device, holder))) return "busy";
	} catch (error) {
		// A storage that takes no lease takes no operations of other tabs either.
		if (error instanceof StorageFailed) return body(() => Promise.resolve());
		throw error;
	}
	const endBeat = beat(device, holder);
	try {
		return await body(async () => {
			await takeLease(device, holder).catch(ignoreStorage);
		});
	} finally {
		endBeat();
		await returnLease(device, holder).catch(ignoreStorage);
	}
}

/** @returns a function that ends it */
function beat(device: Device, holder: string): () => void {
	const { environment } = device;
	let isOver = false;
	const wait = (): unknown => environment.setTimeout(() => void renew(), BEAT_MS);
	const renew = async () => {
		await takeLease(device, holder).catch(ignoreStorage);
		if (!isOver) timer = wait();
	};
	let timer = wait();
	return () => {
		isOver = true;
		environment.clearTimeout(timer);
	};
}

function takeLease(device: Device, holder: string): Promise<boolean> {
	return device.storage.write(async (tx) => {
		const now = device.environment.now();
		const lease = await readLease(tx);
		// A lease that ends further away than any can was made before the clock was set back.
		const isHeld = lease && lease.until > now && lease.until <= now + LEASE_MS;
		if (isHeld && lease.holder !== holder) return false;
		await putLease(tx, { format: 1, holder, until: now + LEASE_MS });
		return true;
	});
}

function returnLease(device: Device, holder: string): Promise<void> {
	return device.storage.write(async (tx) => {
		if ((await readLease(tx))?.holder === holder) await deleteLease(tx);
	});
}

function ignoreStorage(error: unknown): void {
	if (!(error instanceof StorageFailed)) throw error;
}
