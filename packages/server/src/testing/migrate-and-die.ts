// Migrates the database named first. With a second word such as `2:column_status:0` (after that step's first action, before
// its commit) or `2:column_status:committed`, it kills itself there.
import { openDatabase } from "../db/open.ts";
import { migrateUp } from "../migrations/runner.ts";

const [file = "", end] = process.argv.slice(2);
const database = await openDatabase({ dialect: "sqlite", file });
await migrateUp(database, {
	onProgress: ({ migration, step, at }) => {
		const here = `${migration}:${step}:${at === "committed" ? at : at.action}`;
		if (here === end) process.kill(process.pid, "SIGKILL");
	},
});
await database.close();
