import { resolve } from "node:path";
import { type Cell, toInstant } from "@carhythm/core";
import { type Command, Option } from "commander";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import { exportSessions, type LeftOut } from "../../db/operator/session-export.ts";
import type { AssessmentVersion } from "../../db/store.ts";
import { OperatorError } from "../../operator-error.ts";
import { unknownAssessment } from "../assessment-commands.ts";
import { counted, tell } from "../output.ts";
import { recordAct } from "../recording.ts";
import { configOf, withDatabase, withSettings } from "../settings.ts";
import { CODEBOOK_COLUMNS, codebook } from "./codebook.ts";
import { csvRecord } from "./csv.ts";
import { refuseToReplace, writeTo } from "./export-file.ts";
import { scoreColumns } from "./export-scores.ts";
import { answersTable, type ExportTable, sessionsTable } from "./export-table.ts";
import { withoutPerson } from "./export-without-person.ts";

type Format = "csv" | "jsonl";

/** `carhythm export` */
export function addExportCommand(program: Command): void {
	withSettings(program.command("export"), ["database_url", "session_expiry_days"])
		.description("write answers or sessions as a table; never the secret session ids")
		.addOption(
			new Option("--rows <kind>", "one row an answer or one row a session")
				.choices(["answers", "sessions"])
				.default("answers"),
		)
		.addOption(
			new Option("--format <format>", "csv or one JSON object a line")
				.choices(["csv", "jsonl"])
				.default("csv"),
		)
		.option("--out <file>", "write to a file, with its codebook beside it (default: standard output)")
		.option("--codebook <file>", "where to write the codebook")
		.option(
			"--assessment <key>",
			"only this assessment (default for --rows sessions: the default assessment)",
		)
		.option("--without-person", "no columns that tell who a student is: address, name, age, countries")
		.option("--bom", "begin CSV with a byte order mark, as Excel needs it for Arabic")
		.option("--force", "write over files that are there already")
		.action(runExport);
}

type Options = {
	rows: "answers" | "sessions";
	format: Format;
	out?: string;
	codebook?: string;
	assessment?: string;
	withoutPerson?: true;
	bom?: true;
	force?: true;
} & Record<string, unknown>;

async function runExport(options: Options): Promise<void> {
	const config = configOf(options);
	const { format, rows: kind, bom = false, force = false, out = null } = options;
	const codebookFile = options.codebook ?? (out === null ? null : besides(out));
	requireFiles([out, codebookFile], force);
	await withDatabase(config, "read", async (database) => {
		const assessments = createAssessmentStore(database);
		const assessment = await chosenAssessment(assessments, options);
		const versions = await assessments.versions(assessment);
		const clock = { now: toInstant(Date.now()), expiry_days: config.session_expiry_days };
		await recordAct(database, {
			action: "sessions.export",
			details: { rows: kind, format, assessment, person: kind === "sessions" && !options.withoutPerson },
		});
		const wanted = { assessments, assessment, profiles: kind === "sessions", ...clock };
		const { rows, leftOut, table } = await writeTo({ file: out, force }, (write) =>
			exportSessions(database, wanted, async (sessions, { leftOut, adoptedProfiles }) => {
				const whole =
					kind === "answers"
						? answersTable
						: sessionsTable(versions, await scoreColumns(versions, adoptedProfiles));
				const table = options.withoutPerson ? withoutPerson(whole) : whole;
				let rows = 0;
				if (format === "csv") await write((bom ? "\ufeff" : "") + header(table));
				for await (const session of sessions) {
					for (const row of table.rows(session)) {
						await write(format === "csv" ? csvRecord(row) : jsonLine(table, row));
						rows += 1;
					}
				}
				return { rows, leftOut, table };
			}),
		);
		// An assessment that was asked for leaves nothing out without a word.
		const unasked = options.assessment === undefined ? leftOut : [];
		if (out !== null || unasked.length > 0) tell(summaryOf({ rows, assessment, out, unasked }));
		if (codebookFile !== null) await writeCodebook({ file: codebookFile, force }, table, versions, bom);
	});
}

/** @throws OperatorError before anything is read */
function requireFiles(files: readonly (string | null)[], force: boolean): void {
	const named = files.filter((file) => file !== null);
	if (new Set(named.map((file) => resolve(file))).size < named.length) {
		throw new OperatorError("usage", "--out and --codebook name the same file.");
	}
	for (const file of named) refuseToReplace(file, { force });
}

/** `Wrote 2 rows of our-survey to a.csv; 28 sessions of adopted left out (--assessment adopted).` */
function summaryOf(done: {
	rows: number;
	assessment: string | null;
	out: string | null;
	unasked: readonly LeftOut[];
}): string {
	const { rows, assessment, out, unasked } = done;
	const others = unasked.map(
		({ assessment: key, sessions }) =>
			`; ${counted(sessions, "session")} of ${key} left out (--assessment ${key})`,
	);
	const of = assessment === null ? "" : ` of ${assessment}`;
	return `Wrote ${counted(rows, "row")}${of}${out === null ? "" : ` to ${out}`}${others.join("")}.`;
}

async function chosenAssessment(
	assessments: ReturnType<typeof createAssessmentStore>,
	options: { assessment?: string; rows: string },
): Promise<string | null> {
	if (options.assessment !== undefined) {
		if (!(await assessments.latest(options.assessment))) throw unknownAssessment(options.assessment);
		return options.assessment;
	}
	// Columns are questions, so a row a session fits one assessment only.
	if (options.rows === "sessions") return (await assessments.latestDefault())?.index.assessment.key ?? null;
	return null;
}

function header(table: ExportTable): string {
	return csvRecord(table.columns.map(({ name }) => name));
}

function jsonLine(table: ExportTable, row: readonly Cell[]): string {
	return `${JSON.stringify(Object.fromEntries(table.columns.map(({ name }, i) => [name, row[i] ?? null])))}\n`;
}

function besides(out: string): string {
	return `${out.replace(/\.(csv|jsonl)$/, "")}.codebook.csv`;
}

async function writeCodebook(
	target: { file: string; force: boolean },
	table: ExportTable,
	versions: readonly AssessmentVersion[],
	bom: boolean,
): Promise<void> {
	await writeTo(target, async (write) => {
		await write((bom ? "\ufeff" : "") + csvRecord(CODEBOOK_COLUMNS));
		for (const row of codebook(table, versions)) await write(csvRecord(row));
	});
	tell(`Wrote the codebook to ${target.file}.`);
}
