import { createAssessmentStore } from "../../../src/db/content/assessments.ts";
import { type Database, type DatabaseUrl, migrateUp, openDatabase } from "../../../src/index.ts";
import { contentFolder } from "../../../src/paths.ts";
import { seedShipped } from "../../../src/seed.ts";
import { aFolder } from "../../../src/testing/folders/a-folder.ts";
import { aPostgresDatabase } from "../../../src/testing/postgres/a-postgres.ts";
import { checkStore } from "../checker/check-store.ts";
import type { Verdict } from "../checker/verdict.ts";
import type { Journal } from "../students/journal.ts";

export type Engine = "sqlite" | "postgres";

/** A migrated database for a campaign. */
export type CampaignDatabase = AsyncDisposable & { url: DatabaseUrl; address: string };

/** Migrates a database and loads the assessments that ship. */
export async function fillDatabase(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	try {
		await migrateUp(database);
		await seedShipped(createAssessmentStore(database), contentFolder());
	} finally {
		await database.close();
	}
}

/** Creates a database in a temporary folder, or on the PostgreSQL of the test run. */
export async function createCampaignDatabase(engine: Engine): Promise<CampaignDatabase> {
	if (engine === "postgres") {
		return aPostgresDatabase({ template: { name: "campaign", fill: fillDatabase } });
	}
	const folder = aFolder();
	const file = folder.file("carhythm.db");
	const url: DatabaseUrl = { dialect: "sqlite", file };
	await fillDatabase(url);
	return { url, address: `sqlite:${file}`, [Symbol.asyncDispose]: async () => folder[Symbol.dispose]() };
}

/** Opens a database beside the server and compares it with the journal. */
export async function checkDatabase(url: DatabaseUrl, journal: Journal): Promise<Verdict> {
	const database = await openDatabase(url);
	try {
		return await checkStore(database, journal);
	} finally {
		await database.close();
	}
}

/**
 * Compares one database with the journal many times. A PostgreSQL connection is kept. An SQLite file is
 * opened each time, because a connection that stays open would spare the next server its recovery.
 */
export function createDatabaseChecker(
	url: DatabaseUrl,
): AsyncDisposable & { check(journal: Journal): Promise<Verdict> } {
	let opened: Promise<Database> | null = null;
	return {
		async check(journal) {
			if (url.dialect === "sqlite") return checkDatabase(url, journal);
			opened ??= openDatabase(url);
			return checkStore(await opened, journal);
		},
		[Symbol.asyncDispose]: async () => (await opened)?.close(),
	};
}
