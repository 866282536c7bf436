import { heldElsewhere, PrivacyReply } from "@carhythm/core";
import { type Client, RequestRefused, type Session, type SessionChoice } from "./api.ts";
import type { Engine } from "./engine.ts";
import { browserEnvironment, type Environment, type Signal } from "./environment.ts";
import { loadHandOff, loadLeave, loadOwnData, loadRescue, loadReset } from "./lazy-modules.ts";
import { FORGOTTEN } from "./outbox/append.ts";
import { closeSender, createSender, drain, sendLastChance } from "./outbox/sender.ts";
import { fetchVersion, latestAssessment } from "./session/assessments.ts";
import { readRestorable } from "./session/current.ts";
import { resume } from "./session/resume.ts";
import { restore, start } from "./session/start.ts";
import { openSession } from "./session.ts";
import { UNKNOWN_CLOCK } from "./storage/clock.ts";
import { finishCleanup } from "./storage/left-behind.ts";
import { pendingOf } from "./storage/pending.ts";
import { readDevice, readSession } from "./storage/records.ts";
import type { SessionStorage } from "./storage/storage.ts";
import {
	checkStorage,
	closeStorageWatch,
	createStorageWatch,
	doubtStorage,
	scheduleCheck,
	watchedStorage,
} from "./storage/storage-watch.ts";
import { openView, orFallback, reload, type TabState } from "./storage/tab-state.ts";
import { connectTabs, type TabMessage } from "./storage/tabs.ts";
import type { TabSessionView } from "./tab-session-view.ts";
import { request, valueOrThrow } from "./transport.ts";

/**
 * Creates the engine of one tab. It begins at once to send what earlier visits left in the outbox.
 * @param options.base_url where the API is, without a slash at the end; the page's own origin when absent. On
 *   another origin the cookie does not find a session again, only the storage does.
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
	const tab: TabState = {
		storage: watchedStorage(options.storage, {
			failed: (reason) => {
				if (doubtStorage(watch, reason)) tab.announce("doubted");
			},
			written: () => {
				if (tab.doubt !== null) void checkStorage(watch);
			},
		}),
		environment,
		views: new Map(),
		clock: UNKNOWN_CLOCK,
		last_reset: null,
		leaving: null,
		has_moved: false,
		acknowledged: new Set(),
		without_cookie: new Set(),
		doubt: null,
		watch: () => scheduleCheck(watch),
		lock_is_stuck: false,
		announce: (news) => tabs.announce(news),
	};
	const watch = createStorageWatch(tab);
	tab.storage.onLost?.(() => {
		doubtStorage(watch, "storage_failed");
		void checkStorage(watch);
	});
	const sender = createSender(tab, transport);
	const assessments = { tab, transport, built: new Map() };
	const engine: Engine = {
		tab,
		transport,
		sender,
		assessments,
		remembered: new Map(),
		starting: null,
		set_aside: null,
	};
	const tabs = connectTabs(environment, (news) => {
		if (news === "doubted") doubtStorage(watch, "storage_failed");
		else void hear(engine, news);
	});
	const stopListening = environment.signals.subscribe((signal) => void heed(engine, signal));
	const face = (view: TabSessionView): Session => openSession(tab, sender, view);
	void drain(sender, "keep_back_off").then(() => finishCleanup(tab));

	return {
		durable: tab.storage.durable,
		resume: () => resume(engine),
		latestAssessment: (key) => latestAssessment(assessments, key),
		privacy: async (key) => {
			const query = key ? `?assessment=${encodeURIComponent(key)}` : "";
			return valueOrThrow(await request(transport, "GET", `/api/v2/settings/privacy${query}`, PrivacyReply));
		},
		start: async (wanted) => {
			const session = face(await start(engine, wanted));
			void drain(sender, "end_back_off");
			return session;
		},
		open: async (choice) => face(await open(engine, choice)),
		restore: async (session_id) => {
			const session = face(await restore(engine, session_id));
			void drain(sender, "end_back_off");
			return session;
		},
		leaveOthers: async (session_id) => {
			const session = face(await (await loadLeave()).leaveOthers(engine, session_id));
			void drain(sender, "end_back_off");
			return session;
		},
		restorable: () => readRestorable(engine),
		redeem: async (code, how) => {
			const session = face(await (await loadHandOff()).redeem(engine, code, how ?? {}));
			void drain(sender, "end_back_off");
			return session;
		},
		heldElsewhere: (state) => heldElsewhere(state, tab.clock.id),
		reset: async (how) => (await loadReset()).reset(engine, how?.discard_unsent ?? false),
		async prepare() {
			await Promise.allSettled([loadHandOff(), loadLeave(), loadOwnData(), loadReset(), loadRescue()]);
		},
		close() {
			stopListening();
			tabs.close();
			closeSender(sender);
			closeStorageWatch(watch);
		},
	};
}

async function open(engine: Engine, choice: SessionChoice): Promise<TabSessionView> {
	const { tab, assessments, remembered } = engine;
	const { session_id } = choice.state;
	const stored = await orFallback(
		() =>
			tab.storage.read(async (tx) => ({
				record: await readSession(tx, session_id),
				last_reset: (await readDevice(tx)).last_reset,
			})),
		null,
	);
	const record = stored?.record ?? remembered.get(session_id) ?? null;
	if (!record)
		throw new RequestRefused({ type: "about:blank", title: "Session not found", status: 404, ...FORGOTTEN });
	const index = valueOrThrow(await fetchVersion(assessments, record.assessment.version_id));
	const view = await openView(tab, index, record, stored?.last_reset ?? null);
	if (pendingOf(tab, view).length > 0 || record.refresh_needed) void drain(engine.sender, "keep_back_off");
	return view;
}

async function hear({ tab, sender }: Engine, news: Exclude<TabMessage, "doubted">): Promise<void> {
	await reload(tab);
	if (news === "settled") await drain(sender, "end_back_off");
	else if (hasPending(tab)) await drain(sender, "keep_back_off");
}

async function heed(engine: Engine, signal: Signal): Promise<void> {
	const { tab, sender } = engine;
	switch (signal) {
		case "hidden":
		case "pagehide":
			sendLastChance(sender);
			return;
		case "online":
		case "visible":
		case "pageshow":
		case "focus":
			// Word from other tabs does not reach a page that was frozen, nor old browsers.
			await reload(tab);
			await drain(sender, "end_back_off");
			await finishCleanup(tab);
	}
}

function hasPending(tab: TabState): boolean {
	return [...tab.views.values()].some((view) => pendingOf(tab, view).length > 0);
}
