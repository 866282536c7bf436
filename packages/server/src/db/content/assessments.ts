import { createHash } from "node:crypto";
import {
	Assessment,
	type AssessmentIndex,
	type Instant,
	indexAssessment,
	type LocalizedText,
	type Page,
	readStoredAssessment,
	Scoring,
} from "@carhythm/core";
import { type Kysely, sql, type Transaction } from "kysely";
import { assignIds } from "../../assessments/assign-ids.ts";
import type { AssessmentFile } from "../../assessments/file.ts";
import type { Database, DatabaseDialect } from "../dialect.ts";
import type { Schema } from "../schema.ts";
import {
	type AssessmentStore,
	type AssessmentVersion,
	type ServedPage,
	StorageUnavailable,
} from "../store.ts";
import { inTransaction } from "../transaction.ts";
import { nextIds, retirePages, writePages } from "./assessment-rows.ts";

/** One assessment as an operator sees it: its newest version, and what is done with it. */
type ListedAssessment = {
	key: string;
	title: LocalizedText;
	version: number;
	questions: number;
	is_default: boolean;
	/** Over all versions. */
	sessions: number;
	created_at: Instant;
};

/** `unchanged`: the newest version already says the same. */
type AddedAssessment = { key: string; version: number; outcome: "added" | "unchanged" };

export type AssessmentAdmin = {
	/**
	 * Stores a checked file as the next version of its assessment. The first assessment of all becomes the
	 * default.
	 */
	add(file: AssessmentFile, scoring: Scoring | null): Promise<AddedAssessment>;
	/** Which assessment a session gets that names none. False for an unknown key. */
	setDefault(key: string): Promise<boolean>;
	list(): Promise<ListedAssessment[]>;
	/** Every version of one assessment, or with null of all, the newest first. */
	versions(key: string | null): Promise<AssessmentVersion[]>;
};

/** The highest number that a row can have on PostgreSQL. */
const MOST_ROWS = 2 ** 31 - 1;

/** No key has this form. */
const DEFAULT = "(default)";

/** The assessments of one database. Versions never change, so each is read and parsed once. */
export function createAssessmentStore(database: Database): AssessmentStore & AssessmentAdmin {
	const { lookups } = database;
	const cache = new Map<number, AssessmentVersion>();
	const lastNewest = new Map<string, AssessmentVersion>();
	const pageRows = new Map<number, PageRows>();

	async function byId(version_id: number): Promise<AssessmentVersion | null> {
		const known = cache.get(version_id);
		if (known) return known;
		// No row has such a number, and not every database takes the question.
		if (version_id > MOST_ROWS) return null;
		const row = await lookups
			.selectFrom("assessment_versions")
			.select(["id", "definition", "scoring"])
			.where("id", "=", version_id)
			.executeTakeFirst();
		if (!row) return null;
		const version = toVersion(row);
		cache.set(version_id, version);
		return version;
	}

	/**
	 * The command line may add versions or change the default while the server runs, so the newest is looked
	 * up each time. While the database is away, what was the newest is still good for reading.
	 */
	async function newest(query: ReturnType<typeof newestOf>, name: string): Promise<AssessmentVersion | null> {
		try {
			const row = await query.executeTakeFirst();
			const version = row ? await byId(row.id) : null;
			if (version) lastNewest.set(name, version);
			return version;
		} catch (error) {
			const version = error instanceof StorageUnavailable && lastNewest.get(name);
			if (version) return version;
			throw error;
		}
	}

	/** The newest first. */
	async function versionIds(): Promise<number[]> {
		try {
			const rows = await lookups
				.selectFrom("assessment_versions")
				.select("id")
				.orderBy("id", "desc")
				.execute();
			return rows.map(({ id }) => id);
		} catch (error) {
			if (!(error instanceof StorageUnavailable) || cache.size === 0) throw error;
			return [...cache.keys()].sort((a, b) => b - a);
		}
	}

	return {
		byId,
		async pagesOf(version) {
			const { version_id, index } = version;
			const pages = [...index.pages.values()];
			const rows = pageRows.get(version_id) ?? (await readPageRows(lookups, pages));
			pageRows.set(version_id, rows);
			return pages.flatMap(({ id, questions }) => {
				const row = rows.get(id);
				return row ? [{ ...row, questions: questions.length }] : [];
			});
		},
		latest: (key) => newest(newestOf(lookups).where("assessments.key", "=", key), key),
		latestDefault: () => newest(newestOf(lookups).where("assessments.is_default", "=", sql.lit(1)), DEFAULT),
		async byPage(page_id) {
			for (const id of await versionIds()) {
				const version = await byId(id);
				if (version?.index.pages.has(page_id)) return version;
			}
			return null;
		},
		add: (file, scoring) => inTransaction(database, (tx) => addVersion(tx, database.dialect, file, scoring)),
		setDefault: (key) =>
			inTransaction(database, async (tx) => {
				await database.dialect.lockTables(tx, ["assessments"]);
				return makeDefault(tx, key);
			}),
		list: () => listAssessments(lookups, byId),
		async versions(key) {
			const rows = await lookups
				.selectFrom("assessment_versions")
				.select("id")
				.$if(key !== null, (query) => query.where("assessment_key", "=", key))
				.orderBy("id", "desc")
				.execute();
			const versions = await Promise.all(rows.map(({ id }) => byId(id)));
			return versions.filter((version) => version !== null);
		},
	};
}

type PageRows = ReadonlyMap<number, Omit<ServedPage, "questions">>;

async function readPageRows(reader: Kysely<Schema>, pages: readonly Page[]): Promise<PageRows> {
	if (pages.length === 0) return new Map();
	const rows = await reader
		.selectFrom("pages")
		.select(["id", "order_index", "description", "module_name", "module_emoji"])
		.select(["module_color_primary", "module_color_secondary", "chapter_number", "estimated_minutes"])
		.where(
			"id",
			"in",
			pages.map(({ id }) => id),
		)
		.execute();
	return new Map(rows.map((row) => [row.id, row]));
}

function newestOf(reader: Kysely<Schema>) {
	return reader
		.selectFrom("assessment_versions")
		.innerJoin("assessments", "assessments.key", "assessment_versions.assessment_key")
		.select("assessment_versions.id")
		.orderBy("assessment_versions.version", "desc")
		.limit(1);
}

function toVersion(row: { id: number; definition: string; scoring: string | null }): AssessmentVersion {
	return {
		version_id: row.id,
		index: indexAssessment(readStoredAssessment(JSON.parse(row.definition))),
		scoring: row.scoring === null ? null : Scoring.parse(JSON.parse(row.scoring)),
	};
}

async function addVersion(
	tx: Transaction<Schema>,
	dialect: DatabaseDialect,
	file: AssessmentFile,
	scoring: Scoring | null,
): Promise<AddedAssessment> {
	const { key } = file;
	await dialect.lockTables(tx, ["assessments", "assessment_versions", "pages", "questions"]);
	const previous = await newestOf(tx)
		.select(["content_hash", "definition"])
		.where("assessment_key", "=", key)
		.executeTakeFirst();
	const before = previous ? readStoredAssessment(JSON.parse(previous.definition)) : null;
	const assessment = Assessment.parse(assignIds(file, before, await nextIds(tx)));
	const content_hash = contentHash(assessment, scoring);
	// Only the newest counts: going back to an older text is a new version again.
	if (before && previous?.content_hash === content_hash) {
		return { key, version: before.version, outcome: "unchanged" };
	}
	const created_at = sql<string>`${sql.raw(dialect.now)}`;
	if (!before) await tx.insertInto("assessments").values({ key, is_default: 0, created_at }).execute();
	await writePages(tx, assessment, created_at);
	for (const table of ["pages", "questions"]) await dialect.afterExplicitIds(tx, table);
	if (before) await retirePages(tx, before, assessment);
	await tx
		.insertInto("assessment_versions")
		.values({
			assessment_key: key,
			version: assessment.version,
			definition: JSON.stringify(assessment),
			scoring: scoring === null ? null : JSON.stringify(scoring),
			content_hash,
			created_at,
		})
		.execute();
	const standing = await tx
		.selectFrom("assessments")
		.select("key")
		.where("is_default", "=", 1)
		.executeTakeFirst();
	if (!standing) await makeDefault(tx, key);
	return { key, version: assessment.version, outcome: "added" };
}

async function makeDefault(tx: Transaction<Schema>, key: string): Promise<boolean> {
	const found = await tx.selectFrom("assessments").select("key").where("key", "=", key).executeTakeFirst();
	if (!found) return false;
	await tx.updateTable("assessments").set({ is_default: 0 }).where("key", "<>", key).execute();
	await tx.updateTable("assessments").set({ is_default: 1 }).where("key", "=", key).execute();
	return true;
}

/** Ids and the version number are the database's doing and say nothing of the content. */
function contentHash(assessment: Assessment, scoring: Scoring | null): string {
	const content = JSON.stringify([assessment, scoring], (name, value: unknown) =>
		name === "id" || name === "version" ? undefined : value,
	);
	return createHash("sha256").update(content).digest("hex");
}

async function listAssessments(
	reader: Kysely<Schema>,
	byId: AssessmentStore["byId"],
): Promise<ListedAssessment[]> {
	const rows = await reader
		.selectFrom("assessments")
		.innerJoin("assessment_versions", "assessment_versions.assessment_key", "assessments.key")
		.select(["assessments.key", "assessments.is_default", "assessments.created_at"])
		// Versions of one assessment get their ids in order.
		.select((select) => select.fn.max("assessment_versions.id").as("newest_id"))
		.groupBy(["assessments.key", "assessments.is_default", "assessments.created_at"])
		.orderBy("assessments.created_at")
		.orderBy("assessments.key")
		.execute();
	const listed: ListedAssessment[] = [];
	for (const { key, is_default, created_at, newest_id } of rows) {
		const version = await byId(newest_id);
		if (!version) throw new Error(`Assessment version ${newest_id} is missing.`);
		const { assessment, places }: AssessmentIndex = version.index;
		listed.push({
			key,
			title: assessment.title,
			version: assessment.version,
			questions: places.length,
			is_default: is_default === 1,
			sessions: await countSessions(reader, key),
			created_at,
		});
	}
	return listed;
}

async function countSessions(reader: Kysely<Schema>, key: string): Promise<number> {
	const { sessions } = await reader
		.selectFrom("session_details")
		.innerJoin("assessment_versions", "assessment_versions.id", "session_details.assessment_version_id")
		.select((select) => select.fn.countAll<number>().as("sessions"))
		.where("assessment_versions.assessment_key", "=", key)
		.executeTakeFirstOrThrow();
	return Number(sessions);
}
