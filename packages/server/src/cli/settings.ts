import { type Command, Option } from "commander";
import { type Config, type Flags, readConfig, SETTINGS, type SettingName } from "../config.ts";
import type { Database } from "../db/dialect.ts";
import { databaseExists, describeDatabase, openDatabase } from "../db/open.ts";
import { hasPending } from "../migrations/runner.ts";
import { OperatorError } from "../operator-error.ts";
import { prepareDatabase } from "../prepare-database.ts";
import { tell } from "./output.ts";

/** Adds a flag for each of the settings. */
export function withSettings(command: Command, names: readonly SettingName[]): Command {
	for (const name of names) {
		const { flag, placeholder, about, needsNoValue } = SETTINGS[name];
		command.addOption(new Option(`${flag} ${needsNoValue ? `[${placeholder}]` : `<${placeholder}>`}`, about));
	}
	return command;
}

/** The configuration from a command's flags and the environment. */
export function configOf(options: Record<string, unknown>): Config {
	const flags: Flags = {};
	for (const name of Object.keys(SETTINGS) as SettingName[]) {
		const given = options[new Option(`${SETTINGS[name].flag} <value>`).attributeName()];
		if (typeof given === "string" || given === true) flags[name] = String(given);
	}
	return readConfig(flags);
}

/** @throws OperatorError naming the file that was looked for */
export function requireDatabase({ database_url }: Config): void {
	if (databaseExists(database_url)) return;
	throw new OperatorError(
		"failed",
		`There is no database yet: ${describeDatabase(database_url)} is made when CaRhythm first starts. Is that the file you mean? It is set with the environment variable DATABASE_URL or with --database-url; a file .env is not read.`,
	);
}

/**
 * Opens the database for one command.
 *
 * `read`: it must be there and up to date, so that looking at something never changes it. `write`: it is made ready
 * first, like the server does.
 */
export async function withDatabase<T>(
	config: Config,
	purpose: "read" | "write",
	work: (database: Database) => Promise<T>,
): Promise<T> {
	if (purpose === "read") requireDatabase(config);
	const database = await openDatabase(config.database_url);
	try {
		if (purpose === "write") {
			await prepareDatabase(database, config, tell);
		} else if (await hasPending(database)) {
			throw new OperatorError(
				"failed",
				'The database is not up to date. Bring it up to date with "carhythm migrate up", or start the server.',
			);
		}
		return await work(database);
	} finally {
		await database.close();
	}
}
