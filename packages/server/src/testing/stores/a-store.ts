import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type Instant, type OperationId, type SessionId, toInstant } from "@carhythm/core";
import { readAssessmentFile } from "../../assessments/read-file.ts";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import type { Database, DatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import type { StoreObserver } from "../../db/sessions/observer.ts";
import { createSessionStore } from "../../db/sessions/session-store.ts";
import type { AssessmentVersion } from "../../db/store.ts";
import { migrateUp } from "../../migrations/runner.ts";
import { aDatabaseOn, type Engine, engine } from "./an-engine.ts";

const SAMPLER = fileURLToPath(new URL("../../../../../content/sampler/assessment.json", import.meta.url));

/** A database with the sampler assessment in it. */
async function addSampler(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	await migrateUp(database);
	const read = await readAssessmentFile(SAMPLER);
	if (!read.ok) throw new Error("The sampler does not load.");
	await createAssessmentStore(database).add(read.file, read.scoring);
	await database.close();
}

export type StoreChanges = {
	observer?: StoreObserver;
	longest_wait_ms?: number;
	/** For what one engine alone can do. */
	on?: Engine;
	/** Opens the database in another way. */
	open?: (address: string) => Promise<Database>;
};

/** A real database of its own, with the sampler assessment in it and a clock that only moves when told. */
export async function aStore({ on = engine, open, ...options }: StoreChanges = {}) {
	const place = await aDatabaseOn(on, { name: "sampler", fill: addSampler });
	const database = await (open?.(place.address) ?? place.open());
	const assessments = createAssessmentStore(database);
	const version = (await assessments.latestDefault()) as AssessmentVersion;

	let millis = Date.parse("2026-03-01T08:00:00.000Z");
	const now = (): Instant => toInstant(millis);
	const sessions = createSessionStore(database, {
		assessments,
		now,
		randomBytes,
		expiry_days: 30,
		...options,
	});
	return {
		place,
		database,
		assessments,
		sessions,
		version,
		now,
		pass(time: { seconds?: number; days?: number }) {
			millis += 1000 * ((time.seconds ?? 0) + (time.days ?? 0) * 86_400);
		},
		/** The id of a question of the sampler. */
		question(key: string): number {
			const found = version.index.places.find((place) => place.question.key === key);
			if (!found) throw new Error(`The sampler has no question ${key}.`);
			return found.question.id;
		},
		async started(replaces: SessionId | null = null): Promise<SessionId> {
			const outcome = await sessions.start({ operation_id: null, version, replaces, language: "en" });
			if (!outcome.ok) throw new Error(outcome.refusal.detail);
			return outcome.session.state.session_id;
		},
		async [Symbol.asyncDispose]() {
			await database.close();
			await place[Symbol.asyncDispose]();
		},
	};
}

export type TestStore = Awaited<ReturnType<typeof aStore>>;

let counter = 0;

/** A new operation id. */
export function anOperationId(): OperationId {
	counter += 1;
	return `0a000000-0000-4000-8000-${String(counter).padStart(12, "0")}` as OperationId;
}
