import { randomBytes } from "node:crypto";
import { parseSessionId, type RescueFile, toInstant } from "@carhythm/core";
import type { Command } from "commander";
import { createStore } from "../../db/create-store.ts";
import type { SessionStore } from "../../db/store.ts";
import { OperatorError } from "../../operator-error.ts";
import { importRescue, type RescueImport } from "../../rescue/import-rescue.ts";
import { readRescueFile } from "../../rescue/read-rescue-file.ts";
import { counted, oneLine, print, printJson } from "../output.ts";
import { recordAct } from "../recording.ts";
import { configOf, withDatabase, withSettings } from "../settings.ts";

/** One file and what became of it: `problem` when it could not be taken in as a whole. */
type Report = { file: string } & ({ problem: string } | ({ problem: null } & RescueImport));

/** `carhythm import-rescue` */
export function addRescueCommand(program: Command): void {
	withSettings(program.command("import-rescue"), ["database_url", "session_expiry_days"])
		.description("take in the answers that students saved to files because the server could not be reached")
		.argument("<file...>", "as the students gave them; the same file twice does no harm")
		.option("--json", "as JSON")
		.action(async (files: string[], options) => {
			const config = configOf(options);
			const reports = await withDatabase(config, "read", async (database) => {
				const now = () => toInstant(Date.now());
				const expiry_days = config.session_expiry_days;
				// The caller that opened the database closes it.
				const { sessions } = createStore(database, { now, randomBytes, expiry_days });
				const done: Report[] = [];
				for (const file of files) {
					const read = readRescueFile(file);
					// Each batch has a commit of its own, shared with others': the record comes first.
					if (read.ok) await recordAct(database, await rescueAct(sessions, read.file));
					done.push(
						read.ok
							? { file, problem: null, ...(await importRescue(sessions, read.file, now)) }
							: { file, problem: read.problem },
					);
				}
				return done;
			});
			if (options.json) printJson(reports);
			else for (const report of reports) printReport(report);
			const failed = reports.filter((report) => report.problem !== null || report.counts.refused > 0);
			if (failed.length > 0) {
				throw new OperatorError(
					"failed",
					`Not everything of ${counted(failed.length, "file")} was taken in. Keep ${failed.length === 1 ? "it" : "them"}: what was taken in is not taken in twice.`,
				);
			}
		});
}

async function rescueAct(sessions: Pick<SessionStore, "find" | "findByFormer">, file: RescueFile) {
	const session_id = parseSessionId(file.session_id);
	const session =
		session_id && ((await sessions.find(session_id)) ?? (await sessions.findByFormer(session_id)));
	const details = { operations: file.operations.length };
	return { action: "rescue.import", details, ...(session && { target: session.display_id }) } as const;
}

const MOST_LINES = 20;

function printReport(report: Report): void {
	const file = oneLine(report.file);
	if (report.problem !== null) {
		print(`${file}: ${report.problem}`);
		return;
	}
	const { display_id, counts, refusals } = report;
	const parts = [
		`${counts.applied + counts.superseded} taken in`,
		...(counts.superseded > 0 ? [`${counts.superseded} of them under a later answer`] : []),
		`${counts.known} known already`,
		`${counts.late} too late and kept aside`,
		`${counts.refused} refused`,
	];
	print(`${file}: ${display_id ? `session ${display_id}: ` : ""}${parts.join(", ")}.`);
	for (const { position, code, detail } of refusals.slice(0, MOST_LINES)) {
		print(`  ${position}. ${code}: ${oneLine(detail)}`);
	}
	if (refusals.length > MOST_LINES) print(`  and ${refusals.length - MOST_LINES} more; --json shows all.`);
}
