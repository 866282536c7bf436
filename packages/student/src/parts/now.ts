import { type Instant, toInstant } from "@carhythm/core";

/** The device's time. It only words dates ("yesterday"); what has expired is the server's to say. */
export function now(): Instant {
	return toInstant(Date.now());
}
