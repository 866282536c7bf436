import type { SessionId } from "@carhythm/core";
import { deleteSession } from "./delete-session.ts";
import { putDevice, readDevice, readSession } from "./records.ts";
import { forget, type TabState } from "./tab-state.ts";

/** Tabs that are open for longer than that many erasures are none. */
const MOST_ERASED = 20;

/** Lets this device forget a session that was erased on the server, as its student had asked. */
export async function forgetErased(tab: TabState, session_id: SessionId): Promise<void> {
	await tab.storage.write(async (tx) => {
		const record = await readSession(tx, session_id);
		for (const { key } of await tx.list("outbox", session_id)) await tx.delete("outbox", key);
		await deleteSession(tx, session_id);
		const device = await readDevice(tx);
		const current = device.current === session_id ? null : device.current;
		const erased = record ? [...device.erased, record.born].slice(-MOST_ERASED) : device.erased;
		await putDevice(tx, { ...device, current, erased });
	});
	const view = tab.views.get(session_id);
	if (view) forget(tab, view);
	tab.announce("changed");
}
