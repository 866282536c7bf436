import { Command } from "commander";
import { SETTINGS, type SettingName } from "../config.ts";
import { addAssessmentCommands } from "./assessment-commands.ts";
import { addAuditCommands } from "./audit-commands.ts";
import { addBackupCommands } from "./backup-commands.ts";
import { addCompareCommand } from "./compare-command.ts";
import { addExportCommand } from "./export/export-command.ts";
import { addGrantsCommand } from "./grants-command.ts";
import { addHealthcheckCommand } from "./healthcheck-command.ts";
import { addMigrateCommands } from "./migrate/migrate-commands.ts";
import { print } from "./output.ts";
import { addPurgeCommand } from "./sessions/purge-command.ts";
import { addRescueCommand } from "./sessions/rescue-command.ts";
import { addSessionCommands } from "./sessions/session-commands.ts";
import { configOf, withSettings } from "./settings.ts";

/** Every command of `carhythm`. */
export function createProgram(version: string): Command {
	const program = new Command("carhythm")
		.description("CaRhythm: assessments that can be interrupted, and never lose an answer.")
		.version(version)
		.option("--debug", "show where in the program an error came from")
		.addHelpText("after", HELP)
		.exitOverride();
	withSettings(program.command("serve"), Object.keys(SETTINGS) as SettingName[])
		.description("run the server (the default command)")
		.action(async (options) => {
			// The other commands start quicker without the HTTP side.
			const { serve } = await import("../main.ts");
			await serve(configOf(options), print);
		});
	addHealthcheckCommand(program);
	addMigrateCommands(program);
	addCompareCommand(program);
	addBackupCommands(program);
	addAssessmentCommands(program);
	addSessionCommands(program);
	addExportCommand(program);
	addRescueCommand(program);
	addAuditCommands(program);
	addPurgeCommand(program);
	addGrantsCommand(program);
	return program;
}

const HELP = `
Settings, by environment variable or by the flag of the same name (a flag goes first). NAME_FILE instead of NAME
names a file that holds the value:
${settingsHelp()}

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a decision is needed, 4 refused for safety, 5 failed and rolled back,
6 verification found a difference.

Examples:
  carhythm                                      serve on http://localhost:8000
  carhythm serve --port 9000 --database-url sqlite:/srv/carhythm.db
  carhythm assessment check our-survey.yaml     find the mistakes in a questionnaire
  carhythm assessment add our-survey.yaml       store it as the next version
  carhythm session list --status active
  carhythm backup --to /srv/backups/            copy the database while it is in use
  carhythm compare --old http://localhost:8601 --new http://localhost:8602
  carhythm import-rescue answers.json           take in what a student saved to a file
  carhythm purge --dry-run                      what has had its day, by the settings RETENTION_…
  carhythm audit verify                         look whether the record of operators' acts is whole
  carhythm export --rows sessions --out answers.csv --bom
`;

function settingsHelp(): string {
	return Object.values(SETTINGS)
		.map(
			({ variable, about, fallback }) =>
				`  ${variable.padEnd(20)} ${about}\n${" ".repeat(23)}Default: ${fallback}`,
		)
		.join("\n");
}
