import { mintUuid, type SessionId } from "@carhythm/core";
import { changeDevice, type Device, tolerant } from "./device.ts";
import { type DeviceRecord, NEW_DEVICE, putDevice, readDevice } from "./records.ts";
import type { WriteTransaction } from "./storage/storage.ts";

/**
 * Begins a visit to a shared computer. While it lasts, answers are kept as safely as anywhere; afterwards nothing of it is shown
 * to anybody, and what is sent is gone.
 */
export function beginSharedVisit({ environment }: Device): string {
	const visit = mintUuid(environment.randomBytes);
	environment.visit?.write(visit);
	return visit;
}

/** What has to go once it is sent, when another session, or none, takes the place of the current one. */
export function leftBehind(
	{ current, shared, left_behind }: DeviceRecord,
	next: SessionId | null,
): SessionId[] {
	const all = shared === null || current === null ? left_behind : [...left_behind, current];
	return all.filter((session_id) => session_id !== next);
}

/** Ends a visit of which only the storage still knows: its tab was closed. What is unsent stays until it is sent. */
export async function endPastVisit(device: Device): Promise<void> {
	const here = device.environment.visit?.read() ?? null;
	const isOver = ({ shared }: DeviceRecord) => shared !== null && shared !== here;
	const stored = await readDeviceOf(device);
	if (isOver(stored)) {
		await changeDevice(device, (before) =>
			isOver(before)
				? {
						...before,
						current: null,
						shared: null,
						cookie_ignored: true,
						left_behind: leftBehind(before, null),
					}
				: before,
		);
	}
	await clearLeftBehind(device);
}

/** Deletes what past visits left, as far as it is sent. */
export async function clearLeftBehind(device: Device): Promise<void> {
	const { left_behind } = await readDeviceOf(device);
	if (left_behind.length === 0) return;
	await tolerant(
		() =>
			device.storage.write(async (tx) => {
				const before = await readDevice(tx);
				const waiting: SessionId[] = [];
				for (const session_id of before.left_behind) {
					// This page could write one that it still shows again.
					const isOpen = device.views.has(session_id);
					if (isOpen || (await tx.list("outbox", session_id)).length > 0) waiting.push(session_id);
					else await deleteSession(tx, session_id);
				}
				await putDevice(tx, { ...before, left_behind: waiting });
			}),
		undefined,
	);
}

function readDeviceOf({ storage }: Device): Promise<DeviceRecord> {
	return tolerant(() => storage.read(readDevice), NEW_DEVICE);
}

async function deleteSession(tx: WriteTransaction, session_id: SessionId): Promise<void> {
	for (const box of ["sessions", "refused"] as const) {
		for (const { key } of await tx.list(box, session_id)) await tx.delete(box, key);
	}
	for (const { key } of await tx.list("aside")) {
		if (key.includes(session_id)) await tx.delete("aside", key);
	}
}
