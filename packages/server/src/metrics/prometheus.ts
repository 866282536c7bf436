import { toMillis, unreachable } from "@carhythm/core";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { PoolState } from "../db/dialect.ts";
import type { Batch, BatchOutcome, DiskWatch } from "../db/store.ts";
import { LIFECYCLE_EVENTS } from "../db/writes/write-context.ts";
import type { Meter } from "./meter.ts";

const DAY_SECONDS = 24 * 60 * 60;
/** A clock of 1970 or 2099 would spoil the sum. */
const OLDEST_SECONDS = 90 * DAY_SECONDS;
const METHODS = new Set(["GET", "HEAD", "POST", "OPTIONS"]);

const SHORT = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const GROUPS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const AGES = [1, 5, 15, 60, 300, 900, 3600, 6 * 3600, DAY_SECONDS, 7 * DAY_SECONDS, 30 * DAY_SECONDS];

/** A {@link Meter} for Prometheus. Labels are few and fixed: templates, codes, outcomes. */
export function createMeter(pools: () => readonly PoolState[], disk: DiskWatch | null = null): Meter {
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry });
	const http = httpMetrics(registers);
	const store = storeMetrics(registers);
	const operations = operationMetrics(registers);
	poolMetrics(registers, pools);
	if (disk) diskMetrics(registers, disk);
	return {
		...http,
		...store,
		operated(batch, outcome, received) {
			operations.count(batch, outcome, received);
			if (!outcome.ok) return;
			for (const { result } of outcome.results) {
				if (result.status === "refused") http.refused(result.code);
			}
		},
		metExpired: operations.metExpired,
		read: async () => ({ text: await registry.metrics(), content_type: registry.contentType }),
	};
}

type Registers = Registry[];

function httpMetrics(registers: Registers): Pick<Meter, "replied" | "refused" | "streamed"> {
	const requests = new Counter({
		name: "carhythm_http_requests_total",
		help: "Requests, by the template of their path",
		labelNames: ["method", "route", "status"],
		registers,
	});
	const seconds = new Histogram({
		name: "carhythm_http_request_seconds",
		help: "Time until the reply was ready to be sent",
		labelNames: ["route"],
		buckets: SHORT,
		registers,
	});
	const refusals = new Counter({
		name: "carhythm_refusals_total",
		help: "Refused requests and refused operations of a sync, by their code",
		labelNames: ["code"],
		registers,
	});
	const streams = new Gauge({
		name: "carhythm_event_streams",
		help: "Pages that listen to the events of a session",
		registers,
	});
	return {
		replied({ method, route, status, seconds: time }) {
			requests.inc({ method: METHODS.has(method) ? method : "other", route, status: String(status) });
			seconds.observe({ route }, time);
		},
		refused: (code) => refusals.inc({ code }),
		streamed: (change) => streams.inc(change),
	};
}

function storeMetrics(registers: Registers): Pick<Meter, "gathered" | "committed" | "turned"> {
	const groups = new Histogram({
		name: "carhythm_group_batches",
		help: "Batches of requests that shared one transaction",
		buckets: GROUPS,
		registers,
	});
	const commits = new Histogram({
		name: "carhythm_commit_seconds",
		help: "Time of transactions that write, with the wait for the disk",
		labelNames: ["outcome"],
		buckets: SHORT,
		registers,
	});
	const turns = new Counter({
		name: "carhythm_session_turns_total",
		help: "Sessions started, completed, abandoned (set aside), restored and handed over to another device",
		labelNames: ["turn"],
		registers,
	});
	for (const turn of LIFECYCLE_EVENTS) turns.inc({ turn }, 0);
	return {
		gathered: (batches) => groups.observe(batches),
		committed: (time, ok) => commits.observe({ outcome: ok ? "done" : "failed" }, time),
		turned: (turn) => turns.inc({ turn }),
	};
}

const OUTCOMES = ["applied", "superseded", "late", "refused", "replayed"] as const;

function operationMetrics(registers: Registers) {
	const operations = new Counter({
		name: "carhythm_operations_total",
		help: "Writes to sessions: superseded ones met a later answer to the same question, late ones a session that had ended, replayed ones were known",
		labelNames: ["outcome"],
		registers,
	});
	for (const outcome of OUTCOMES) operations.inc({ outcome }, 0);
	const late = new Counter({
		name: "carhythm_late_operations_total",
		help: "Writes that were kept aside, by the reason",
		labelNames: ["code"],
		registers,
	});
	const conflicts = new Counter({
		name: "carhythm_conflicts_total",
		help: "Answers to a question for which another device had given another one, neither seen by the other",
		registers,
	});
	const age = new Histogram({
		name: "carhythm_outbox_age_seconds",
		help: "How long writes had waited on their device when they came, by the device's own clock",
		buckets: AGES,
		registers,
	});
	const expired = new Counter({
		name: "carhythm_expired_sessions_met_total",
		help: "Times that somebody came back to a session that had expired",
		registers,
	});
	return {
		count({ operations: sent, sent_at }: Batch, outcome: BatchOutcome, received: string) {
			if (!outcome.ok) return;
			for (const [i, { result, replayed }] of outcome.results.entries()) {
				if (replayed) {
					operations.inc({ outcome: "replayed" });
					continue;
				}
				operations.inc({ outcome: result.status });
				switch (result.status) {
					case "late":
						late.inc({ code: result.code });
						break;
					case "applied":
					case "superseded":
						if (result.conflict) conflicts.inc();
						break;
					case "refused":
						break;
					default:
						unreachable(result);
				}
				const { client_time } = sent[i] ?? {};
				if (client_time) age.observe(waited(client_time, sent_at ?? received));
			}
		},
		metExpired: () => expired.inc(),
	};
}

function waited(client_time: string, until: string): number {
	return Math.min(Math.max((toMillis(until) - toMillis(client_time)) / 1000, 0), OLDEST_SECONDS);
}

function poolMetrics(registers: Registers, pools: () => readonly PoolState[]): void {
	new Gauge({
		name: "carhythm_database_connections",
		help: "Connections to PostgreSQL by purpose: open, idle, and requests that wait for one",
		labelNames: ["purpose", "state"],
		registers,
		collect() {
			for (const { purpose, open, idle, waiting } of pools()) {
				this.set({ purpose, state: "open" }, open);
				this.set({ purpose, state: "idle" }, idle);
				this.set({ purpose, state: "waiting" }, waiting);
			}
		},
	});
}

function diskMetrics(registers: Registers, disk: DiskWatch): void {
	new Gauge({
		name: "carhythm_disk_free_bytes",
		help: "Free bytes of the disk on which the database file is",
		registers,
		async collect() {
			const room = await disk.look();
			if (room) this.set(room.free_bytes);
		},
	});
	new Gauge({
		name: "carhythm_disk_low",
		help: "1 while no session is begun because the disk is too full, else 0",
		registers,
		async collect() {
			this.set((await disk.look())?.is_low ? 1 : 0);
		},
	});
}
