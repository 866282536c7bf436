import { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, type ClientBase, type QueryConfig, type QueryResult } from "pg";
import { errorCode } from "../errors.ts";

/** For how long a server that says nothing is believed to be at work. */
export type Timeouts = {
	/** The longest that one statement of daily work may take. Locks are waited for half as long at most. */
	statement_ms: number;
	/** How often a commit that takes its time is looked after, and how long a look may take. */
	look_ms: number;
};

export const TIMEOUTS: Timeouts = { statement_ms: 20_000, look_ms: 5000 };

/** The driver's word for never. */
export const UNLIMITED_MS = 2 ** 31 - 1;

/** After so many looks in a row that did not find the server at work on it, a commit is given up. */
const MOST_MISSES = 2;

/** What the driver says of a statement that took too long. */
const SILENT = "Query read timeout";

/** The process of the server that serves a connection. Numbers are used again, the moment is not. */
export type Backend = { pid: number; began: string };

export type ConnectionWatchdog = ReturnType<typeof watchConnections>;

/**
 * Notices connections that have gone silent. A host without power and a load balancer that forgot a
 * connection send no word of it, and the system itself would go on trying for a quarter of an hour, with all
 * who want to write in line behind it.
 */
export function watchConnections(url: string, { statement_ms, look_ms }: Timeouts) {
	const backends = new WeakMap<ClientBase, Backend>();
	const heard = new WeakMap<ClientBase, number>();
	let silentSince = Number.NEGATIVE_INFINITY;
	let limit = UNLIMITED_MS;

	async function within(client: ClientBase, most_ms: number, text: string, values: unknown[]) {
		const query: QueryConfig & { query_timeout: number } = { text, values, query_timeout: most_ms };
		return client.query(query);
	}

	/**
	 * A synchronous standby may hold a commit for minutes, and so may a slow disk. No limit could tell that
	 * from silence, but the server can, on another connection.
	 */
	async function commit(client: ClientBase): Promise<QueryResult> {
		const done = new AbortController();
		try {
			return await Promise.race([
				within(client, UNLIMITED_MS, "commit", []),
				untilNobodyIsAtWork(client, done.signal),
			]);
		} finally {
			done.abort();
		}
	}

	async function untilNobodyIsAtWork(client: ClientBase, signal: AbortSignal): Promise<never> {
		for (let misses = 0; misses < MOST_MISSES; ) {
			await sleep(look_ms, undefined, { signal });
			misses = (await isAtWork(client)) ? 0 : misses + 1;
		}
		throw new Error(SILENT);
	}

	async function isAtWork(client: ClientBase): Promise<boolean> {
		const backend = backends.get(client);
		if (!backend) return false;
		try {
			const { rows } = await askElsewhere(`select state from pg_stat_activity where ${OF_BACKEND}`, backend);
			// A server that does not tell what its processes do is not taken for dead.
			return rows.length > 0 && !String(rows[0]?.state).startsWith("idle");
		} catch (error) {
			// It answers, and has no connection left for us.
			return errorCode(error) === "53300";
		}
	}

	async function askElsewhere(text: string, { pid, began }: Backend) {
		const client = new Client({
			connectionString: url,
			application_name: "carhythm",
			connectionTimeoutMillis: look_ms,
			query_timeout: look_ms,
		});
		client.on("error", () => {});
		try {
			await client.connect();
			return await client.query<{ state: string | null }>(text, [pid, began]);
		} finally {
			void client.end().catch(() => {});
		}
	}

	/**
	 * Whatever has not been heard of since may be as silent. If the server lives, it does not know that the
	 * client is gone, and would keep for a minute what the transaction has locked.
	 */
	function giveUp(client: ClientBase, asked: number): void {
		silentSince = Math.max(silentSince, asked);
		const backend = backends.get(client);
		if (!backend) return;
		const end = `select pg_terminate_backend(pid) from pg_stat_activity where ${OF_BACKEND}`;
		void askElsewhere(end, backend).catch(() => {});
	}

	return {
		/** A fresh connection. */
		meet(client: ClientBase, backend: Backend): void {
			backends.set(client, backend);
			heard.set(client, performance.now());
		},
		/** From now on no statement takes long; migrations and exports may. */
		expectShortStatements(): void {
			limit = statement_ms;
		},
		/** Whether a connection has not been heard of since another one went silent. */
		suspects: (client: ClientBase) => (heard.get(client) ?? 0) < silentSince,
		/** Runs a statement, and fails like the driver's own limit when the server is silent. */
		async ask(client: ClientBase, text: string, values: unknown[]): Promise<QueryResult> {
			const asked = performance.now();
			try {
				const result = await (text === "commit" ? commit(client) : within(client, limit, text, values));
				heard.set(client, performance.now());
				return result;
			} catch (error) {
				if (error instanceof Error && error.message === SILENT) giveUp(client, asked);
				throw error;
			}
		},
	};
}

const OF_BACKEND = "pid = $1 and extract(epoch from backend_start)::text = $2";

/**
 * Sockets for connections. `cut` breaks them off, `leave` lets the process end although the other side has
 * not said goodbye.
 */
export function leavableSockets() {
	const open = new Set<Socket>();
	return {
		make(): Socket {
			const socket = new Socket();
			open.add(socket);
			socket.once("close", () => open.delete(socket));
			return socket;
		},
		cut(): void {
			for (const socket of open) socket.destroy();
		},
		leave(): void {
			for (const socket of open) socket.unref();
		},
	};
}
