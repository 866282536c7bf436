import { setTimeout as sleep } from "node:timers/promises";

type Timer = { at: number; callback: () => void; owner: object };

const QUIET_TURNS = 4;
/** More than work in this thread takes between two moments; what goes on after that waits for another one. */
const TURNS_OF_OWN = 2000;
/** In real time. */
const LONGEST_WAIT_MS = 30_000;

/**
 * Time that passes only when told to. What needs no time (storage, the server's work) runs to its end between
 * two moments, so that hours of waiting take a few turns of the event loop.
 */
export function createVirtualTime(beginning: number) {
	let now = beginning;
	let busy = 0;
	let last = 0;
	const timers = new Map<number, Timer>();

	/** Work that is under way and will end by itself. */
	async function track<T>(work: Promise<T>): Promise<T> {
		busy += 1;
		try {
			return await work;
		} finally {
			busy -= 1;
		}
	}

	/** Until nothing happens any more without time passing. */
	async function rest(): Promise<void> {
		let turns = 0;
		for (let quiet = 0; quiet < QUIET_TURNS; quiet = busy === 0 ? quiet + 1 : 0) {
			await (turns > TURNS_OF_OWN ? sleep(1) : turn());
			turns += 1;
			if (turns > TURNS_OF_OWN + LONGEST_WAIT_MS) {
				throw new Error(`It does not come to rest: ${busy} things are under way.`);
			}
		}
	}

	async function advance(milliseconds: number): Promise<void> {
		const end = now + milliseconds;
		await rest();
		for (let due = next(end); due; due = next(end)) {
			timers.delete(due[0]);
			now = Math.max(now, due[1].at);
			due[1].callback();
			await rest();
		}
		now = end;
	}

	function next(end: number): [number, Timer] | null {
		let first: [number, Timer] | null = null;
		for (const entry of timers)
			if (entry[1].at <= end && (!first || entry[1].at < first[1].at)) first = entry;
		return first;
	}

	return {
		now: () => now,
		track,
		rest,
		advance,
		/** @param owner whose timers {@link forget} ends together */
		after(milliseconds: number, callback: () => void, owner: object): number {
			last += 1;
			timers.set(last, { at: now + milliseconds, callback, owner });
			return last;
		},
		cancel: (timer: number) => void timers.delete(timer),
		forget(owner: object) {
			for (const [id, timer] of timers) if (timer.owner === owner) timers.delete(id);
		},
		/** Lets time pass until something that waits for the network has ended, one way or the other. */
		async until(work: Promise<unknown>): Promise<void> {
			let ended = false;
			const end = () => {
				ended = true;
			};
			work.then(end, end);
			for (let second = 0; second < LONGEST_SECONDS; second += 1) {
				await rest();
				if (ended) return;
				await advance(1000);
			}
			throw new Error("Something waits for ever.");
		},
	};
}

export type VirtualTime = ReturnType<typeof createVirtualTime>;

const LONGEST_SECONDS = 1200;

export function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}

/** What a page that is gone waits for. */
export function never<T>(): Promise<T> {
	return new Promise(() => {});
}
