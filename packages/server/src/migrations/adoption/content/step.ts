import { createHash } from "node:crypto";
import { ADOPTED_KEY, Assessment } from "@carhythm/core";
import { type Kysely, sql } from "kysely";
import { counted } from "../../../counted.ts";
import { LEDGER } from "../../../db/schema.ts";
import type { LedgerSchema } from "../../ledger/ledger-schema.ts";
import type { Probe, StepContext, Task, Tx, WholeStep } from "../../migration.ts";
import { dropKept, keepRows, keptName } from "../../steps/undo-tables.ts";
import type { SystemCatalogue } from "../../system-catalogue/read-catalogue.ts";
import {
	catalogueOf,
	hasTable,
	MIGRATION,
	originalsTable,
	responsesWithoutDetails,
} from "../original-values.ts";
import { toAssessment } from "./content.ts";
import { readContent } from "./rows.ts";

const ID = "own_content";

/** Undoing the migration keeps the versions aside. */
const KEPT_VERSIONS = keptName(MIGRATION, "assessment_versions");
/** The pages that an undo put out of use. */
const HIDDEN_PAGES = originalsTable("hidden_pages");

/**
 * The pages that assessments of this program wrote, by assessment, the newest version last; all others are
 * the database's own.
 */
async function pagesByKey(
	db: Kysely<LedgerSchema>,
	versions: "assessment_versions" | typeof KEPT_VERSIONS = "assessment_versions",
): Promise<[key: string, pages: number[]][]> {
	const rows = await db
		.selectFrom(versions as "assessment_versions")
		.select(["assessment_key", "definition"])
		.where("assessment_key", "<>", ADOPTED_KEY)
		.orderBy("version")
		.execute();
	return rows.map(({ assessment_key, definition }) => {
		const { chapters } = Assessment.parse(JSON.parse(definition));
		return [assessment_key, chapters.flatMap(({ pages }) => pages.map(({ id }) => id))];
	});
}

/** They are known while the versions are kept aside as well. */
async function pagesOfOurs(db: Kysely<LedgerSchema>, catalogue: SystemCatalogue): Promise<Set<number>> {
	const tables = (["assessment_versions", KEPT_VERSIONS] as const).filter((name) => catalogue.has(name));
	const all = await Promise.all(tables.map((table) => pagesByKey(db, table)));
	return new Set(all.flat().flatMap(([, pages]) => pages));
}

/**
 * The previous program shows every page that is in use. Those of this program's assessments are put out of
 * use for as long as it goes on with the database.
 */
const hidePages: Task = {
	name: "hide_pages",
	version: 1,
	async run(tx, context) {
		const ids = (await pagesByKey(tx)).flatMap(([, pages]) => pages);
		if (ids.length === 0) return;
		const ours = `id IN (${ids.join(", ")}) AND is_active`;
		const hidden = await keepRows(
			tx,
			context,
			MIGRATION,
			"hidden_pages",
			`SELECT id FROM pages WHERE ${ours}`,
		);
		await sql.raw(`UPDATE pages SET is_active = FALSE WHERE ${ours}`).execute(tx);
		context.report(
			`${ID}: out of use until the next migrate up: ${counted(hidden, "page")} of assessments that were added`,
		);
	},
};

async function showPages(tx: Tx, { dialect }: StepContext, hasAdopted: boolean): Promise<void> {
	if (await hasTable(tx, dialect, HIDDEN_PAGES)) {
		await sql
			.raw(`UPDATE pages SET is_active = TRUE WHERE id IN (SELECT id FROM ${HIDDEN_PAGES})`)
			.execute(tx);
		await dropKept(tx, HIDDEN_PAGES);
		return;
	}
	// An undo by a program before 0.1.0 kept no list: it put the newest version of each assessment out of use.
	const ids = hasAdopted ? [...new Map(await pagesByKey(tx)).values()].flat() : [];
	if (ids.length > 0) {
		await sql.raw(`UPDATE pages SET is_active = TRUE WHERE id IN (${ids.join(", ")})`).execute(tx);
	}
}

async function probe(
	db: Kysely<LedgerSchema>,
	_means: StepContext,
	catalogue: SystemCatalogue,
): Promise<Probe | "ledger"> {
	if (!catalogue.has("pages") || !catalogue.has("questions")) return "ledger";
	const hasVersions = catalogue.has("assessment_versions");
	if (hasVersions && catalogue.has(LEDGER) && (await isRecorded(db))) {
		// The previous program began sessions in a database that had no content of its own before.
		const isNeeded = (await newestAdopted(db)) === null && (await responsesWithoutDetails(db)) > 0;
		return isNeeded ? "todo" : "done";
	}
	const read = toAssessment(await readContent(db, await pagesOfOurs(db, catalogue)), 1);
	return read.ok ? "ledger" : { conflict: read.conflicts.join("; ") };
}

async function isRecorded(db: Kysely<LedgerSchema>): Promise<boolean> {
	const row = await db
		.selectFrom(LEDGER)
		.select("step")
		.where("migration", "=", MIGRATION)
		.where("step", "=", ID)
		.executeTakeFirst();
	return row !== undefined;
}

async function newestAdopted(db: Kysely<LedgerSchema>) {
	const row = await db
		.selectFrom("assessment_versions")
		.select(["id", "version", "definition", "scoring"])
		.where("assessment_key", "=", ADOPTED_KEY)
		.orderBy("version", "desc")
		.executeTakeFirst();
	return row ?? null;
}

/** The version to which sessions of the previous program belong. */
export async function adoptedVersionId(db: Kysely<LedgerSchema>): Promise<number> {
	const row = await newestAdopted(db);
	if (!row) throw new Error("The database's own content has not become an assessment.");
	return row.id;
}

const takeOverContent: Task = {
	name: "take_over_content",
	version: 1,
	async run(tx, context) {
		const { dialect, report } = context;
		const content = await readContent(tx, await pagesOfOurs(tx, await catalogueOf(tx, dialect)));
		const before = await newestAdopted(tx);
		await showPages(tx, context, before !== null);
		if (content.pages.length === 0 && (before || (await responsesWithoutDetails(tx)) <= 0)) return;
		const read = toAssessment(content, (before?.version ?? 0) + 1);
		if (!read.ok) throw new Error(`The content cannot be read: ${read.conflicts.join("; ")}`);
		const scoring = read.scoring && JSON.stringify(read.scoring);
		const { assessment, notes, losses } = read;
		if (before && scoring === before.scoring && sameContent(assessment, before.definition)) return;
		const created_at = sql<string>`${sql.raw(dialect.now)}`;
		if (!before)
			await tx.insertInto("assessments").values({ key: ADOPTED_KEY, is_default: 0, created_at }).execute();
		const definition = JSON.stringify(assessment);
		await tx
			.insertInto("assessment_versions")
			.values({
				assessment_key: ADOPTED_KEY,
				version: assessment.version,
				definition,
				scoring,
				content_hash: createHash("sha256")
					.update(JSON.stringify([definition, scoring]))
					.digest("hex"),
				created_at,
			})
			.execute();
		if (content.pages.length > 0) await makeDefault(tx);
		const questions = assessment.chapters.flatMap(({ pages }) => pages.flatMap((page) => page.questions));
		report(
			`${ID}: ${counted(assessment.chapters.length, "module")} with ${counted(content.pages.length, "page")} and ${counted(questions.length, "question")} are version ${assessment.version} of the assessment ${ADOPTED_KEY}`,
		);
		for (const note of notes) report(`${ID}: ${note}`, "notes");
		for (const loss of losses) report(`${ID}: ${loss}`, "losses");
	},
};

function sameContent(assessment: Assessment, definition: string): boolean {
	const before = Assessment.parse(JSON.parse(definition));
	return JSON.stringify({ ...before, version: 0 }) === JSON.stringify({ ...assessment, version: 0 });
}

/** The assessment that students of this database have known so far is the one that new sessions get. */
async function makeDefault(tx: Tx): Promise<void> {
	const standing = await tx
		.selectFrom("assessments")
		.select("key")
		.where("is_default", "=", 1)
		.executeTakeFirst();
	if (standing) return;
	await tx.updateTable("assessments").set({ is_default: 1 }).where("key", "=", ADOPTED_KEY).execute();
}

export const ownContent: WholeStep = {
	id: ID,
	mode: "whole",
	about: "makes the database's own pages and questions a version of an assessment, the default one",
	probe: { rows: probe },
	locks: [],
	changes: { columns: ["pages.is_active"] },
	actions: { sqlite: [takeOverContent], postgres: [takeOverContent] },
	undo: { sqlite: [hidePages], postgres: [hidePages] },
};
