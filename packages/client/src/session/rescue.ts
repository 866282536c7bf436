import { type RescueFile, toInstant } from "@carhythm/core";
import type { RescueCopy } from "../api.ts";
import { serverTime } from "../storage/clock.ts";
import { pendingOf } from "../storage/pending.ts";
import { readUnsent } from "../storage/records.ts";
import { deviceTime, orFallback, type TabState } from "../storage/tab-state.ts";
import type { TabSessionView } from "../tab-session-view.ts";

const ABOUT =
	"Answers to an assessment that have not reached its server. Personal: give this file only to the person who runs the assessment, who takes it in with: carhythm import-rescue FILE";

/** See `Session.exportUnsent`. Nothing leaves the outbox by it: what arrives twice counts once. */
export async function exportUnsent(tab: TabState, view: TabSessionView): Promise<RescueCopy | null> {
	const { session_id, record } = view;
	const stored = await orFallback(() => tab.storage.read((tx) => readUnsent(tx, session_id)), []);
	const byId = new Map<unknown, (typeof stored)[number]>();
	// In memory too, for where the storage takes nothing.
	const inMemory = pendingOf(tab, view).map(({ operation_id, client_time, command, after }) => ({
		operation_id,
		client_time,
		command,
		after,
	}));
	for (const operation of [...stored, ...inMemory]) {
		const { operation_id } = operation;
		if (!isAcknowledged(tab, operation_id)) byId.set(operation_id ?? operation, operation);
	}
	const operations = [...byId.values()].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
	if (operations.length === 0) return null;
	const saved_at = deviceTime(tab);
	const file: RescueFile = {
		carhythm_rescue: 1,
		about: ABOUT,
		session_id,
		display_id: record.display_id,
		...(tab.clock.id && { device_id: tab.clock.id }),
		saved_at: toInstant(saved_at),
		server_time: serverTime(tab.clock, saved_at),
		operations,
	};
	return {
		name: `carhythm-${record.display_id}.json`,
		text: `${JSON.stringify(file, null, "\t")}\n`,
		operations: operations.length,
	};
}

function timeOf({ client_time }: { client_time: unknown }): string {
	return typeof client_time === "string" ? client_time : "";
}

function isAcknowledged({ acknowledged }: TabState, operation_id: unknown): boolean {
	return [...acknowledged].some((id) => id === operation_id);
}
