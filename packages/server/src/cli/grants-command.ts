import type { Command } from "commander";
import { hasRoles } from "../db/open.ts";
import { grantScript, runGrants } from "../db/postgres/rights.ts";
import { OperatorError } from "../operator-error.ts";
import { oneLine, print } from "./output.ts";
import { configOf, withDatabase, withSettings } from "./settings.ts";

/** `carhythm grants` */
export function addGrantsCommand(program: Command): void {
	withSettings(program.command("grants"), ["database_url"])
		.description("PostgreSQL: print the least rights with which a role can serve")
		.requiredOption("--role <name>", "the role of the server, which is not the owner of the tables")
		.option(
			"--with-purge",
			"also what retention and session erase need: the role can then delete the history",
		)
		.option(
			"--apply",
			"run the script instead of printing it, as the role of DATABASE_URL, the tables' owner",
		)
		.addHelpText("after", "\nRun as the owner: carhythm grants --role carhythm --apply")
		.action(async (options) => {
			const config = configOf(options);
			if (!hasRoles(config.database_url)) {
				throw new OperatorError("usage", "SQLite has no roles: the modes of its files say who may use it.");
			}
			await withDatabase(config, "read", async (database) => {
				const script = await grantScript(database, options.role, { purges: options.withPurge === true });
				if (!options.apply) {
					for (const line of script) print(line);
					return;
				}
				await runGrants(database, script);
				print(`The role ${oneLine(options.role)} has the rights now.`);
			});
		});
}
