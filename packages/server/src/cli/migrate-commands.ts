import type { Command } from "commander";
import { databaseExists, openDatabase } from "../db/open.ts";
import { migrateUp, migrationStatus } from "../migrations/runner.ts";
import { counted, print, printJson, printTable, tell } from "./output.ts";
import { configOf, withSettings } from "./settings.ts";

/** `carhythm migrate …` */
export function addMigrateCommands(program: Command): void {
	const migrate = program.command("migrate").description("bring the database's tables up to date");

	withSettings(migrate.command("up"), ["database_url"])
		.description("apply what is missing; may be stopped and started again at any time")
		.action(async (options) => {
			const database = await openDatabase(configOf(options).database_url);
			try {
				const { applied } = await migrateUp(database, {
					onProgress: ({ migration, step, at }) => {
						if (at === "committed") tell(`migration ${migration}: ${step}`);
					},
				});
				print(
					applied.length === 0
						? "The database is up to date; nothing was to be done."
						: `Done: ${counted(applied.length, "step")}.`,
				);
			} finally {
				await database.close();
			}
		});

	withSettings(migrate.command("status"), ["database_url"])
		.description("show what is applied and what is not; changes nothing")
		.option("--json", "as JSON, with every step")
		.action(async (options) => {
			const { database_url } = configOf(options);
			if (!databaseExists(database_url)) {
				print("There is no database yet; it is made when CaRhythm first starts.");
				return;
			}
			const database = await openDatabase(database_url);
			try {
				const status = await migrationStatus(database);
				if (options.json) {
					printJson(status);
					return;
				}
				const rows = status.map(({ migration, name, state, steps }) => {
					const done = steps.filter((step) => step.state === "done" && step.ledger).length;
					return [String(migration), name, state, `${done} of ${steps.length}`];
				});
				printTable(["NUMBER", "NAME", "STATE", "STEPS"], rows);
			} finally {
				await database.close();
			}
		});
}
