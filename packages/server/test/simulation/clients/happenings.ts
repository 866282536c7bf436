/** Every status that somebody between client and server may give. */
export const STATUSES = [
	400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422,
	423, 424, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504,
] as const;
export type Status = (typeof STATUSES)[number];

const NAMED = [
	"answered",
	"answer taken back",
	"draft begun",
	"request carried",
	"request dropped",
	"reply lost after the server acted",
	"request repeated",
	"request or reply slower than any client waits",
	"login page",
	"success of another shape",
	"disk full",
	"death at a step of the storage",
	"death between two steps",
	"update of the app",
	"clock of 1970",
	"clock of 2099",
	"clock changed",
	"storage cleared",
	"begun anew",
	"restored",
	"completed",
	"a month passed",
	"code redeemed",
	"answers waited on the old device",
	"answer refused by the old device",
	"continued here instead",
	"forgotten by a browser",
	"reset while another page comes back",
	"reset while another page redeems a code",
	"reset while another page sends",
] as const;

/** What can happen to the clients of a schedule. It is noted when it does, not when it is drawn. */
export type Happening = (typeof NAMED)[number] | `status ${Status}`;
export const HAPPENINGS: readonly Happening[] = [
	...NAMED,
	...STATUSES.map((status) => `status ${status}` as const),
];

export type Tally = Partial<Record<Happening, number>>;

export function addTo(tally: Tally, other: Tally): void {
	for (const happening of HAPPENINGS) {
		const times = other[happening];
		if (times !== undefined) tally[happening] = (tally[happening] ?? 0) + times;
	}
}

/** What happened less often than it should, for a test to complain of. */
export function seldom(tally: Tally, least: number): string[] {
	return HAPPENINGS.filter((happening) => (tally[happening] ?? 0) < least);
}
