import { setTimeout as sleep } from "node:timers/promises";
import { Client, type Pool } from "pg";
import { type Pause, pauseLength } from "../../retry.ts";
import type { ChangeFeed } from "../dialect.ts";
import { leavableSockets } from "./connection-watchdog.ts";

const CHANNEL = "carhythm_sessions";
/** Word is gathered for this long. Sending it inside of the commits themselves would put all of them in one queue. */
const GATHER_MS = 50;
/** A payload is limited to 8000 bytes. */
const MOST_IDS = 500;
const RECONNECT: Pause = { first_ms: 500, longest_ms: 30_000, spread: [0.5, 1] };
/** How long the listening connection may be silent before it is probed, and how long the probe may take. */
const KEEP_ALIVE_MS = 10_000;
const PATIENCE_MS = 5000;
const FAREWELL_MS = 1000;

/** Other processes on the same server, by LISTEN and NOTIFY. LISTEN runs only while this process has listeners. */
export function postgresChangeFeed(url: string, pool: Pool): ChangeFeed & { close(): Promise<void> } {
	const own = `${process.pid}-${Math.random().toString(36).slice(2)}`;
	const waiting = new Set<number>();
	const endings = new Set<() => Promise<void>>();
	let timer: ReturnType<typeof setTimeout> | null = null;

	async function flush(): Promise<void> {
		timer = null;
		const ids = [...waiting];
		waiting.clear();
		for (let from = 0; from < ids.length; from += MOST_IDS) {
			const payload = JSON.stringify({ from: own, ids: ids.slice(from, from + MOST_IDS) });
			// A lost notification only costs time: the next read sees what the database holds.
			const notify = {
				text: "select pg_notify($1, $2)",
				values: [CHANNEL, payload],
				query_timeout: PATIENCE_MS,
			};
			await pool.query(notify).catch(() => {});
		}
	}

	return {
		tell(ids) {
			for (const id of ids) waiting.add(id);
			if (timer) return;
			timer = setTimeout(() => void flush(), GATHER_MS);
			timer.unref();
		},
		listen(hear) {
			const end = stayConnected(url, own, hear);
			endings.add(end);
			return () => {
				endings.delete(end);
				void end();
			};
		},
		async close() {
			if (timer) clearTimeout(timer);
			if (waiting.size > 0) await flush();
			await Promise.all([...endings].map((end) => end()));
		},
	};
}

type Hear = Parameters<ChangeFeed["listen"]>[0];

/** Holds one connection open that listens; a lost one is made anew, after which anything may have changed. */
function stayConnected(url: string, own: string, hear: Hear): () => Promise<void> {
	const sockets = leavableSockets();
	let client: Client | null = null;
	let timer: ReturnType<typeof setTimeout> | null = null;
	let failures = 0;
	let isOver = false;

	async function connect(): Promise<void> {
		const fresh = new Client({
			connectionString: url,
			application_name: "carhythm",
			connectionTimeoutMillis: PATIENCE_MS,
			query_timeout: PATIENCE_MS,
			keepAlive: true,
			keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
			stream: sockets.make,
		});
		client = fresh;
		let isLost = false;
		const lose = () => {
			if (isLost) return;
			isLost = true;
			if (!isOver) again();
		};
		fresh.on("error", lose);
		fresh.on("end", lose);
		fresh.on("notification", ({ payload }) => {
			const ids = idsIn(payload, own);
			if (ids.length > 0) hear(ids);
		});
		try {
			await fresh.connect();
			await fresh.query(`listen ${CHANNEL}`);
			failures = 0;
			hear(null);
		} catch {
			await fresh.end().catch(() => {});
			lose();
		}
	}

	function again(): void {
		failures += 1;
		timer = setTimeout(() => void connect(), pauseLength(RECONNECT, failures));
		timer.unref();
	}

	const connecting = connect();
	return async () => {
		isOver = true;
		if (timer) clearTimeout(timer);
		await connecting;
		// A server that is gone without a word says no farewell.
		await Promise.race([client?.end().catch(() => {}), sleep(FAREWELL_MS, undefined, { ref: false })]);
		sockets.leave();
	};
}

/** What others have sent; nothing for our own word, or for anything that is not ours to read. */
function idsIn(payload: string | undefined, own: string): number[] {
	try {
		const word = JSON.parse(payload ?? "") as { from?: unknown; ids?: unknown };
		if (word.from === own || !Array.isArray(word.ids)) return [];
		return word.ids.filter((id) => Number.isInteger(id));
	} catch {
		return [];
	}
}
