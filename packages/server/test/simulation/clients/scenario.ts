import { RequestRefused, ServerUnreachable, type Session } from "@carhythm/client";
import type { VirtualClock } from "@carhythm/client/testing";
import { type AnswerRecord, toInstant } from "@carhythm/core";
import type { Chance } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import type { Device, SimulatedEnvironment, Tab } from "./environment/environment.ts";
import type { EventCounts, ScenarioEvent } from "./environment/event-counts.ts";
import { createNetwork, drawDelivery } from "./environment/network.ts";
import type { Saboteur } from "./environment/saboteurs.ts";
import { newDevice, openTab } from "./environment/tab.ts";

/** What a student does that the history must show. */
export type ActionKind = "answer" | "clear" | "draft" | "complete";

/**
 * One thing that a student did, with its outcome as the page told it. `durable` must arrive at the server,
 * `refused` must not. `unknown` and `in_memory` may: the page died before it said anything, or only its
 * memory holds the action.
 */
export type Action = {
	number: number;
	session_id: string;
	kind: ActionKind;
	/** Null for the end of the assessment. */
	question_id: number | null;
	/** Identifies an answer or a draft in the history; null for other actions. */
	value: number | null;
	/** The answer that the page showed at that moment. */
	seen: AnswerRecord | null;
	window: StudentWindow;
	/** The page that took it. What only its memory holds is gone with it. */
	tab: Tab;
	outcome: "durable" | "in_memory" | "unknown" | "refused";
};

/** A student's window through all its reloads and crashes. No other window answers its own questions. */
export type StudentWindow = {
	device: Device;
	tab: Tab | null;
	own_questions: readonly number[];
};

/**
 * How often a scenario has each kind of fault: one scenario in so many. A scenario without some kinds meets
 * the others more often.
 */
const FAULT_ODDS = {
	network: 2,
	disk: 2,
	crash: 2,
	update: 2,
	clock: 2,
	clear: 2,
	endings: 2,
	ages: 2,
	hand_off: 2,
	forget: 3,
} as const;
type Fault = keyof typeof FAULT_ODDS;
const ALL_FAULTS = Object.keys(FAULT_ODDS) as Fault[];

export type Scenario = {
	environment: SimulatedEnvironment;
	chance: Chance;
	windows: StudentWindow[];
	devices: Device[];
	actions: Action[];
	/** The sessions that any page has shown. */
	sessions: Set<string>;
	faults: ReadonlySet<Fault>;
	/**
	 * Whether the server can know the order of a window's answers: see docs/evidence/simulations.md, known
	 * limits.
	 */
	order_known: boolean;
	questions: { sliders: readonly number[]; shared: readonly number[]; essay: number };
	/** Something goes wrong with one request in so many. */
	network_faults: { one_in: number };
	/** Sessions of which a browser's storage must hold nothing, since it was reset. */
	reset_sessions: Map<Device, Set<string>>;
	/** Pages whose last request found no session, although they show one. */
	unfound_tabs: Set<Tab>;
	/** Violated invariants that were seen before the end. */
	violations: string[];
	event_counts: EventCounts;
};

/** Every scenario begins here, far from the midnight of any time zone that the devices may have. */
export const BEGINNING = Date.parse("2027-03-27T09:00:00.000Z");

/** Draws two to four windows on one to three devices. The first window begins a session. */
export async function createScenario(
	server: SimulatedServer,
	clock: VirtualClock,
	chance: Chance,
	saboteur: Saboteur,
): Promise<Scenario> {
	const faults = new Set(ALL_FAULTS.filter((fault) => chance.oneIn(FAULT_ODDS[fault])));
	const network_faults = { one_in: faults.has("network") ? chance.pick([2, 3, 6, 20]) : 1_000_000 };
	const event_counts: EventCounts = {};
	const countEvent = (what: ScenarioEvent) => {
		event_counts[what] = (event_counts[what] ?? 0) + 1;
	};
	const plan = () => drawDelivery(chance, network_faults.one_in);
	const network = createNetwork({ server, clock, countEvent, plan, saboteur });
	const environment: SimulatedEnvironment = {
		server,
		clock,
		network,
		chance: chance.branch(),
		listeners: new Set(),
		countEvent,
	};
	const sliders = server.index.places.filter(({ question }) => question.type === "slider");
	const ids = sliders.map(({ question }) => question.id);
	const essay = server.index.places.find(({ question }) => question.type === "essay")?.question.id ?? 0;

	const window_count = chance.between(2, 4);
	const devices: Device[] = [];
	const windows: StudentWindow[] = [];
	for (let number = 0; number < window_count; number += 1) {
		const before = devices.filter(({ kind }) => kind === "indexed_db");
		const joins = before.length > 0 && chance.oneIn(2) ? chance.pick(before) : null;
		const device = joins ?? drawDevice(chance, faults, countEvent, `device-${chance.nat(2 ** 31)}-${number}`);
		if (!joins) devices.push(device);
		const own = ids[number];
		windows.push({ device, tab: null, own_questions: own === undefined ? [] : [own] });
	}
	return {
		environment,
		chance,
		windows,
		devices,
		actions: [],
		sessions: new Set(),
		faults,
		order_known: true,
		questions: { sliders: ids, shared: ids.slice(window_count), essay },
		network_faults,
		reset_sessions: new Map(),
		unfound_tabs: new Set(),
		violations: [],
		event_counts,
	};
}

function drawDevice(
	chance: Chance,
	faults: ReadonlySet<Fault>,
	countEvent: SimulatedEnvironment["countEvent"],
	name: string,
): Device {
	const device = newDevice(name, chance.oneIn(5) ? "memory" : "indexed_db");
	device.plain_http = chance.oneIn(3);
	if (faults.has("clock")) device.clock_error = chance.pick([0, -BEGINNING, YEAR_2099 - BEGINNING, 90_000]);
	if (device.clock_error === -BEGINNING) countEvent("clock of 1970");
	if (device.clock_error === YEAR_2099 - BEGINNING) countEvent("clock of 2099");
	return device;
}

const YEAR_2099 = Date.parse("2099-12-31T12:00:00.000Z");

/**
 * Opens the window's page and resumes its session. The first window of a scenario finds none, and begins it.
 */
export async function openSession(
	scenario: Scenario,
	window: StudentWindow,
	begins = mayStartSession(scenario, window),
): Promise<void> {
	const { environment, devices } = scenario;
	const { clock } = environment;
	if (!window.tab || window.tab.dead) {
		window.tab = await openTab(environment, window.device);
		// The student's other browser gets the cookie that a hand-off would have left there.
		window.device.jar.cookie ??= devices.find(({ jar }) => jar.cookie)?.jar.cookie ?? null;
	}
	const { tab } = window;
	await untilDoneOrDead(clock, tab, async () => {
		const { choice, server } = await tab.client.resume();
		if ("state" in choice) showSession(scenario, tab, await tab.client.open(choice));
		else if (server === "reached" && begins) {
			showSession(scenario, tab, await tab.client.start({ language: "en" }));
		}
	});
}

/** A session begins where there is none yet, and after every other reset, as the next student's. */
function mayStartSession({ sessions, reset_sessions, chance }: Scenario, { device }: StudentWindow): boolean {
	return sessions.size === 0 || (reset_sessions.has(device) && chance.oneIn(2));
}

/** Makes the page show this session, and close the one before. */
export function showSession(scenario: Scenario, tab: Tab, session: Session): void {
	if (tab.dead) return;
	tab.session?.close();
	tab.session = session;
	scenario.sessions.add(session.session_id);
	if (scenario.faults.has("hand_off")) session.follow();
}

/**
 * Advances the clock until the work is done, the network has failed it, or the page is dead.
 * @returns null in the last two cases
 */
export async function untilDoneOrDead<T>(
	clock: SimulatedEnvironment["clock"],
	tab: Tab,
	work: () => Promise<T>,
): Promise<T | null> {
	const done = work().catch((error: unknown) => {
		if (error instanceof ServerUnreachable || error instanceof RequestRefused) return null;
		throw error;
	});
	const end = Promise.race([done, tab.died.then(() => null)]);
	await clock.advanceUntil(end);
	return end;
}

/** Describes a scenario in one line, for failure messages. */
export function describeScenario(scenario: Scenario): string {
	const kinds = scenario.devices.map(({ kind, plain_http }) => (plain_http ? `${kind} on plain http` : kind));
	return `${scenario.windows.length} windows on ${kinds.join(", ")}; faults: ${[...scenario.faults].join(", ")}; ended ${toInstant(scenario.environment.clock.now())}`;
}
