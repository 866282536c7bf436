import type { SessionId } from "@carhythm/core";
import type { Assessments } from "./assessments.ts";
import type { Device } from "./device.ts";
import type { Drainer } from "./drainer.ts";
import type { DeviceRecord, SessionRecord } from "./records.ts";
import type { Transport } from "./transport.ts";

/** The parts of one client. */
export type Engine = {
	readonly device: Device;
	readonly transport: Transport;
	readonly drainer: Drainer;
	readonly assessments: Assessments;
	/** Sessions that the server told of while the storage could not take them. */
	readonly remembered: Map<SessionId, SessionRecord>;
	/** The start under way, where the storage could not take it. */
	starting: DeviceRecord["starting"];
	/** What can be restored, as of the last look into the storage. */
	set_aside: DeviceRecord["set_aside"];
};
