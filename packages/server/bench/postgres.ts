import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { openDatabase, prepareDatabase } from "../src/index.ts";
import { aPostgresWithTools } from "../src/testing/postgres/a-postgres.ts";

/** A database on a real PostgreSQL server, with as many sessions as there are connections. */
export async function aBenchDatabase(connections: number) {
	const place = await aPostgresWithTools();
	const database = await openDatabase(place.url);
	await prepareDatabase(database, { migrate_on_start: true, backups_kept: 5 }, () => {});
	await sql
		.raw(`INSERT INTO student_responses
			(id, session_id, email, full_name, age_group, country, origin_country, created_at, last_activity)
			SELECT i, 'bench-' || i, 'e', 'n', 'a', 'c', 'o', now(), now() FROM generate_series(1, ${connections}) AS n (i)`)
		.execute(database.db);
	await sql
		.raw(`INSERT INTO session_details
			(response_id, display_id, assessment_version_id, language, revision, answered, ever_answered)
			SELECT i, 'bench-' || i, (SELECT min(id) FROM assessment_versions), 'en', 1, 0, 0
			FROM generate_series(1, ${connections}) AS n (i)`)
		.execute(database.db);
	await database.db.transaction().execute((tx) => database.dialect.afterExplicitIds(tx, "student_responses"));
	await database.close();
	return place;
}

/** What PostgreSQL does by itself: transactions a second of the same statements, one answer each, from pgbench. */
export async function pgbench(
	place: Awaited<ReturnType<typeof aBenchDatabase>>,
	{ connections, seconds }: { connections: number; seconds: number },
): Promise<number> {
	const script = fileURLToPath(new URL("./one-answer.pgbench.sql", import.meta.url));
	const words = ["-n", "-M", "prepared", "-c", String(connections), "-j", "1", "-T", String(seconds)];
	const child = spawn(
		join(place.bin, "pgbench"),
		[...words, "-D", `sessions=${connections}`, "-f", script, place.address],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	let printed = "";
	for (const stream of [child.stdout, child.stderr]) {
		stream.on("data", (bytes) => {
			printed += bytes;
		});
	}
	await new Promise((resolve) => child.on("close", resolve));
	const tps = /tps = ([\d.]+)/.exec(printed)?.[1];
	if (!tps) throw new Error(`pgbench did not finish:\n${printed}`);
	return Number(tps);
}
