import { setTimeout as realSleep } from "node:timers/promises";

type Timer = { at: number; callback: () => void; owner: object | null };

export type VirtualClock = ReturnType<typeof createVirtualClock>;

/** Work of this thread ends within so many turns. What takes longer waits for another process or a disk. */
const TURNS_WITHOUT_PAUSE = 2000;
/** In real time, one millisecond a turn. */
const LONGEST_REAL_WAIT_MS = 30_000;
const LONGEST_VIRTUAL_WAIT_S = 1200;

/**
 * A clock whose time passes only when a test advances it. Work that needs no time (storage, the server) runs
 * to its end between two timers, so that hours of waiting take a few turns of the event loop.
 *
 *     advance(ms):  rest → a timer is due? ─ yes → now = its time → run it → rest → (the next timer)
 *                                          └ no  → now = end → rest → done
 *     rest():       one turn of the event loop → active? ─ yes → quiet = 0  ┐
 *                                                        └ no  → quiet += 1 ┴→ until quiet = quiet_turns
 *
 * Timers that are due at the same time run in the order in which they were set.
 *
 * @param options.start the first time, in milliseconds since 1970
 * @param options.quiet_turns how many turns of the event loop without activity count as rest. A test whose
 *   storage is not tracked needs more of them than one whose storage is.
 * @example
 * const clock = createVirtualClock({ start: Date.parse("2027-03-27T09:00:00.000Z") });
 * clock.setTimeout(() => console.log("a minute later"), 60_000);
 * await clock.advance(60_000);
 */
export function createVirtualClock({ start, quiet_turns = 4 }: { start: number; quiet_turns?: number }) {
	let now = start;
	let tracked = 0;
	let quiet = 0;
	let last_timer = 0;
	const timers = new Map<number, Timer>();

	/** Keeps the clock from resting until this work has ended. */
	async function track<T>(work: Promise<T>): Promise<T> {
		tracked += 1;
		try {
			return await work;
		} finally {
			tracked -= 1;
		}
	}

	/**
	 * Resolves when nothing goes on any more that needs no time.
	 * @throws Error when that takes longer than half a minute of real time
	 */
	async function rest(): Promise<void> {
		quiet = 0;
		for (let turns = 0; quiet < quiet_turns; turns += 1) {
			await (turns > TURNS_WITHOUT_PAUSE ? realSleep(1) : eventLoopTurns(1));
			if (turns > TURNS_WITHOUT_PAUSE + LONGEST_REAL_WAIT_MS) {
				throw new Error(`The clock does not come to rest: ${tracked} tracked promises are pending.`);
			}
			quiet = tracked === 0 ? quiet + 1 : 0;
		}
	}

	/** Moves time on, runs every timer that becomes due on the way, and ends at rest. */
	async function advance(milliseconds: number): Promise<void> {
		const end = now + milliseconds;
		await rest();
		for (let due = takeDueTimer(end); due; due = takeDueTimer(end)) {
			now = Math.max(now, due.at);
			due.callback();
			await rest();
		}
		now = end;
		await rest();
	}

	function takeDueTimer(end: number): Timer | null {
		let first: [number, Timer] | null = null;
		for (const entry of timers) {
			if (entry[1].at <= end && (!first || entry[1].at < first[1].at)) first = entry;
		}
		if (!first) return null;
		timers.delete(first[0]);
		return first[1];
	}

	/**
	 * Advances second by second until this work has ended, whether it succeeded or failed.
	 * @throws Error after twenty minutes
	 */
	async function advanceUntil(work: Promise<unknown>): Promise<void> {
		let hasEnded = false;
		const end = () => {
			hasEnded = true;
		};
		work.then(end, end);
		for (let second = 0; second < LONGEST_VIRTUAL_WAIT_S; second += 1) {
			await rest();
			if (hasEnded) return;
			await advance(1000);
		}
		throw new Error("The work that the clock advances for does not end.");
	}

	return {
		now: () => now,
		track,
		rest,
		advance,
		advanceUntil,
		/** Counts as activity of this turn: a rest that is under way starts counting again. */
		noteActivity() {
			quiet = -1;
		},
		/**
		 * Time passes and no timer runs, as on a machine that sleeps. A timer that is overdue runs with the
		 * next `advance`.
		 */
		sleep(milliseconds: number) {
			now += milliseconds;
		},
		/** @param owner whose timers `clearTimers` ends together */
		setTimeout(callback: () => void, milliseconds: number, owner: object | null = null): number {
			last_timer += 1;
			timers.set(last_timer, { at: now + milliseconds, callback, owner });
			return last_timer;
		},
		clearTimeout: (timer: number) => void timers.delete(timer),
		clearTimers(owner: object) {
			for (const [id, timer] of timers) if (timer.owner === owner) timers.delete(id);
		},
	};
}

/** Lets the event loop go round so many times, for work that needs no time. */
export async function eventLoopTurns(count: number): Promise<void> {
	for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
