// Takes the migration lock of the database named by the first word as often as the second word says. Whoever
// has it makes a folder beside the database, which nobody else may have made, and removes it again.
import { mkdirSync, rmdirSync } from "node:fs";
import { parseDatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { withMigrationLock } from "../../migrations/lock/lock.ts";

const [address = "", turns = "1", folder = ""] = process.argv.slice(2);
const parsed = parseDatabaseUrl(address);
if (!parsed.ok) throw new Error(parsed.problem);
const database = await openDatabase(parsed.url);
for (let turn = 0; turn < Number(turns); turn += 1) {
	await withMigrationLock(database, async () => {
		mkdirSync(folder);
		rmdirSync(folder);
	});
}
await database.close();
