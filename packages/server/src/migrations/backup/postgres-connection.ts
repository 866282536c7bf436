import { Client } from "pg";
import { OperatorError } from "../../operator-error.ts";

/** How to reach one database of a server, by this process and by the programs that it starts. */
export type Address = {
	url: string;
	database: string;
	/** What PostgreSQL's own programs read. The password goes this way, because everybody can read a command line. */
	environment: Readonly<Record<string, string>>;
};

/** Understands a database URL in the way the driver does. */
export function addressOf(url: string): Address {
	const { host, port, user, password, database = "" } = new Client({ connectionString: url });
	const { searchParams } = new URL(url);
	const sslmode = searchParams.get("sslmode");
	const given: Record<string, string | null | undefined> = {
		PGHOST: host,
		PGPORT: String(port),
		PGUSER: user,
		PGDATABASE: database,
		PGPASSWORD: typeof password === "string" ? password : null,
		PGSSLMODE: sslmode === "no-verify" ? "require" : sslmode,
		PGSSLROOTCERT: searchParams.get("sslrootcert"),
		PGSSLCERT: searchParams.get("sslcert"),
		PGSSLKEY: searchParams.get("sslkey"),
		PGAPPNAME: APPLICATION,
		PGCONNECT_TIMEOUT: String(CONNECT_TIMEOUT_MS / 1000),
	};
	const present = Object.entries(given).filter((entry): entry is [string, string] => Boolean(entry[1]));
	return { url, database, environment: Object.fromEntries(present) };
}

/** Another database of the same server. */
export function besides(address: Address, database: string): Address {
	const url = new URL(address.url);
	url.pathname = `/${encodeURIComponent(database)}`;
	return { url: url.href, database, environment: { ...address.environment, PGDATABASE: database } };
}

const APPLICATION = "carhythm backup";
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects for as long as a backup takes, however long that is.
 * @throws OperatorError in one sentence when it cannot
 */
export async function withClient<T>(address: Address, work: (client: Client) => Promise<T>): Promise<T> {
	const client = new Client({
		connectionString: address.url,
		application_name: APPLICATION,
		connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
		keepAlive: true,
	});
	// Without a listener, a connection that breaks would end the process; the query under way reports it anyway.
	client.on("error", () => {});
	try {
		await client.connect();
	} catch (error) {
		await client.end().catch(() => {});
		throw unreachable(address, error);
	}
	try {
		for (const [name, value] of SETTINGS) {
			await client.query("select set_config($1, $2, false)", [name, value]);
		}
		return await work(client);
	} finally {
		await client.end();
	}
}

/** The message names the server and the database, never the user or the password. */
function unreachable({ database, environment }: Address, error: unknown): OperatorError {
	const { message, code } = error as NodeJS.ErrnoException;
	// Where a name has several addresses, each of which failed, the message is empty.
	const why = message || code || "no server answers";
	const server = `${environment["PGHOST"]}:${environment["PGPORT"]}`;
	return new OperatorError("failed", `The database ${database} on ${server} cannot be reached: ${why}.`, {
		cause: error,
	});
}

/**
 * No time limits; and one way of writing values as text, whatever the database or the role prefers, for their
 * hash depends on it.
 */
const SETTINGS = [
	["statement_timeout", "0"],
	["idle_in_transaction_session_timeout", "0"],
	["lock_timeout", "30s"],
	["TimeZone", "UTC"],
	["DateStyle", "ISO, MDY"],
	["IntervalStyle", "postgres"],
	["extra_float_digits", "1"],
	["bytea_output", "hex"],
	// Rows that a policy hides would be missing without a word; so it is an error instead.
	["row_security", "off"],
] as const;
