import { type Instant, toInstant } from "@carhythm/core";

const FOUND =
	/^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * Reads a time as the existing product, SQLite or a person wrote it: `2024-01-02 11:30:15.250000`, with or
 * without zone.
 * @param zone the zone of times that name none
 * @returns null for what is no time
 */
export function readTime(found: unknown, zone: string): Instant | null {
	if (typeof found !== "string") return null;
	const parts = FOUND.exec(found.trim());
	if (!parts) return null;
	const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", offset] = parts;
	const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, "0").slice(0, 3)}Z`;
	const wall = Date.parse(text);
	// The 30th of February parses, as the 2nd of March.
	if (Number.isNaN(wall) || toInstant(wall) !== text) return null;
	if (offset) return toInstant(wall - offsetOf(offset));
	return toInstant(zone === "UTC" ? wall : inZone(wall, zone));
}

/** Whether PostgreSQL's and JavaScript's tables of zones may know this name. */
export function isZone(zone: string): boolean {
	// The usual one, asked for at every start: loading the tables of zones takes a while.
	if (zone === "UTC") return true;
	try {
		new Intl.DateTimeFormat("en", { timeZone: zone });
		return true;
	} catch {
		return false;
	}
}

/** What to ask when they do not. */
export function unknownZone(zone: string): { conflict: string } {
	return { conflict: `there is no time zone ${zone}: say --assume-timezone as in Africa/Cairo` };
}

function offsetOf(offset: string): number {
	if (/^z$/i.test(offset)) return 0;
	const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(":", "") || 0)];
	return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/**
 * The moment at which clocks of a zone show this; of two in autumn the one that the guess from the other side
 * gives.
 */
function inZone(wall: number, zone: string): number {
	const guess = wall - aheadOfUtc(wall, zone);
	return wall - aheadOfUtc(guess, zone);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function aheadOfUtc(millis: number, zone: string): number {
	let format = formats.get(zone);
	if (!format) {
		format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset", year: "numeric" });
		formats.set(zone, format);
	}
	const name = format.formatToParts(millis).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
	const found = /^GMT([+-])(\d\d):(\d\d)/.exec(name);
	if (!found) return 0;
	return (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000;
}

/**
 * A column of ours as the existing product writes times on SQLite: its driver cannot read ours. An expression
 * of SQL.
 */
export function asFoundText(column: string): string {
	return `substr(${column}, 1, 10) || ' ' || substr(${column}, 12, 12) || '000'`;
}

/** Whether a column on SQLite holds a time in our form. An expression of SQL. */
export function isOurs(column: string): string {
	return `${column} GLOB '????-??-??T??:??:??.???Z'`;
}
