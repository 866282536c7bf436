import { RequestRefused, ServerUnreachable, type Session } from "@carhythm/client";
import type { VirtualClock } from "@carhythm/client/testing";
import { type AnswerRecord, toInstant } from "@carhythm/core";
import type { Chance } from "../chance.ts";
import type { SimulatedServer } from "../simulated-server.ts";
import type { Happening, Tally } from "./happenings.ts";
import type { Saboteur } from "./meddling.ts";
import { createNetwork, drawDelivery } from "./network.ts";
import type { Device, Surroundings, Tab } from "./surroundings.ts";
import { newDevice, openTab } from "./tab.ts";

/** What a student does that has to come to something. */
export type Deed = "answer" | "clear" | "draft" | "complete";

/**
 * What became of a deed, as far as the student was told: `kept` has to arrive; `open` may arrive (its page
 * died before it said anything, or only memory held it); `refused` must not.
 */
export type Attempt = {
	number: number;
	session_id: string;
	deed: Deed;
	/** Null for the end of the assessment. */
	question_id: number | null;
	/** By which an answer or a draft is known again; null for what has none. */
	value: number | null;
	/** The answer that the page showed then. */
	seen: AnswerRecord | null;
	line: Line;
	/** The page that took it: what only its memory held is gone with it. */
	tab: Tab;
	fate: "kept" | "in_memory" | "open" | "refused";
};

/** One student's window through all its reloads and crashes. Its own questions are answered nowhere else. */
export type Line = {
	device: Device;
	tab: Tab | null;
	own: readonly number[];
};

/**
 * What a schedule may do to its clients, in one schedule of so many. Each leaves some out, so that what
 * remains is met more often.
 */
const TROUBLES = {
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
type Trouble = keyof typeof TROUBLES;
const ALL_TROUBLES = Object.keys(TROUBLES) as Trouble[];

export type Story = {
	surroundings: Surroundings;
	chance: Chance;
	lines: Line[];
	devices: Device[];
	attempts: Attempt[];
	/** Every session that a student saw. */
	sessions: Set<string>;
	troubles: ReadonlySet<Trouble>;
	/** Whether the server can know in which order a window's answers were given: see docs/evidence/simulations.md. */
	order_known: boolean;
	questions: { sliders: readonly number[]; shared: readonly number[]; essay: number };
	/** One request in so many meets trouble. */
	weather: { trouble: number };
	/** What a browser was made to forget. */
	forgotten: Map<Device, Set<string>>;
	/** Pages that showed a session in the end which their last look did not find. */
	unfound: Set<Tab>;
	/** What was seen to be wrong on the way. */
	wrong: string[];
	tally: Tally;
};

/** The beginning of every schedule: far from any midnight of any clock. */
export const BEGINNING = Date.parse("2027-03-27T09:00:00.000Z");

/** Sets up two to four windows on one to three devices, of which the first begins a session. */
export async function beginStory(
	server: SimulatedServer,
	time: VirtualClock,
	chance: Chance,
	saboteur: Saboteur,
): Promise<Story> {
	const troubles = new Set(ALL_TROUBLES.filter((trouble) => chance.oneIn(TROUBLES[trouble])));
	const weather = { trouble: troubles.has("network") ? chance.pick([2, 3, 6, 20]) : 1_000_000 };
	const tally: Tally = {};
	const note = (what: Happening) => {
		tally[what] = (tally[what] ?? 0) + 1;
	};
	const plan = () => drawDelivery(chance, weather.trouble);
	const network = createNetwork({ server, clock: time, note, plan, saboteur });
	const surroundings: Surroundings = {
		server,
		time,
		network,
		chance: chance.branch(),
		listeners: new Set(),
		note,
	};
	const sliders = server.index.places.filter(({ question }) => question.type === "slider");
	const ids = sliders.map(({ question }) => question.id);
	const essay = server.index.places.find(({ question }) => question.type === "essay")?.question.id ?? 0;

	const windows = chance.between(2, 4);
	const devices: Device[] = [];
	const lines: Line[] = [];
	for (let number = 0; number < windows; number += 1) {
		const before = devices.filter(({ kind }) => kind === "indexed_db");
		const joins = before.length > 0 && chance.oneIn(2) ? chance.pick(before) : null;
		const device =
			joins ?? aDevice(chance, troubles, surroundings.note, `device-${chance.nat(2 ** 31)}-${number}`);
		if (!joins) devices.push(device);
		const own = ids[number];
		lines.push({ device, tab: null, own: own === undefined ? [] : [own] });
	}
	return {
		surroundings,
		chance,
		lines,
		devices,
		attempts: [],
		sessions: new Set(),
		troubles,
		order_known: true,
		questions: { sliders: ids, shared: ids.slice(windows), essay },
		weather,
		forgotten: new Map(),
		unfound: new Set(),
		wrong: [],
		tally,
	};
}

function aDevice(
	chance: Chance,
	troubles: ReadonlySet<Trouble>,
	note: Surroundings["note"],
	name: string,
): Device {
	const device = newDevice(name, chance.oneIn(5) ? "memory" : "indexed_db");
	device.plain = chance.oneIn(3);
	if (troubles.has("clock")) device.clock_error = chance.pick([0, -BEGINNING, YEAR_2099 - BEGINNING, 90_000]);
	if (device.clock_error === -BEGINNING) note("clock of 1970");
	if (device.clock_error === YEAR_2099 - BEGINNING) note("clock of 2099");
	return device;
}

const YEAR_2099 = Date.parse("2099-12-31T12:00:00.000Z");

/** Opens the page and takes up the session that there is; the first one to find none begins it. */
export async function ensureOpen(story: Story, line: Line, begins = mayBegin(story, line)): Promise<void> {
	const { surroundings, devices } = story;
	const { time } = surroundings;
	if (!line.tab || line.tab.dead) {
		line.tab = await openTab(surroundings, line.device);
		// The student's other browser, where the session is found by what a hand-off would have left there.
		line.device.jar.cookie ??= devices.find(({ jar }) => jar.cookie)?.jar.cookie ?? null;
	}
	const { tab } = line;
	await untilDeadOr(time, tab, async () => {
		const { choice, server } = await tab.client.resume();
		if (choice.kind !== "nothing") takeUp(story, tab, await tab.client.open(choice));
		else if (server === "reached" && begins) {
			takeUp(story, tab, await tab.client.start({ language: "en" }));
		}
	});
}

/** Nobody has begun yet; or the browser was made to forget, and its next student begins, or does not. */
function mayBegin({ sessions, forgotten, chance }: Story, { device }: Line): boolean {
	return sessions.size === 0 || (forgotten.has(device) && chance.oneIn(2));
}

/** The page shows this session from now on. */
export function takeUp(story: Story, tab: Tab, session: Session): void {
	if (tab.dead) return;
	tab.session?.close();
	tab.session = session;
	story.sessions.add(session.session_id);
	if (story.troubles.has("hand_off")) session.follow();
}

/** Lets time pass until it is done, has failed for reasons of the network, or the page is dead. */
export async function untilDeadOr<T>(
	time: Surroundings["time"],
	tab: Tab,
	work: () => Promise<T>,
): Promise<T | null> {
	const done = work().catch((error: unknown) => {
		if (error instanceof ServerUnreachable || error instanceof RequestRefused) return null;
		throw error;
	});
	const end = Promise.race([done, tab.died.then(() => null)]);
	await time.advanceUntil(end);
	return end;
}

/** A label for messages. */
export function describe(story: Story): string {
	const kinds = story.devices.map(({ kind, plain }) => (plain ? `${kind} on plain http` : kind));
	return `${story.lines.length} windows on ${kinds.join(", ")}; troubles: ${[...story.troubles].join(", ")}; ended ${toInstant(story.surroundings.time.now())}`;
}
