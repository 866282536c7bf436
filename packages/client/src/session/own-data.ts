import { ConsentReply, ErasureReply, mintOperationId, SessionExport } from "@carhythm/core";
import type { OwnData } from "../api.ts";
import { drain, type OutboxSender } from "../outbox/sender.ts";
import { changeRecord } from "../storage/change-record.ts";
import type { TabState } from "../storage/tab-state.ts";
import type { TabSessionView } from "../tab-session-view.ts";
import { request, valueOrThrow } from "../transport.ts";

/** See `Session.ownData`. What is queued stays queued, whatever is asked for here. */
export function ownData(tab: TabState, sender: OutboxSender, view: TabSessionView): OwnData {
	const { transport } = sender;
	const path = `/api/v2/session/${view.session_id}`;
	const operation = () => ({ operation_id: mintOperationId(tab.environment.randomBytes) });
	const release = async () => {
		await changeRecord(tab, view, { held_back: null, refresh_needed: true });
		void drain(sender, "end_back_off");
	};
	const changeErasure = async (end: "" | "/undo") => {
		const reply = await request(transport, "POST", `${path}/erase${end}`, ErasureReply, {
			body: operation(),
		});
		const { erase_at } = valueOrThrow(reply);
		await changeRecord(tab, view, { erase_at, held_back: erase_at === null ? null : "session_to_be_erased" });
		if (erase_at === null) await release();
	};
	return {
		export: async () => valueOrThrow(await request(transport, "GET", `${path}/export`, SessionExport)),
		erase: () => changeErasure(""),
		keep: () => changeErasure("/undo"),
		async agree(given) {
			const body = { ...given, ...operation() };
			const reply = await request(transport, "POST", `${path}/consent`, ConsentReply, { body });
			const { consent } = valueOrThrow(reply);
			await changeRecord(tab, view, { consent });
			await release();
		},
		async withdraw() {
			const body = operation();
			const reply = await request(transport, "POST", `${path}/consent/withdraw`, ConsentReply, { body });
			const { consent } = valueOrThrow(reply);
			await changeRecord(tab, view, { consent, held_back: "consent_withdrawn" });
		},
	};
}
