import type { ClientBase } from "pg";
import type { Backend } from "./connection-watchdog.ts";
import { cannot } from "./open-errors.ts";

/** As in {@link Database}. */
export type Role = "db" | "reader" | "lookups";

const OLDEST_SERVER = 14;

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What a session of each kind sets; times in milliseconds. */
const OF_ROLE: Record<Role, Record<string, string | number>> = {
	db: { statement_timeout: 10 * MINUTE, idle_in_transaction_session_timeout: MINUTE },
	// An export holds its snapshot for as long as its reader takes.
	reader: {
		default_transaction_read_only: "on",
		statement_timeout: 0,
		idle_in_transaction_session_timeout: 60 * MINUTE,
	},
	lookups: {
		default_transaction_read_only: "on",
		statement_timeout: 30 * SECOND,
		idle_in_transaction_session_timeout: MINUTE,
	},
};

const OF_ALL = {
	TimeZone: "UTC",
	DateStyle: "ISO, MDY",
	lock_timeout: 10 * SECOND,
	// One warning matters: that a synchronous standby may not have a commit.
	client_min_messages: "warning",
	jit: "off",
	// What is read is mostly in memory, where looking up a row costs hardly more than reading the next one.
	random_page_cost: "1.1",
};

type Server = Backend & { version: number; encoding: string; recovering: number; commit: string };

/**
 * Sets up a fresh connection. It is used only if what it must hold to reads back as it should.
 * @returns who serves it
 * @throws OperatorError in one sentence
 */
export async function prepareConnection(client: ClientBase, url: string, role: Role): Promise<Backend> {
	// Without a listener, a connection that breaks in use would end the process; the query under way reports
	// it anyway.
	client.on("error", () => {});
	const server = await look(client);
	checkServer(url, server);
	// An acknowledged answer has to be on the disk: what is stronger stays as it is.
	const synchronous_commit = server.commit === "remote_apply" ? "remote_apply" : "on";
	const settings = { ...OF_ALL, ...OF_ROLE[role], synchronous_commit };
	await client.query(
		"select set_config(name, setting, false) from unnest($1::text[], $2::text[]) as wanted (name, setting)",
		[Object.keys(settings), Object.values(settings).map(String)],
	);
	await readBack(client, url, { ...settings, fsync: "on", full_page_writes: "on" });
	// Ends what a vanished client had under way. Some systems cannot, and refuse the setting.
	await client.query("set client_connection_check_interval = '500ms'").catch(() => {});
	return { pid: server.pid, began: server.began };
}

async function look(client: ClientBase): Promise<Server> {
	const { rows } = await client.query<Server>(
		`select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
			pg_is_in_recovery() as recovering, current_setting('synchronous_commit') as commit, pid,
			extract(epoch from backend_start)::text as began
		from pg_stat_activity where pid = pg_backend_pid()`,
	);
	return rows[0] as Server;
}

function checkServer(url: string, { version, encoding, recovering }: Server): void {
	const major = Math.floor(version / 10_000);
	if (major < OLDEST_SERVER) {
		throw cannot(url, `the server is PostgreSQL ${major}, and ${OLDEST_SERVER} or newer is needed`);
	}
	if (encoding !== "UTF8") {
		throw cannot(
			url,
			`its encoding is ${encoding} where UTF8 is needed; make a database with: createdb --encoding UTF8 --template template0 NAME`,
		);
	}
	if (recovering) throw cannot(url, "the server is a standby, which takes no writes");
}

async function readBack(
	client: ClientBase,
	url: string,
	settings: Readonly<Record<string, string | number>>,
): Promise<void> {
	const { rows } = await client.query<{ name: string; setting: string }>(
		"select name, setting from pg_settings where name = any($1)",
		[Object.keys(settings)],
	);
	const found = new Map(rows.map(({ name, setting }) => [name, setting]));
	for (const [name, needed] of Object.entries(settings)) {
		if (found.get(name) !== String(needed)) {
			throw cannot(
				url,
				`its setting ${name} reads ${found.get(name) ?? "nothing"} where ${needed} is needed to keep answers safe`,
			);
		}
	}
}
