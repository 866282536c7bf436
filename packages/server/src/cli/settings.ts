import { type Command, Option } from "commander";
import { type Config, type Flags, readConfig, SETTINGS, type SettingName } from "../config.ts";
import type { Database } from "../db/dialect.ts";
import { databaseExists, openDatabase } from "../db/open.ts";
import { makeReady } from "../make-ready.ts";
import { hasPending } from "../migrations/runner.ts";
import { OperatorError } from "../operator-error.ts";
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
	if (purpose === "read" && !databaseExists(config.database_url)) {
		throw new OperatorError(
			"failed",
			"There is no database yet: it is made when CaRhythm first starts. Is DATABASE_URL the right one?",
		);
	}
	const database = await openDatabase(config.database_url);
	try {
		if (purpose === "write") {
			await makeReady(database, config, tell);
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
