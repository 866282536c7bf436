// Migrates the database named by the first word, up, or down with a second word such as `down:1`. With a
// third word `12` it kills itself at the twelfth moment that the runner reports: after an action inside a
// transaction, after a range of rows, after a commit. Prints how many moments there were.
import { parseDatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { migrateDown } from "../../migrations/down.ts";
import { migrateUp } from "../../migrations/runner.ts";

const [url = "", way = "up", end = "0"] = process.argv.slice(2);
const parsed = parseDatabaseUrl(url);
if (!parsed.ok) throw new Error(parsed.problem);
const database = await openDatabase(parsed.url);
let moments = 0;
const onProgress = () => {
	moments += 1;
	if (moments === Number(end)) process.kill(process.pid, "SIGKILL");
};
if (way === "up") await migrateUp(database, { adopt: true, onProgress });
else await migrateDown(database, { to: Number(way.slice("down:".length)), onProgress });
await database.close();
console.log(moments);
