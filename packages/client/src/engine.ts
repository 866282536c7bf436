import type { SessionId } from "@carhythm/core";
import type { OutboxSender } from "./outbox/sender.ts";
import type { Assessments } from "./session/assessments.ts";
import type { DeviceRecord, SessionRecord } from "./storage/records.ts";
import type { TabState } from "./storage/tab-state.ts";
import type { Transport } from "./transport.ts";

/** The parts of one client. */
export type Engine = {
	readonly tab: TabState;
	readonly transport: Transport;
	readonly sender: OutboxSender;
	readonly assessments: Assessments;
	/** Sessions that the server told of while the storage could not take them. */
	readonly remembered: Map<SessionId, SessionRecord>;
	/** The start under way, where the storage could not take it. */
	starting: DeviceRecord["starting"];
	/** What can be restored, as of the last look into the storage. */
	set_aside: DeviceRecord["set_aside"];
};
