import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, sql, type Transaction } from "kysely";
import { Pool } from "pg";
import type { Database, PoolState } from "../dialect.ts";
import type { Schema } from "../schema.ts";
import { postgresChangeFeed } from "./change-feed.ts";
import { prepareConnection, type Role } from "./connection-settings.ts";
import { leavableSockets, TIMEOUTS, type Timeouts, watchConnections } from "./connection-watchdog.ts";
import { findPostgresTables } from "./find-tables.ts";
import { kyselyDialect, recordsetRows, valueTypes } from "./kysely-dialect.ts";
import { explain } from "./open-errors.ts";
import { purgePostgres } from "./purge.ts";

/** The most connections of one process to the server. Each is made when it is first needed. */
const CONNECTIONS: Record<Role, number> = { db: 8, reader: 6, lookups: 2 };

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 10_000;
const CLOSING_MS = 3000;

/** Longer than a transaction of daily work takes. */
const BRIEF_WAIT_MS = 500;

const WRITING = "begin isolation level read committed read write";
const READING = "begin isolation level repeatable read read only";

/**
 * Connects, and checks that the server keeps what it is given.
 * @param patience for tests, which have less of it
 * @throws OperatorError in one sentence when it cannot be reached or does not hold to what durability needs
 */
export async function openPostgres(url: string, patience: Timeouts = TIMEOUTS): Promise<Database> {
	const watchdog = watchConnections(url, patience);
	const sockets = leavableSockets();
	const pools = new Map<Role, Pool>();
	const open = (role: Role) => {
		const pool = new Pool({
			application_name: "carhythm",
			connectionString: url,
			max: CONNECTIONS[role],
			connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
			idleTimeoutMillis: IDLE_TIMEOUT_MS,
			keepAlive: true,
			keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
			query_timeout: patience.statement_ms,
			types: valueTypes,
			stream: sockets.make,
			onConnect: async (client) => watchdog.meet(client, await prepareConnection(client, url, role)),
		});
		// An idle connection that breaks is replaced without a word.
		pool.on("error", () => {});
		pools.set(role, pool);
		return pool;
	};
	const close = async () => {
		const ended = Promise.all([...pools.values()].map((pool) => pool.end()));
		// No request waits for what is still under way, and it may itself wait for a silent server.
		const isOver = ended.then(() => true);
		if (!(await Promise.race([isOver, sleep(CLOSING_MS, false, { ref: false })]))) sockets.cut();
		await ended;
		sockets.leave();
	};
	try {
		const writer = open("db");
		(await writer.connect()).release();
		const changeFeed = postgresChangeFeed(url, writer);
		return {
			url: { dialect: "postgres", url },
			db: new Kysely<Schema>({ dialect: kyselyDialect(writer, WRITING, watchdog) }),
			reader: new Kysely<Schema>({ dialect: kyselyDialect(open("reader"), READING, watchdog) }),
			lookups: new Kysely<Schema>({ dialect: kyselyDialect(open("lookups"), READING, watchdog) }),
			dialect: {
				name: "postgres",
				isEmbedded: false,
				now: "date_trunc('milliseconds', now())",
				setColumnDefault: () => {
					throw new Error("PostgreSQL has a statement for it: ALTER COLUMN … SET DEFAULT.");
				},
				rows: recordsetRows,
				lockSessions,
				lockTables,
				setShortLockTimeout,
				afterExplicitIds,
				expectSmallWrites: watchdog.expectShortStatements,
				// A foreign key that is there has been held against every row.
				withoutForeignKeys: (work) => work(),
				findTables: findPostgresTables,
				purge: () => purgePostgres(writer),
			},
			changeFeed,
			watch: () => {},
			pools: () => [...pools].map(([role, pool]) => stateOf(role, pool)),
			async close() {
				await changeFeed.close();
				await close();
			},
		};
	} catch (error) {
		await close();
		throw explain(url, error);
	}
}

const PURPOSES: Record<Role, string> = { db: "write", reader: "read", lookups: "look_up" };

function stateOf(role: Role, { totalCount, idleCount, waitingCount }: Pool): PoolState {
	return { purpose: PURPOSES[role], open: totalCount, idle: idleCount, waiting: waitingCount };
}

/** Everyone locks in the same order, so that two groups wait for each other in one direction only. */
async function lockSessions(
	tx: Transaction<Schema>,
	key: "session_id" | "id",
	values: readonly (string | number)[],
): Promise<void> {
	const wanted = recordsetRows(
		{ [key]: key === "id" ? "integer" : "text" },
		values.map((value) => ({ [key]: value })),
	);
	await sql`
		select id from student_responses where ${sql.ref(key)} in (select w.${sql.ref(key)} from ${wanted} as w)
		order by id for update`.execute(tx);
}

async function lockTables(tx: Transaction<Schema>, tables: readonly (keyof Schema)[]): Promise<void> {
	const names = tables.map((table) => sql.table(table));
	await sql`lock table ${sql.join(names)} in share row exclusive mode`.execute(tx);
}

async function setShortLockTimeout(tx: Transaction<Schema>): Promise<void> {
	await sql`set local lock_timeout = ${sql.lit(BRIEF_WAIT_MS)}`.execute(tx);
}

async function afterExplicitIds(tx: Transaction<Schema>, table: string): Promise<void> {
	await sql`
		select setval(s.name, t.newest)
		from (select pg_get_serial_sequence(${table}, 'id')::regclass as name) as s,
			(select max(id) as newest from ${sql.table(table)}) as t
		where s.name is not null and t.newest > coalesce(pg_sequence_last_value(s.name), 0)`.execute(tx);
}
