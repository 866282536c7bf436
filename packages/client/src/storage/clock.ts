import { type Instant, mintOperationId, mintUuid, type OperationId, toInstant } from "@carhythm/core";

/**
 * What is remembered of the device's clock, so that its readings never go back and never repeat, over reloads
 * and in all tabs. The server corrects for how wrong it is; what it needs is only that the distance between
 * two readings can be trusted.
 */
export type DeviceClock = {
	/** The last reading given out, in milliseconds since 1970. */
	last: number;
	/** Added to the clock since it was found set back, so that time goes on from where it was. */
	offset: number;
	/**
	 * The server's clock minus this one, from the last reply; 0 before the first. Only for showing things in
	 * order.
	 */
	skew: number;
	/**
	 * Names this clock to the server, which puts the writes of one clock in its order; null before it was
	 * given a name.
	 */
	id: OperationId | null;
};

export const UNKNOWN_CLOCK: DeviceClock = { last: 0, offset: 0, skew: 0, id: null };

/** The year 9000: later ones do not fit into an Instant some day. */
const LATEST_MS = 221_845_392_000_000;

/** Being behind by less is only jitter, or several events in one millisecond; it mends itself. */
const SET_BACK_MS = 1000;

/** The next reading, as a new clock: the device's time, and always later than any before. */
export function tick(clock: DeviceClock, now: number): DeviceClock {
	const steady = steadied(clock, now);
	return { ...steady, last: Math.max(readClock(steady, now), steady.last + 1) };
}

/** The clock's time now, not before any reading that was given out. */
export function readClock(clock: DeviceClock, now: number): number {
	const { last, offset } = steadied(clock, now);
	return Math.max(within(Math.floor(now) + offset), last);
}

/** A clock that was set back goes on from where it was; what passed between its last reading and now is lost. */
export function steadied(clock: DeviceClock, now: number): DeviceClock {
	const behind = clock.last - within(Math.floor(now) + clock.offset);
	return behind > SET_BACK_MS ? { ...clock, offset: clock.offset + behind } : clock;
}

/** A reading of the device's clock in the server's time, as well as this device knows it. */
export function serverTime(clock: DeviceClock, reading: number): Instant {
	return toInstant(within(reading + clock.skew));
}

/** The clock after a reply that told the server's time. */
export function withServerTime(clock: DeviceClock, now: number, server_time: Instant): DeviceClock {
	const steady = steadied(clock, now);
	return { ...steady, skew: Date.parse(server_time) - readClock(steady, now) };
}

/** Of two copies of the clock, the one that gave out the later reading, under the name that it has been given. */
export function laterClock(a: DeviceClock, b: DeviceClock): DeviceClock {
	return { ...(b.last > a.last ? b : a), id: a.id ?? b.id };
}

/** A clock is named by the first write that it stamps. */
export function named(
	clock: DeviceClock,
	randomBytes: (count: number) => Uint8Array,
): DeviceClock & { id: OperationId } {
	return { ...clock, id: clock.id ?? mintOperationId(randomBytes) };
}

/** A UUID of version 7: ids of later readings are greater, as text. */
export function mintOrderedId(reading: number, randomBytes: (count: number) => Uint8Array): OperationId {
	const time = reading.toString(16).padStart(12, "0");
	const random = mintUuid(randomBytes).slice("xxxxxxxx-xxxx-v".length);
	return `${time.slice(0, 8)}-${time.slice(8)}-7${random}` as OperationId;
}

function within(millis: number): number {
	return Math.min(Math.max(millis, 0), LATEST_MS);
}
