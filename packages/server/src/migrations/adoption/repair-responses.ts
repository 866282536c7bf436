import { type Kysely, type RawBuilder, sql } from "kysely";
import { quoteName } from "../../db/quote-name.ts";
import type { LedgerSchema } from "../ledger/ledger-schema.ts";
import type { BatchesStep, Probe, StepContext, Task, Tx } from "../migration.ts";
import { dropKept } from "../steps/undo-tables.ts";
import type { SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { givenBack, keepGivenBack, noteBefore } from "./given-back.ts";
import {
	catalogueOf,
	countOriginals,
	createOriginalsTable,
	hasTable,
	originalsTable,
	readOriginalFact,
	responsesWithoutDetails,
} from "./original-values.ts";
import { type FoundResponse, type Repaired, repairResponse } from "./response-rules.ts";
import type { Vocabulary } from "./status/status-mapping.ts";
import { MOMENTS } from "./times/activity.ts";
import { asFoundText, isOurs, isZone, unknownZone } from "./times/times.ts";

const TABLE = "student_responses";
export const ORIGINAL_RESPONSES = originalsTable(TABLE);
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
	/** Whether the column is still as an undo gave it back, so that its old value comes back. */
	keeps_created_at: number;
	keeps_completed_at: number;
	keeps_last_activity: number;
	/** Whether any of the old values differs from the present one. */
	comes_back: number;
};
type Change = { id: number; rules: string } & Omit<Repaired, "rules">;

async function repairRange(
	tx: Tx,
	range: { from: number; to: number },
	context: StepContext,
): Promise<number> {
	const changes: Change[] = [];
	for (const row of await readRange(tx, range, context)) {
		const repaired = repairResponse({ ...row, activity: activityOf(row) }, context.decisions);
		if (!repaired) throw new Error("A response has a status that no rule knows.");
		const { rules, ...values } = repaired;
		const wroteOurs = row.is_ours === 0 && TIMES.some((column) => isText(row[column]));
		const comesBack = Number(row.comes_back) === 1;
		if (rules.length > 0 || comesBack || (context.dialect.name === "sqlite" && wroteOurs)) {
			const times = TIMES.map((column) => [
				column,
				Number(row[`keeps_${column}`]) === 1 ? null : values[column],
			]);
			changes.push({ id: row.id, rules: rules.join(" "), ...values, ...Object.fromEntries(times) });
		}
	}
	if (changes.length === 0) return 0;
	await keepOriginals(tx, context, changes);
	await writeRange(tx, context, changes);
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
	{ dialect }: StepContext,
): Promise<Row[]> {
	const isMoment = (await hasTable(tx, dialect, MOMENTS))
		? sql`CASE WHEN r.last_activity IN (SELECT value FROM ${sql.table(MOMENTS)}) THEN 1 ELSE 0 END`
		: sql`0`;
	const back = await comingBack(tx, dialect);
	const { rows } = await sql<Row>`
		SELECT r.id, ${back.status} AS status, r.created_at, r.completed_at, r.last_activity,
			${isMoment} AS is_moment,
			CASE WHEN EXISTS (SELECT 1 FROM session_details d WHERE d.response_id = r.id AND d.adopted_at IS NULL)
				THEN 1 ELSE 0 END AS is_ours,
			CASE WHEN EXISTS (SELECT 1 FROM session_events e WHERE e.response_id = r.id AND e.fingerprint <> 'adopted')
				THEN 1 ELSE 0 END AS has_events,
			${back.flags}
		FROM student_responses r ${back.join} WHERE r.id > ${from} AND r.id <= ${to} ORDER BY r.id
		${dialect.name === "postgres" ? sql`FOR UPDATE OF r` : sql``}`.execute(tx);
	return rows;
}

/** The old values of rows that an undo gave back, as expressions of SQL over the row `r`. */
type ComingBack = {
	join: RawBuilder<unknown>;
	flags: RawBuilder<unknown>;
	/** As text. */
	status: RawBuilder<unknown>;
	time: (column: (typeof TIMES)[number]) => string;
};

async function comingBack(tx: Tx, dialect: StepContext["dialect"]): Promise<ComingBack> {
	const kept = givenBack(TABLE);
	if (!(await hasTable(tx, dialect, kept))) {
		return {
			join: sql``,
			flags: sql`0 AS keeps_created_at, 0 AS keeps_completed_at, 0 AS keeps_last_activity, 0 AS comes_back`,
			status: sql`CAST(r.status AS TEXT)`,
			time: (column) => `r.${column}`,
		};
	}
	const same = (column: string) => `(b.id IS NOT NULL AND r.${column} IS NOT DISTINCT FROM b.back_${column})`;
	// Finished meanwhile, the session has a later last activity.
	const keeps = (column: string) =>
		column === "last_activity" ? `(${same(column)} AND ${same("completed_at")})` : same(column);
	const sameStatus = "(b.id IS NOT NULL AND CAST(r.status AS TEXT) IS NOT DISTINCT FROM b.back_status)";
	const status = `CASE WHEN ${sameStatus} THEN b.was_status ELSE CAST(r.status AS TEXT) END`;
	const time = (column: string) => `CASE WHEN ${keeps(column)} THEN b.was_${column} ELSE r.${column} END`;
	const differs = [
		`${status} IS DISTINCT FROM CAST(r.status AS TEXT)`,
		...TIMES.map((column) => `${time(column)} IS DISTINCT FROM r.${column}`),
	];
	const flags = [
		...TIMES.map((column) => `CASE WHEN ${keeps(column)} THEN 1 ELSE 0 END AS keeps_${column}`),
		`CASE WHEN ${differs.join(" OR ")} THEN 1 ELSE 0 END AS comes_back`,
	];
	return {
		join: sql.raw(`LEFT JOIN ${kept} b ON b.id = r.id AND b.session_id = r.session_id`),
		flags: sql.raw(flags.join(", ")),
		status: sql.raw(status),
		time,
	};
}

const COLUMNS = { created_at: "time", completed_at: "time", last_activity: "time" } as const;

async function keepOriginals(tx: Tx, { dialect }: StepContext, changes: readonly Change[]): Promise<void> {
	// Without a type a column of SQLite keeps every value as it is.
	const type = dialect.name === "postgres" ? "TIMESTAMP WITH TIME ZONE" : "";
	const columns = TIMES.flatMap((column) => [`found_${column} ${type}`, `our_${column} ${type}`]);
	await createOriginalsTable(
		tx,
		dialect,
		ORIGINAL_RESPONSES,
		`id INTEGER NOT NULL PRIMARY KEY, session_id TEXT NOT NULL, rules TEXT NOT NULL,
			found_status TEXT, our_status TEXT, ${columns.join(", ")}`,
	);
	const rows = dialect.rows({ id: "integer", rules: "text", status: "text", ...COLUMNS }, changes);
	const names = TIMES.flatMap((column) => [`found_${column}`, `our_${column}`]);
	const back = await comingBack(tx, dialect);
	const values = TIMES.flatMap((column) => [`r.${column}`, `coalesce(v.${column}, ${back.time(column)})`]);
	const kept = await sql`
		INSERT INTO ${sql.table(ORIGINAL_RESPONSES)}
			(id, session_id, rules, found_status, our_status, ${sql.raw(names.join(", "))})
		SELECT r.id, r.session_id, v.rules, CAST(r.status AS TEXT), coalesce(v.status, ${back.status}),
			${sql.raw(values.join(", "))}
		FROM ${rows} AS v JOIN student_responses r ON r.id = v.id ${back.join} WHERE true
		ON CONFLICT (id) DO NOTHING`.execute(tx);
	await countOriginals(tx, ORIGINAL_RESPONSES, Number(kept.numAffectedRows ?? 0));
}

async function writeRange(tx: Tx, { dialect }: StepContext, changes: readonly Change[]): Promise<void> {
	const rows = dialect.rows({ id: "integer", status: "text", ...COLUMNS }, changes);
	const back = await comingBack(tx, dialect);
	const type = (await catalogueOf(tx, dialect)).get(TABLE)?.enums.get("status")?.type;
	const status = sql`coalesce(v.status, ${back.status})`;
	const times = TIMES.map((column) => `${column} = coalesce(v.${column}, ${back.time(column)})`);
	await sql`
		UPDATE student_responses SET status = ${type ? sql`CAST(${status} AS ${sql.id(type)})` : status},
			${sql.raw(times.join(", "))}
		FROM ${rows} AS v JOIN student_responses r ON r.id = v.id ${back.join}
		WHERE student_responses.id = r.id`.execute(tx);
}

/** What is unchanged since comes back as it was found; what changed gets the found word for what it says now. */
const undoResponses: Task = {
	name: "undo_responses",
	version: 1,
	async run(tx, context) {
		const { dialect, report } = context;
		const type = (await catalogueOf(tx, dialect)).get(TABLE)?.enums.get("status")?.type;
		const words = (await readOriginalFact(tx, dialect, "status_words")) as Vocabulary | undefined;
		const cast = (expression: string) => (type ? `CAST(${expression} AS ${quoteName(type)})` : expression);
		const inWords = (column: string) =>
			words
				? `CASE CAST(${column} AS TEXT) ${Object.entries(words)
						.map(([ours, word]) => `WHEN '${ours}' THEN ${cast(`'${word.replaceAll("'", "''")}'`)}`)
						.join(" ")} ELSE ${column} END`
				: column;
		await noteBefore(tx, { table: TABLE, columns: ["status", ...TIMES] });
		const there = await hasTable(tx, dialect, ORIGINAL_RESPONSES);
		const notFound = there
			? `WHERE NOT EXISTS (SELECT 1 FROM ${ORIGINAL_RESPONSES} u WHERE ${sameSession("u")})`
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
					FROM ${ORIGINAL_RESPONSES} u WHERE ${sameSession("u")}`,
				)
				.execute(tx);
			report(
				`responses: ${Number(back.numAffectedRows ?? 0)} have the labels and times back that were found`,
			);
		}
		if (dialect.name === "sqlite") {
			await rewriteTimes(tx, there);
			for (const table of ["pages", "questions"] as const) await rewriteContentTimes(tx, context, table);
		}
		await keepGivenBack(tx, context, { table: TABLE, columns: ["status", ...TIMES] });
		await dropKept(tx, ORIGINAL_RESPONSES);
	},
};

function sameSession(kept: string): string {
	return `${kept}.id = ${TABLE}.id AND ${kept}.session_id = ${TABLE}.session_id`;
}

/** The driver of the existing product cannot read times with T and Z, which sessions begun here have. */
async function rewriteTimes(tx: Tx, there: boolean): Promise<void> {
	for (const column of TIMES) {
		const asFound = there
			? `AND NOT EXISTS (SELECT 1 FROM ${ORIGINAL_RESPONSES} u
				WHERE ${sameSession("u")} AND u.found_${column} IS ${TABLE}.${column})`
			: "";
		await sql
			.raw(`UPDATE ${TABLE} SET ${column} = ${asFoundText(column)} WHERE ${isOurs(column)} ${asFound}`)
			.execute(tx);
	}
}

async function rewriteContentTimes(
	tx: Tx,
	context: StepContext,
	table: "pages" | "questions",
): Promise<void> {
	await noteBefore(tx, { table, columns: ["created_at"] });
	await sql
		.raw(`UPDATE ${table} SET created_at = ${asFoundText("created_at")} WHERE ${isOurs("created_at")}`)
		.execute(tx);
	await keepGivenBack(tx, context, { table, columns: ["created_at"] });
}

/** New rows of the previous program are repaired like old ones, whenever the migrations next look. */
async function probe(
	db: Kysely<LedgerSchema>,
	{ decisions }: StepContext,
	catalogue: SystemCatalogue,
): Promise<Probe | "ledger"> {
	if (!isZone(decisions.assume_timezone)) return unknownZone(decisions.assume_timezone);
	if (!catalogue.has("session_details")) return "ledger";
	return (await responsesWithoutDetails(db)) > 0 ? "todo" : "ledger";
}

/** Labels, times and last activity of every response, in one go over the table. */
export const repairResponses: BatchesStep = {
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
