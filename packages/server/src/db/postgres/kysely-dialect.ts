import {
	AbortedTransactionError,
	CompiledQuery,
	type DatabaseConnection,
	type Dialect,
	type Driver,
	PostgresAdapter,
	PostgresIntrospector,
	PostgresQueryCompiler,
	type QueryResult,
	type RawBuilder,
	sql,
} from "kysely";
import { type CustomTypesConfig, type Pool, type PoolClient, types } from "pg";
import type { ColumnType } from "../dialect.ts";
import { asStorageError, isConnectionLost } from "../errors.ts";
import { StorageUnavailable } from "../store.ts";
import type { ConnectionWatchdog } from "./connection-watchdog.ts";

/** Kysely's dialect over a pool. `begin` is how a transaction begins. */
export function kyselyDialect(pool: Pool, begin: string, watchdog: ConnectionWatchdog): Dialect {
	return {
		createAdapter: () => new PostgresAdapter(),
		createDriver: () => createDriver(pool, begin, watchdog),
		createIntrospector: (db) => new PostgresIntrospector(db),
		createQueryCompiler: () => new PostgresQueryCompiler(),
	};
}

function createDriver(pool: Pool, begin: string, watchdog: ConnectionWatchdog): Driver {
	const run = (connection: DatabaseConnection, text: string) =>
		connection.executeQuery<{ command: string }>(CompiledQuery.raw(text));
	return {
		init: async () => {},
		acquireConnection: () => acquire(pool, watchdog),
		async beginTransaction(connection) {
			await run(connection, begin);
		},
		async commitTransaction(connection) {
			// A transaction in which a statement failed ends with ROLLBACK, whatever was asked for.
			const { rows } = await run(connection, "commit");
			if (rows[0]?.command === "ROLLBACK") throw new AbortedTransactionError();
		},
		async rollbackTransaction(connection) {
			// The server rolls back by itself when the connection ends; what made us roll back is the error to report.
			if (connection instanceof PooledConnection && connection.isBroken) return;
			try {
				await run(connection, "rollback");
			} catch {
				if (connection instanceof PooledConnection) connection.discard();
			}
		},
		async releaseConnection(connection) {
			if (connection instanceof PooledConnection) connection.release();
		},
		destroy: async () => {},
	};
}

async function acquire(pool: Pool, watchdog: ConnectionWatchdog): Promise<PooledConnection> {
	try {
		for (;;) {
			const client = await pool.connect();
			if (!watchdog.suspects(client)) return new PooledConnection(client, watchdog);
			client.release(true);
		}
	} catch (error) {
		throw new StorageUnavailable("There is no connection to the database.", { cause: error });
	}
}

/**
 * The function of the server that waits for a synchronous standby. When the wait is broken off, the commit is
 * still called a success, with a warning from here; the words of the warning depend on the server's language.
 */
const STANDBY_WAIT = "SyncRepWaitForLSN";

const ROWS_AT_ONCE = 200;

let cursors = 0;

class PooledConnection implements DatabaseConnection {
	readonly #client: PoolClient;
	readonly #silence: ConnectionWatchdog;
	readonly #listen: (notice: { routine: string | undefined }) => void;
	#isBroken = false;
	#isInDoubt = false;

	constructor(client: PoolClient, watchdog: ConnectionWatchdog) {
		this.#client = client;
		this.#silence = watchdog;
		this.#listen = ({ routine }) => {
			this.#isInDoubt ||= routine === STANDBY_WAIT;
		};
		client.on("notice", this.#listen);
	}

	async executeQuery<R>({ sql: text, parameters }: CompiledQuery): Promise<QueryResult<R>> {
		try {
			const { command, rowCount, rows } = await this.#silence.ask(this.#client, text, [...parameters]);
			if (this.#isInDoubt) throw new StorageUnavailable("The standby may not have what was committed.");
			if (command === "COMMIT" || command === "ROLLBACK") return { rows: [{ command } as R] };
			const isChange = /^(INSERT|UPDATE|DELETE|MERGE)$/.test(command);
			return { rows: rows as R[], ...(isChange && { numAffectedRows: BigInt(rowCount ?? 0) }) };
		} catch (error) {
			if (isConnectionLost(error)) this.discard();
			throw asStorageError(error);
		}
	}

	/** Reads with a cursor of the server, which lives in the transaction that is under way. */
	async *streamQuery<R>({ sql: text, parameters }: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
		cursors += 1;
		const cursor = `carhythm_${cursors}`;
		await this.executeQuery(
			CompiledQuery.raw(`declare ${cursor} no scroll cursor for ${text}`, [...parameters]),
		);
		const fetch = CompiledQuery.raw(`fetch ${ROWS_AT_ONCE} from ${cursor}`);
		for (;;) {
			const { rows } = await this.executeQuery<R>(fetch);
			if (rows.length > 0) yield { rows };
			if (rows.length < ROWS_AT_ONCE) break;
		}
		await this.executeQuery(CompiledQuery.raw(`close ${cursor}`));
	}

	get isBroken(): boolean {
		return this.#isBroken;
	}

	discard(): void {
		this.#isBroken = true;
	}

	release(): void {
		this.#client.off("notice", this.#listen);
		this.#client.release(this.#isBroken);
	}
}

const asText = (text: string) => text;
const asInstant = (text: string) => {
	const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/.exec(text);
	// What is no moment of our calendar (infinity, years before Christ) stays as the server writes it.
	return found ? `${found[1]}T${found[2]}.${(found[3] ?? "").padEnd(3, "0").slice(0, 3)}Z` : text;
};

const { BOOL, INT8, JSON: JSON_TEXT, JSONB, DATE, TIMESTAMP, TIMESTAMPTZ } = types.builtins;

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
	[BOOL, (text) => (text === "t" ? 1 : 0)],
	[INT8, Number],
	[JSON_TEXT, asText],
	[JSONB, asText],
	[DATE, asText],
	[TIMESTAMP, asInstant],
	[TIMESTAMPTZ, asInstant],
]);

/** How values come out of the database: just as they come out of SQLite. Every session's time zone is UTC. */
export const valueTypes: CustomTypesConfig = {
	getTypeParser: (id: number, format?: "text" | "binary") =>
		(format !== "binary" && PARSERS.get(id)) || types.getTypeParser(id, format as "text"),
};

const TYPES: Record<Exclude<ColumnType, "status">, string> = {
	integer: "bigint",
	real: "double precision",
	text: "text",
	time: "timestamptz",
};

/** The rows of a table that the program brings along, as PostgreSQL reads them from JSON. */
export function recordsetRows(
	columns: Readonly<Record<string, ColumnType>>,
	rows: readonly object[],
): RawBuilder<unknown> {
	const names = Object.keys(columns);
	const typed = Object.entries(columns).map(
		([name, type]) => sql`${sql.ref(name)} ${sql.raw(type === "status" ? "text" : TYPES[type])}`,
	);
	// An adopted database may keep the status as text; a row of the table itself has whatever type the column has.
	const selected = Object.entries(columns).map(([name, type]) =>
		type === "status"
			? sql`(json_populate_record(null::student_responses, json_build_object('status', ${sql.ref(name)}))).status as ${sql.ref(name)}`
			: sql.ref(name),
	);
	const values = rows.map((row) =>
		Object.fromEntries(names.map((name) => [name, (row as Record<string, unknown>)[name] ?? null])),
	);
	// Without the limit PostgreSQL takes it for a hundred rows and would rather read a whole table than look up one.
	return sql`(
		select ${sql.join(selected)} from json_to_recordset(${JSON.stringify(values)}::json) as r(${sql.join(typed)})
		limit ${rows.length})`;
}
