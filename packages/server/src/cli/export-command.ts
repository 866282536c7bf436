import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { toInstant } from "@carhythm/core";
import { type Command, Option } from "commander";
import { createAssessmentStore } from "../db/assessments.ts";
import { exportSessions } from "../db/session-export.ts";
import type { AssessmentVersion } from "../db/store.ts";
import { OperatorError } from "../operator-error.ts";
import { unknownAssessment } from "./assessment-commands.ts";
import { CODEBOOK_COLUMNS, codebook } from "./codebook.ts";
import { csvRecord } from "./csv.ts";
import { answersTable, type Cell, type ExportTable, sessionsTable } from "./export-table.ts";
import { counted, tell } from "./output.ts";
import { configOf, withDatabase, withSettings } from "./settings.ts";

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
		.option("--bom", "begin CSV with a byte order mark, as Excel needs it for Arabic")
		.action(async (options) => {
			const config = configOf(options);
			const format: Format = options.format;
			const codebookFile: string | undefined = options.codebook ?? (options.out && besides(options.out));
			await withDatabase(config, "read", async (database) => {
				const assessments = createAssessmentStore(database);
				const assessment = await chosenAssessment(assessments, options);
				const versions = await assessments.versions(assessment);
				const table = options.rows === "answers" ? answersTable : sessionsTable(versions);
				const clock = { now: toInstant(Date.now()), expiry_days: config.session_expiry_days };
				const rows = await writeTo(options.out ?? null, (write) =>
					exportSessions(database, { assessments, assessment, ...clock }, async (sessions) => {
						let count = 0;
						if (format === "csv") await write((options.bom ? "\ufeff" : "") + header(table));
						for await (const session of sessions) {
							for (const row of table.rows(session)) {
								await write(format === "csv" ? csvRecord(row) : jsonLine(table, row));
								count += 1;
							}
						}
						return count;
					}),
				);
				if (options.out) tell(`Wrote ${counted(rows, "row")} to ${options.out}.`);
				if (codebookFile) await writeCodebook(codebookFile, table, versions, options.bom ?? false);
			});
		});
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
	file: string,
	table: ExportTable,
	versions: readonly AssessmentVersion[],
	bom: boolean,
): Promise<void> {
	await writeTo(file, async (write) => {
		await write((bom ? "\ufeff" : "") + csvRecord(CODEBOOK_COLUMNS));
		for (const row of codebook(table.columns, versions)) await write(csvRecord(row));
	});
	tell(`Wrote the codebook to ${file}.`);
}

/**
 * Lets `work` write to a file, which appears under its name only when it is whole, or to standard output. Only its owner may
 * read the file: it holds personal data.
 */
async function writeTo<T>(
	file: string | null,
	work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
	if (file === null) return work(writerOf(process.stdout));
	const partial = `${file}.partial`;
	try {
		const stream = createWriteStream(partial, { mode: 0o600 });
		const done = finished(stream);
		// The work ends before anything is reported: it still has the database in use.
		const [worked, written] = await Promise.allSettled([
			work(writerOf(stream)).finally(() => stream.end()),
			done,
		]);
		if (written.status === "rejected") throw written.reason;
		if (worked.status === "rejected") throw worked.reason;
		const result = worked.value;
		await rename(partial, file);
		return result;
	} catch (error) {
		await rm(partial, { force: true });
		const code = (error as NodeJS.ErrnoException).code;
		if (code && /^E[A-Z]+$/.test(code))
			throw new OperatorError("failed", `${file} cannot be written: ${code}.`);
		throw error;
	}
}

/** Waits whenever the other end is slower, so that an export of any size needs little memory. */
function writerOf(stream: Writable): (text: string) => Promise<void> {
	return async (text) => {
		if (stream.errored) throw stream.errored;
		if (!stream.write(text)) await once(stream, "drain");
	};
}
