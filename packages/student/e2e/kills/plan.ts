/**
 * What is wrong between the page and the server. With `reply_lost` the server has the answers and the page
 * does not know it.
 */
const TROUBLES = ["none", "offline", "server_down", "reply_lost"] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What a student does before the browser is killed. */
export type Plan = {
	trouble: Trouble;
	/** Answered before the one that the browser dies over. */
	before: number;
	/** In two tabs two different questions are answered at once. */
	tabs: 1 | 2;
	/** So long after the page has said it. */
	delay_ms: number;
};

const LONGEST_DELAY_MS = 50;

/** The plans of a seed: every kind of trouble equally often. */
export function plansOf(seed: number, kills: number): Plan[] {
	const chance = chanceOf(seed);
	const upTo = (most: number) => Math.floor(chance() * (most + 1));
	return Array.from({ length: kills }, (_, kill) => {
		const tabs = chance() < 0.3 ? 2 : 1;
		return {
			trouble: TROUBLES[(seed + kill) % TROUBLES.length] ?? "none",
			tabs,
			before: tabs === 2 ? 0 : upTo(2),
			delay_ms: upTo(LONGEST_DELAY_MS),
		};
	});
}

/**
 * Plans under which a page that promises too early must be found out: the server does not help, and the
 * outbox waits already.
 */
export function plansOfControl(seed: number, kills: number): Plan[] {
	return plansOf(seed, kills).map((plan, kill) => ({
		...plan,
		trouble: kill % 2 === 0 ? "offline" : "server_down",
		tabs: 1,
		before: 2,
	}));
}

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
function chanceOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
