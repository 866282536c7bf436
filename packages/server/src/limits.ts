import { textOf } from "./config-text.ts";

/** One budget: what it is called, its default, the bounds of what an operator may set, and why it is there. */
type Limit = {
	/** Its environment variable. */
	variable: `LIMIT_${string}`;
	fallback: number;
	from: number;
	to: number;
	/** What it counts and why, as one line of docs/operation.md. */
	about: string;
};

/**
 * Every budget of anonymous clients, in one table. A network is an IPv4 address or an IPv6 /64. The defaults let
 * a school of 500 start in the same minute behind one address; a class of 40 uses a tenth of any of them.
 *
 * What fills the disk for good is bounded in the database, so that all server processes share it: the history
 * of a session, and the five tries of a code. All other budgets are counted in memory, because a shared counter
 * would put a transaction on every answer and students' addresses into the database and its backups. With
 * several processes `LIMIT_SERVER_PROCESSES` gives each its share of what a network may do.
 */
export const LIMITS = {
	server_processes: {
		variable: "LIMIT_SERVER_PROCESSES",
		fallback: 1,
		from: 1,
		to: 64,
		about: "server processes on one database: each grants its share of a network's budgets",
	},
	network_requests_per_second: {
		variable: "LIMIT_NETWORK_REQUESTS_PER_SECOND",
		fallback: 300,
		from: 10,
		to: 100_000,
		about: "API requests of one network; a burst of twenty times as many a minute comes on top",
	},
	network_starts_per_minute: {
		variable: "LIMIT_NETWORK_STARTS_PER_MINUTE",
		fallback: 60,
		from: 1,
		to: 100_000,
		about: "new sessions of one network; each is a row that stays",
	},
	network_starts_burst: {
		variable: "LIMIT_NETWORK_STARTS_BURST",
		fallback: 500,
		from: 0,
		to: 100_000,
		about: "new sessions an hour on top: a school whose labs start in the same minute",
	},
	starts_per_second: {
		variable: "LIMIT_STARTS_PER_SECOND",
		fallback: 50,
		from: 1,
		to: 10_000,
		about: "new sessions of all networks together; each is a transaction",
	},
	network_writes_per_second: {
		variable: "LIMIT_NETWORK_WRITES_PER_SECOND",
		fallback: 200,
		from: 10,
		to: 100_000,
		about: "requests of one network that write; a burst of ten times as many a minute comes on top",
	},
	network_body_kib_per_second: {
		variable: "LIMIT_NETWORK_BODY_KIB_PER_SECOND",
		fallback: 2048,
		from: 1024,
		to: 10_000_000,
		about:
			"KiB of request bodies above 16 KiB of one network, before they are read: parsing 1 MiB takes 20 ms; a burst of four times as many a minute comes on top",
	},
	network_operations_per_second: {
		variable: "LIMIT_NETWORK_OPERATIONS_PER_SECOND",
		fallback: 200,
		from: 20,
		to: 1_000_000,
		about:
			"operations of one network: 500 students who work; a burst of thirty times as many a minute comes on top, for a class that comes back from a place without a network",
	},
	network_operations_at_once: {
		variable: "LIMIT_NETWORK_OPERATIONS_AT_ONCE",
		fallback: 200,
		from: 1,
		to: 100_000,
		about: "operations of one network that are being stored; more of them wait, while other networks go on",
	},
	network_operations_waiting: {
		variable: "LIMIT_NETWORK_OPERATIONS_WAITING",
		fallback: 500,
		from: 1,
		to: 100_000,
		about: "requests of one network that wait so",
	},
	session_writes_per_second: {
		variable: "LIMIT_SESSION_WRITES_PER_SECOND",
		fallback: 10,
		from: 1,
		to: 10_000,
		about: "requests of one session that write; a burst of thirty times as many a minute comes on top",
	},
	session_operations_per_minute: {
		variable: "LIMIT_SESSION_OPERATIONS_PER_MINUTE",
		fallback: 1200,
		from: 200,
		to: 1_000_000,
		about: "operations of one session: more than an outbox of a day without a network",
	},
	session_events: {
		variable: "LIMIT_SESSION_EVENTS",
		fallback: 20_000,
		from: 1000,
		to: 10_000_000,
		about: "events in the history of one session, late ones too; then it is `session_full`",
	},
	session_value_kib: {
		variable: "LIMIT_SESSION_VALUE_KIB",
		fallback: 8192,
		from: 256,
		to: 1_048_576,
		about:
			"KiB of values above half a KiB in the history of one session, late ones too; then it is `session_full`",
	},
	network_stored_mib_per_hour: {
		variable: "LIMIT_NETWORK_STORED_MIB_PER_HOUR",
		fallback: 360,
		from: 10,
		to: 1_000_000,
		about: "MiB that one network may add to the history; a burst of a sixth as much an hour comes on top",
	},
	session_reads_per_minute: {
		variable: "LIMIT_SESSION_READS_PER_MINUTE",
		fallback: 120,
		from: 10,
		to: 1_000_000_000,
		about: "reads of one session: several devices that follow each other need some twenty",
	},
	network_unknown_sessions_per_minute: {
		variable: "LIMIT_NETWORK_UNKNOWN_SESSIONS_PER_MINUTE",
		fallback: 600,
		from: 1,
		to: 1_000_000_000,
		about: "session ids of one network that are not stored; ids that are known are never counted here",
	},
	network_wrong_codes_per_minute: {
		variable: "LIMIT_NETWORK_WRONG_CODES_PER_MINUTE",
		fallback: 60,
		from: 1,
		to: 1_000_000_000,
		about: "codes of one network that belong to no session; a code that does has five tries of its own",
	},
	browser_wrong_codes_per_minute: {
		variable: "LIMIT_BROWSER_WRONG_CODES_PER_MINUTE",
		fallback: 10,
		from: 1,
		to: 1_000_000_000,
		about: "the same of one browser, so that one student who guesses costs the class little",
	},
	session_codes_per_minute: {
		variable: "LIMIT_SESSION_CODES_PER_MINUTE",
		fallback: 6,
		from: 1,
		to: 100_000,
		about: "codes made for one session; each costs 50 ms of a processor",
	},
	session_codes_per_hour: {
		variable: "LIMIT_SESSION_CODES_PER_HOUR",
		fallback: 20,
		from: 1,
		to: 100_000,
		about: "codes made for one session; each is a row for a day",
	},
	code_queue: {
		variable: "LIMIT_CODE_QUEUE",
		fallback: 50,
		from: 1,
		to: 10_000,
		about: "codes that wait to be hashed, two at a time: 1.3 s of work; beyond it 503",
	},
	session_holds_per_minute: {
		variable: "LIMIT_SESSION_HOLDS_PER_MINUTE",
		fallback: 20,
		from: 1,
		to: 100_000,
		about: "times that a session goes on on another device",
	},
	session_feedback_per_hour: {
		variable: "LIMIT_SESSION_FEEDBACK_PER_HOUR",
		fallback: 20,
		from: 1,
		to: 100_000,
		about: "feedback of one session, which replaces itself",
	},
	session_devices: {
		variable: "LIMIT_SESSION_DEVICES",
		fallback: 20,
		from: 2,
		to: 10_000,
		about: "devices of one session whose clock is remembered, the newest",
	},
	session_streams: {
		variable: "LIMIT_SESSION_STREAMS",
		fallback: 8,
		from: 1,
		to: 1000,
		about: "streams of events for one session; a page without one asks from time to time",
	},
	network_streams: {
		variable: "LIMIT_NETWORK_STREAMS",
		fallback: 500,
		from: 1,
		to: 100_000,
		about: "streams of events of one network",
	},
	streams: {
		variable: "LIMIT_STREAMS",
		fallback: 5000,
		from: 1,
		to: 100_000,
		about: "streams of events of one process",
	},
	connections: {
		variable: "LIMIT_CONNECTIONS",
		fallback: 10_000,
		from: 10,
		to: 1_000_000,
		about: "connections of one process, 6 KiB each",
	},
	network_connections: {
		variable: "LIMIT_NETWORK_CONNECTIONS",
		fallback: 2000,
		from: 10,
		to: 1_000_000,
		about: "connections of one network; not counted behind a proxy, through which all come",
	},
	bodies_mib: {
		variable: "LIMIT_BODIES_MIB",
		fallback: 64,
		from: 2,
		to: 65_536,
		about: "MiB of request bodies above 16 KiB that are being received; beyond it 503",
	},
	network_bodies_mib: {
		variable: "LIMIT_NETWORK_BODIES_MIB",
		fallback: 16,
		from: 2,
		to: 65_536,
		about: "the same of one network",
	},
	network_unread_bodies_per_minute: {
		variable: "LIMIT_NETWORK_UNREAD_BODIES_PER_MINUTE",
		fallback: 60,
		from: 1,
		to: 1_000_000,
		about:
			"refused bodies of one network that are still received to their end, so that the client sees the refusal; beyond it the connection is closed",
	},
	request_seconds: {
		variable: "LIMIT_REQUEST_SECONDS",
		fallback: 30,
		from: 5,
		to: 3600,
		about: "seconds in which a request has to arrive whole",
	},
	headers_seconds: {
		variable: "LIMIT_HEADERS_SECONDS",
		fallback: 15,
		from: 1,
		to: 3600,
		about: "seconds in which its head has to arrive",
	},
	free_disk_mib: {
		variable: "LIMIT_FREE_DISK_MIB",
		fallback: 1024,
		from: 0,
		to: 1_000_000_000,
		about: "MiB free below which no session is begun (SQLite); answers are taken until the disk is full",
	},
	free_disk_percent: {
		variable: "LIMIT_FREE_DISK_PERCENT",
		fallback: 3,
		from: 0,
		to: 99,
		about: "the same in percent of the disk",
	},
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof LIMITS;
export type Limits = Readonly<Record<LimitName, number>>;

const NAMES = Object.keys(LIMITS) as LimitName[];

/** Each limit at its default, with some changed. */
export function limitsWith(changes: Partial<Limits> = {}): Limits {
	return { ...fromEach((name) => LIMITS[name].fallback), ...changes };
}

/** Each limit at the highest value that may be set: for simulations, whose students never rest. */
export function highestLimits(changes: Partial<Limits> = {}): Limits {
	const share = { server_processes: 1, free_disk_mib: 0, free_disk_percent: 0 };
	return { ...fromEach((name) => LIMITS[name].to), ...share, ...changes };
}

/** The limits of an environment; `problems` gets a sentence for each that cannot be used. */
export function readLimits(environment: NodeJS.ProcessEnv, problems: string[]): Limits {
	return fromEach((name) => {
		const { variable, fallback, from, to } = LIMITS[name];
		const found = textOf({ variable, fallback: String(fallback) }, undefined, environment);
		if ("problem" in found) {
			problems.push(found.problem);
			return fallback;
		}
		const value = /^\d{1,10}$/.test(found.value) ? Number(found.value) : Number.NaN;
		if (value >= from && value <= to) return value;
		// What stands in a file may be meant for another setting, a secret: it is not repeated.
		const said = found.isOfFile ? "holds what cannot be used" : `is "${found.value}"`;
		problems.push(`${found.source} ${said}. It must be a number from ${from} to ${to}.`);
		return fallback;
	});
}

function fromEach(choose: (name: LimitName) => number): Limits {
	return Object.fromEntries(NAMES.map((name) => [name, choose(name)])) as Limits;
}
