import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type AssessmentIndex, type Instant, toInstant } from "@carhythm/core";
import type { Hono } from "hono";
import { pino } from "pino";
import { createApp } from "../../src/app.ts";
import { createAssessmentStore } from "../../src/db/content/assessments.ts";
import { createStore } from "../../src/db/create-store.ts";
import type { Database, DatabaseUrl } from "../../src/db/dialect.ts";
import { openDatabase } from "../../src/db/open.ts";
import { createSessionAdmin, type SessionAdmin } from "../../src/db/operator/session-admin.ts";
import { type ExportedSession, exportSessions } from "../../src/db/operator/session-export.ts";
import { OF_A_SESSION } from "../../src/db/schema.ts";
import type { AssessmentStore } from "../../src/db/store.ts";
import type { Env } from "../../src/http/context.ts";
import { highestLimits } from "../../src/limits.ts";
import { migrateUp } from "../../src/migrations/runner.ts";
import { eraseKept } from "../../src/migrations/steps/undo-tables.ts";
import { roomyFolder } from "../../src/testing/folders/roomy-folder.ts";
import { aPostgresDatabase } from "../../src/testing/postgres/a-postgres.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { simulatedAssessment } from "./simulated-assessment.ts";

export const EXPIRY_DAYS = 30;

export type Engine = "sqlite" | "postgres";

type Opened = { database: Database; app: Hono<Env>; assessments: AssessmentStore; admin: SessionAdmin };

/**
 * The product's server in this process, on a real database. The simulation controls its clock and its
 * randomness; only the network in front of it is simulated.
 * @param now the server's clock, in milliseconds since 1970
 */
export async function aSimulatedServer(engine: Engine, now: () => number) {
	await using making = new AsyncDisposableStack();
	const { url, remove } = await createSimulatedDatabase(engine);
	making.defer(remove);
	const chance: { current: Chance } = { current: chanceOf(1) };
	const context = {
		now: (): Instant => toInstant(now()),
		randomBytes: (count: number) => chance.current.bytes(count),
	};
	let opened = await open(url, context);
	making.defer(() => opened.database.close());
	const version = await opened.assessments.latestDefault();
	if (!version) throw new Error("The simulated assessment is missing.");
	const { index } = version;
	const made = making.move();
	return {
		engine,
		index: index satisfies AssessmentIndex,
		database: () => opened.database,
		admin: () => opened.admin,
		request: (path: string, init: RequestInit) => opened.app.request(path, init),
		/** Makes everything that is minted from now on follow from this seed. */
		reseed(seed: number) {
			chance.current = chanceOf(seed);
		},
		/** Closes the database and opens it again, as a restarted process does. */
		async restart() {
			await opened.database.close();
			opened = await open(url, context);
		},
		async exported(): Promise<Map<string, ExportedSession>> {
			const found = new Map<string, ExportedSession>();
			const wanted = {
				assessments: opened.assessments,
				assessment: null,
				profiles: false,
				now: context.now(),
				expiry_days: EXPIRY_DAYS,
			};
			await exportSessions(opened.database, wanted, async (sessions) => {
				for await (const session of sessions) found.set(session.display_id, session);
			});
			return found;
		},
		/** Deletes all sessions, without the care that `erase` takes. */
		async empty() {
			const { db } = opened.database;
			await db.updateTable("session_details").set({ replaced_by: null }).execute();
			for (const table of OF_SESSIONS) await db.deleteFrom(table).execute();
		},
		[Symbol.asyncDispose]: () => made.disposeAsync(),
	};
}

export type SimulatedServer = Awaited<ReturnType<typeof aSimulatedServer>>;

const OF_SESSIONS = [...OF_A_SESSION, "feedbacks", "student_responses"] as const;

async function open(
	url: DatabaseUrl,
	context: { now: () => Instant; randomBytes: (count: number) => Uint8Array },
): Promise<Opened> {
	const database = await openDatabase(url);
	const assessments = createAssessmentStore(database);
	const app = createApp({
		...context,
		// A cheap hash and no delay after a wrong code, because guessing is not what simulations are about.
		store: createStore(database, { ...context, expiry_days: EXPIRY_DAYS, hash_cost: 2 }),
		sleep: async () => {},
		config: {
			cors_origins: [],
			session_expiry_days: EXPIRY_DAYS,
			// Simulations ask for unknown sessions all the time, and must not be rate-limited.
			limits: highestLimits(),
		},
		log: pino({ level: "silent" }),
		web_root: null,
	});
	const admin = createSessionAdmin(database, {
		assessments,
		now: context.now,
		expiry_days: EXPIRY_DAYS,
		eraseKept,
	});
	return { database, app, assessments, admin };
}

async function createSimulatedDatabase(
	engine: Engine,
): Promise<{ url: DatabaseUrl; remove: () => Promise<void> }> {
	if (engine === "postgres") {
		const place = await aPostgresDatabase({ template: { name: "simulated", fill } });
		return { url: place.url, remove: () => place[Symbol.asyncDispose]() };
	}
	const folder = mkdtempSync(join(roomyFolder(1e9), "carhythm-simulation-"));
	const url: DatabaseUrl = { dialect: "sqlite", file: join(folder, "carhythm.db") };
	await fill(url);
	return { url, remove: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function fill(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	await migrateUp(database);
	await createAssessmentStore(database).add(simulatedAssessment(), null);
	await database.close();
}
