/** Every HTTP status with which something between client and server may reply. */
export const STATUSES = [
	400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422,
	423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504,
] as const;
export type Status = (typeof STATUSES)[number];

const NAMED_EVENTS = [
	"answered",
	"answer cleared",
	"draft begun",
	"request delivered",
	"request lost",
	"reply lost after the server acted",
	"request duplicated",
	"request or reply slower than any client waits",
	"login page",
	"success of another shape",
	"disk full",
	"crash at a storage step",
	"crash between two steps",
	"app updated",
	"clock of 1970",
	"clock of 2099",
	"clock changed",
	"storage cleared",
	"started fresh",
	"restored",
	"completed",
	"a month passed",
	"code redeemed",
	"answers waited on the old device",
	"answer refused by the old device",
	"continued here instead",
	"browser reset",
	"reset while another page comes back",
	"reset while another page redeems a code",
	"reset while another page sends",
] as const;

/** What can happen to the clients of a scenario. It is counted when it happens, not when it is drawn. */
export type ScenarioEvent = (typeof NAMED_EVENTS)[number] | `status ${Status}`;
export const SCENARIO_EVENTS: readonly ScenarioEvent[] = [
	...NAMED_EVENTS,
	...STATUSES.map((status) => `status ${status}` as const),
];

export type EventCounts = Partial<Record<ScenarioEvent, number>>;

export function addCounts(counts: EventCounts, other: EventCounts): void {
	for (const event of SCENARIO_EVENTS) {
		const times = other[event];
		if (times !== undefined) counts[event] = (counts[event] ?? 0) + times;
	}
}

/**
 * The events that happened less often than this: a sample with any of them is too small to prove anything.
 */
export function rareEvents(counts: EventCounts, least: number): string[] {
	return SCENARIO_EVENTS.filter((event) => (counts[event] ?? 0) < least);
}
