/**
 * The browser's session engine, for any front end: it keeps answers on the device, sends them until the server has
 * acknowledged each one, and brings tabs, devices and visits together.
 *
 * @example
 * const client = createClient({ storage: await openStorage() });
 * const { choice } = await client.resume();
 * const session = choice.kind === "continue" ? await client.open(choice) : await client.start({ language: "en" });
 * session.subscribe(() => draw(session.state, session.save));
 * await session.answer(7, { type: "slider", value: 4 });
 */
export type {
	Client,
	FeedbackInput,
	HandOff,
	HeldElsewhere,
	LatestAssessment,
	Outcome,
	OwnData,
	RedeemOptions,
	RefusedOperation,
	RescueCopy,
	ResetOutcome,
	RestorableSession,
	Resumed,
	SaveStatus,
	Session,
	SessionChoice,
	SessionPhase,
	StartOptions,
	UnreachableReason,
	WaitReason,
} from "./api.ts";
export { RequestRefused, ServerUnreachable } from "./api.ts";
export { createClient } from "./client.ts";
export type { Channel, Environment, EventListener, Locks, Signal } from "./environment.ts";
export { openIndexedDbStorage } from "./storage/indexed-db.ts";
export { createMemoryStorage } from "./storage/memory.ts";
export { openStorage } from "./storage/open.ts";
export { type SessionStorage, StorageFailed } from "./storage/storage.ts";
