import { createAssessmentStore } from "../../src/db/content/assessments.ts";
import { type Database, type DatabaseUrl, migrateUp, openDatabase } from "../../src/index.ts";
import { contentFolder } from "../../src/paths.ts";
import { seedShipped } from "../../src/seed.ts";
import { aFolder } from "../../src/testing/a-folder.ts";
import { aPostgresDatabase } from "../../src/testing/a-postgres.ts";
import { checkStore } from "./check.ts";
import type { Journal } from "./journal.ts";
import type { Verdict } from "./verdict.ts";

export type Engine = "sqlite" | "postgres";

/** A database for a campaign, ready to be served. */
export type CampaignDatabase = AsyncDisposable & { url: DatabaseUrl; address: string };

/** Tables and the assessments that ship. */
export async function fillDatabase(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	try {
		await migrateUp(database);
		await seedShipped(createAssessmentStore(database), contentFolder());
	} finally {
		await database.close();
	}
}

/** In a folder for temporary files, or on the run's own PostgreSQL. */
export async function aCampaignDatabase(engine: Engine): Promise<CampaignDatabase> {
	if (engine === "postgres") {
		return aPostgresDatabase({ template: { name: "campaign", fill: fillDatabase } });
	}
	const folder = aFolder();
	const file = folder.file("carhythm.db");
	const url: DatabaseUrl = { dialect: "sqlite", file };
	await fillDatabase(url);
	return { url, address: `sqlite:${file}`, [Symbol.asyncDispose]: async () => folder[Symbol.dispose]() };
}

/** Opens the database beside the server and holds it against the journal. */
export async function inspect(url: DatabaseUrl, journal: Journal): Promise<Verdict> {
	const database = await openDatabase(url);
	try {
		return await checkStore(database, journal);
	} finally {
		await database.close();
	}
}

/**
 * For many inspections of one database. A server's is opened once. A file is opened each time: somebody who
 * has it open all the time would spare the next one its recovery.
 */
export function anInspector(
	url: DatabaseUrl,
): AsyncDisposable & { inspect(journal: Journal): Promise<Verdict> } {
	let kept: Promise<Database> | null = null;
	return {
		async inspect(journal) {
			if (url.dialect === "sqlite") return inspect(url, journal);
			kept ??= openDatabase(url);
			return checkStore(await kept, journal);
		},
		[Symbol.asyncDispose]: async () => (await kept)?.close(),
	};
}
