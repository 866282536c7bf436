import type { Command } from "commander";
import { hasRoles } from "../db/open.ts";
import { grantScript } from "../db/postgres/rights.ts";
import { OperatorError } from "../operator-error.ts";
import { print } from "./output.ts";
import { configOf, withDatabase, withSettings } from "./settings.ts";

/** `carhythm grants` */
export function addGrantsCommand(program: Command): void {
	withSettings(program.command("grants"), ["database_url"])
		.description("PostgreSQL: print the least rights with which a role can serve; changes nothing")
		.requiredOption("--role <name>", "the role of the server, which is not the owner of the tables")
		.addHelpText("after", "\nRun as the owner: carhythm grants --role carhythm | psql OWNER_URL")
		.action(async (options) => {
			const config = configOf(options);
			if (!hasRoles(config.database_url)) {
				throw new OperatorError("usage", "SQLite has no roles: the modes of its files say who may use it.");
			}
			const script = await withDatabase(config, "read", (database) => grantScript(database, options.role));
			for (const line of script) print(line);
		});
}
