import type { Client, Session, SessionChoice } from "./api.ts";
import { fetchVersion, latestAssessment } from "./assessments.ts";
import { UNKNOWN_CLOCK } from "./clock.ts";
import { type Device, forget, openView, pendingOf, readPending, reload, tolerant } from "./device.ts";
import { closeDrainer, createDrainer, drain, sendLastChance } from "./drainer.ts";
import type { Engine } from "./engine.ts";
import { browserEnvironment, type Environment, type Signal } from "./environment.ts";
import { putDevice, readDevice, readSession } from "./records.ts";
import { resume } from "./resume.ts";
import { openSession } from "./session.ts";
import { restore, start } from "./start.ts";
import type { Box, SessionStorage } from "./storage/storage.ts";
import { connectTabs, type News } from "./tabs.ts";
import { valueOrThrow } from "./transport.ts";
import type { View } from "./view.ts";

/** What a reset empties. Assessments hold nothing of a person, and the clock must not go back. */
const PERSONAL: readonly Box[] = ["sessions", "outbox", "refused", "aside"];

/**
 * Creates the engine of one tab. It begins at once to send what earlier visits left in the outbox.
 * @param options.base_url where the API is, without a slash at the end; the page's own origin when absent. On another origin the
 *   cookie does not find a session again, only the storage does.
 * @param options.storage from `openStorage`; the caller closes it after the client
 * @param options.environment parts of the world to replace, for tests and other hosts
 * @example const client = createClient({ storage: await openStorage() });
 */
export function createClient(options: {
	base_url?: string;
	storage: SessionStorage;
	environment?: Partial<Environment>;
}): Client {
	const environment: Environment = { ...browserEnvironment(), ...options.environment };
	const transport = { base_url: options.base_url ?? "", environment };
	const device: Device = {
		storage: options.storage,
		environment,
		views: new Map(),
		clock: UNKNOWN_CLOCK,
		acknowledged: new Set(),
		announce: (news) => tabs.announce(news),
	};
	const drainer = createDrainer(device, transport);
	const assessments = { device, transport, built: new Map() };
	const engine: Engine = { device, transport, drainer, assessments, remembered: new Map(), starting: null };
	const tabs = connectTabs(environment, (news) => void hear(engine, news));
	const stopListening = environment.signals.subscribe((signal) => void heed(engine, signal));
	const face = (view: View): Session => openSession(device, drainer, view);
	void drain(drainer, "append");

	return {
		durable: device.storage.durable,
		resume: () => resume(engine),
		latestAssessment: (key) => latestAssessment(assessments, key),
		start: async (wanted) => {
			const session = face(await start(engine, wanted));
			void drain(drainer, "wake");
			return session;
		},
		open: async (choice) => face(await open(engine, choice)),
		restore: async (session_id) => {
			const session = face(await restore(engine, session_id));
			void drain(drainer, "wake");
			return session;
		},
		reset: (how) => reset(engine, how?.discard_unsent ?? false),
		close() {
			stopListening();
			tabs.close();
			closeDrainer(drainer);
		},
	};
}

async function open(engine: Engine, choice: SessionChoice): Promise<View> {
	const { device, assessments, remembered } = engine;
	const { session_id } = choice.state;
	const record =
		(await tolerant(() => device.storage.read((tx) => readSession(tx, session_id)), null)) ??
		remembered.get(session_id) ??
		null;
	if (!record) throw new Error("This session was not found by resume().");
	const index = valueOrThrow(await fetchVersion(assessments, record.assessment.version_id));
	const view = await openView(device, session_id, index, record);
	if (!view) throw new Error("A session with a record did not open.");
	if (pendingOf(device, view).length > 0 || record.refresh_needed) void drain(engine.drainer, "append");
	return view;
}

async function reset(
	engine: Engine,
	discardUnsent: boolean,
): Promise<{ ok: true } | { ok: false; pending: number }> {
	const { device } = engine;
	const inMemory = (await readPending(device)).length;
	const pending = await device.storage.write(async (tx) => {
		const waiting = Math.max(inMemory, (await tx.list("outbox")).length);
		if (waiting > 0 && !discardUnsent) return waiting;
		for (const box of PERSONAL) {
			for (const { key } of await tx.list(box)) await tx.delete(box, key);
		}
		const { resets } = await readDevice(tx);
		await putDevice(tx, {
			format: 1,
			current: null,
			cookie_ignored: true,
			resets: resets + 1,
			starting: null,
			restoring: null,
		});
		return 0;
	});
	if (pending > 0) return { ok: false, pending };
	for (const view of device.views.values()) forget(device, view);
	engine.remembered.clear();
	device.announce("changed");
	return { ok: true };
}

async function hear({ device, drainer }: Engine, news: News): Promise<void> {
	await reload(device);
	if (news === "settled") await drain(drainer, "wake");
	else if (hasPending(device)) await drain(drainer, "append");
}

async function heed(engine: Engine, signal: Signal): Promise<void> {
	const { device, drainer } = engine;
	switch (signal) {
		case "hidden":
		case "pagehide":
			sendLastChance(drainer);
			return;
		case "online":
		case "visible":
		case "pageshow":
		case "focus":
			// Word from other tabs does not reach a page that was frozen, nor old browsers.
			await reload(device);
			await drain(drainer, "wake");
	}
}

function hasPending(device: Device): boolean {
	return [...device.views.values()].some((view) => pendingOf(device, view).length > 0);
}
