import { type Kysely, sql } from "kysely";
import type { Catalogue } from "../catalogue.ts";
import { forget } from "../kept.ts";
import type { LedgerSchema } from "../ledger-schema.ts";
import type { BatchesStep, Means, Probe, Task, Tx } from "../migration.ts";
import { MOMENTS } from "./activity.ts";
import {
	catalogueOf,
	countFound,
	foundIn,
	hasTable,
	makeFound,
	readFact,
	responsesWithoutDetails,
} from "./found.ts";
import type { Vocabulary } from "./labels.ts";
import { type FoundResponse, type Repaired, repair } from "./repair.ts";
import { asFoundText, isOurs, isZone, unknownZone } from "./times.ts";

const TABLE = "student_responses";
export const FOUND_RESPONSES = foundIn(TABLE);
const TIMES = ["created_at", "completed_at", "last_activity"] as const;

type Row = {
	id: number;
	status: string | null;
	created_at: unknown;
	completed_at: unknown;
	last_activity: unknown;
	is_moment: number;
	is_ours: number;
	has_events: number;
};
type Change = { id: number; rules: string } & Omit<Repaired, "rules">;

async function repairRange(tx: Tx, range: { from: number; to: number }, means: Means): Promise<number> {
	const changes: Change[] = [];
	for (const row of await readRange(tx, range, means)) {
		const repaired = repair({ ...row, activity: activityOf(row) }, means.decisions);
		if (!repaired) throw new Error("A response has a status that no rule knows.");
		const { rules, ...values } = repaired;
		const wroteOurs = row.is_ours === 0 && TIMES.some((column) => isText(row[column]));
		if (rules.length > 0 || (means.dialect.name === "sqlite" && wroteOurs)) {
			changes.push({ id: row.id, rules: rules.join(" "), ...values });
		}
	}
	if (changes.length === 0) return 0;
	await keepFound(tx, means, changes);
	await writeRange(tx, means, changes);
	return changes.filter(({ rules }) => rules !== "").length;
}

/** What a session did in this program was activity, even if its moment looks like another's. */
function activityOf({ is_ours, has_events, is_moment }: Row): FoundResponse["activity"] {
	if (is_ours === 1 || has_events === 1) return "ours";
	return is_moment === 1 ? "moment" : "unknown";
}

/** A time of another program that is in our form already: undoing leaves it so, though it rewrites our own. */
function isText(value: unknown): boolean {
	return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
}

async function readRange(
	tx: Tx,
	{ from, to }: { from: number; to: number },
	{ dialect }: Means,
): Promise<Row[]> {
	const isMoment = (await hasTable(tx, dialect, MOMENTS))
		? sql`CASE WHEN r.last_activity IN (SELECT value FROM ${sql.table(MOMENTS)}) THEN 1 ELSE 0 END`
		: sql`0`;
	const { rows } = await sql<Row>`
		SELECT r.id, CAST(r.status AS TEXT) AS status, r.created_at, r.completed_at, r.last_activity,
			${isMoment} AS is_moment,
			CASE WHEN EXISTS (SELECT 1 FROM session_details d WHERE d.response_id = r.id AND d.adopted_at IS NULL)
				THEN 1 ELSE 0 END AS is_ours,
			CASE WHEN EXISTS (SELECT 1 FROM session_events e WHERE e.response_id = r.id AND e.fingerprint <> 'adopted')
				THEN 1 ELSE 0 END AS has_events
		FROM student_responses r WHERE r.id > ${from} AND r.id <= ${to} ORDER BY r.id
		${dialect.name === "postgres" ? sql`FOR UPDATE OF r` : sql``}`.execute(tx);
	return rows;
}

const COLUMNS = { created_at: "time", completed_at: "time", last_activity: "time" } as const;

async function keepFound(tx: Tx, { dialect }: Means, changes: readonly Change[]): Promise<void> {
	// Without a type a column of SQLite keeps every value as it is.
	const type = dialect.name === "postgres" ? "TIMESTAMP WITH TIME ZONE" : "";
	const columns = TIMES.flatMap((column) => [`found_${column} ${type}`, `our_${column} ${type}`]);
	await makeFound(
		tx,
		dialect,
		FOUND_RESPONSES,
		`id INTEGER NOT NULL PRIMARY KEY, session_id TEXT NOT NULL, rules TEXT NOT NULL,
			found_status TEXT, our_status TEXT, ${columns.join(", ")}`,
	);
	const rows = dialect.rows({ id: "integer", rules: "text", status: "text", ...COLUMNS }, changes);
	const names = TIMES.flatMap((column) => [`found_${column}`, `our_${column}`]);
	const values = TIMES.flatMap((column) => [`r.${column}`, `coalesce(v.${column}, r.${column})`]);
	const kept = await sql`
		INSERT INTO ${sql.table(FOUND_RESPONSES)}
			(id, session_id, rules, found_status, our_status, ${sql.raw(names.join(", "))})
		SELECT r.id, r.session_id, v.rules, CAST(r.status AS TEXT), coalesce(v.status, CAST(r.status AS TEXT)),
			${sql.raw(values.join(", "))}
		FROM ${rows} AS v JOIN student_responses r ON r.id = v.id WHERE true
		ON CONFLICT (id) DO NOTHING`.execute(tx);
	await countFound(tx, FOUND_RESPONSES, Number(kept.numAffectedRows ?? 0));
}

async function writeRange(tx: Tx, { dialect }: Means, changes: readonly Change[]): Promise<void> {
	const rows = dialect.rows({ id: "integer", status: "status", ...COLUMNS }, changes);
	await sql`
		UPDATE student_responses SET status = coalesce(v.status, student_responses.status),
			created_at = coalesce(v.created_at, student_responses.created_at),
			completed_at = coalesce(v.completed_at, student_responses.completed_at),
			last_activity = coalesce(v.last_activity, student_responses.last_activity)
		FROM ${rows} AS v WHERE student_responses.id = v.id`.execute(tx);
}

/** What is unchanged since comes back as it was found; what changed gets the found word for what it says now. */
const undoResponses: Task = {
	name: "undo_responses",
	version: 1,
	async run(tx, { dialect, report }) {
		const type = (await catalogueOf(tx, dialect)).get(TABLE)?.enums.get("status")?.type;
		const words = (await readFact(tx, dialect, "status_words")) as Vocabulary | undefined;
		const cast = (expression: string) => (type ? `CAST(${expression} AS "${type}")` : expression);
		const inWords = (column: string) =>
			words
				? `CASE CAST(${column} AS TEXT) ${Object.entries(words)
						.map(([ours, word]) => `WHEN '${ours}' THEN ${cast(`'${word.replaceAll("'", "''")}'`)}`)
						.join(" ")} ELSE ${column} END`
				: column;
		const there = await hasTable(tx, dialect, FOUND_RESPONSES);
		const notFound = there
			? `WHERE NOT EXISTS (SELECT 1 FROM ${FOUND_RESPONSES} u WHERE ${sameSession("u")})`
			: "";
		if (words) await sql.raw(`UPDATE ${TABLE} SET status = ${inWords("status")} ${notFound}`).execute(tx);
		if (there) {
			const status = `CASE WHEN CAST(${TABLE}.status AS TEXT) = u.our_status THEN ${cast("u.found_status")}
				ELSE ${inWords(`${TABLE}.status`)} END`;
			const times = TIMES.map(
				(column) => `${column} = CASE WHEN ${TABLE}.${column} IS NOT DISTINCT FROM u.our_${column}
					THEN u.found_${column} ELSE ${TABLE}.${column} END`,
			);
			const back = await sql
				.raw(
					`UPDATE ${TABLE} SET status = ${status}, ${times.join(", ")}
					FROM ${FOUND_RESPONSES} u WHERE ${sameSession("u")}`,
				)
				.execute(tx);
			report(
				`responses: ${Number(back.numAffectedRows ?? 0)} have the labels and times back that were found`,
			);
		}
		if (dialect.name === "sqlite") await rewriteTimes(tx, there);
		await forget(tx, FOUND_RESPONSES);
	},
};

function sameSession(kept: string): string {
	return `${kept}.id = ${TABLE}.id AND ${kept}.session_id = ${TABLE}.session_id`;
}

/** The driver of the existing product cannot read times with T and Z, which sessions begun here have. */
async function rewriteTimes(tx: Tx, there: boolean): Promise<void> {
	for (const column of TIMES) {
		const asFound = there
			? `AND NOT EXISTS (SELECT 1 FROM ${FOUND_RESPONSES} u
				WHERE ${sameSession("u")} AND u.found_${column} IS ${TABLE}.${column})`
			: "";
		await sql
			.raw(`UPDATE ${TABLE} SET ${column} = ${asFoundText(column)} WHERE ${isOurs(column)} ${asFound}`)
			.execute(tx);
	}
	for (const [table, column] of [
		["pages", "created_at"],
		["questions", "created_at"],
	]) {
		await sql
			.raw(`UPDATE ${table} SET ${column} = ${asFoundText(column ?? "")} WHERE ${isOurs(column ?? "")}`)
			.execute(tx);
	}
}

/** New rows of the previous program are repaired like old ones, whenever the migrations next look. */
async function probe(
	db: Kysely<LedgerSchema>,
	{ decisions }: Means,
	catalogue: Catalogue,
): Promise<Probe | "ledger"> {
	if (!isZone(decisions.assume_timezone)) return unknownZone(decisions.assume_timezone);
	if (!catalogue.has("session_details")) return "ledger";
	return (await responsesWithoutDetails(db)) > 0 ? "todo" : "ledger";
}

/** Labels, times and last activity of every response, in one go over the table. */
export const responses: BatchesStep = {
	id: "responses_repaired",
	mode: "batches",
	about: "repairs the labels, the times and the last activity of responses; what was found is kept",
	probe: { rows: probe },
	locks: [{ table: TABLE, mode: "RowExclusiveLock" }],
	changes: { columns: ["status", ...TIMES].map((column) => `${TABLE}.${column}`) },
	batches: {
		table: TABLE,
		key: "id",
		size: 2000,
		version: 1,
		run: repairRange,
		sql: { sqlite: [], postgres: [] },
	},
	undo: { sqlite: [undoResponses], postgres: [undoResponses] },
};
