import { existsSync, readFileSync } from "node:fs";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { createSessionAdmin } from "../../db/operator/session-admin.ts";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { aSchool } from "../../testing/stores/a-school.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const sessionsOf = async (school: Awaited<ReturnType<typeof aSchool>>) => {
	const database = await school.place.open();
	const rows = await database.db.selectFrom("student_responses").select("session_id").execute();
	const { rows: events } = await sql<{ details: string }>`
		select details from operator_events where action = 'backup.restore'`.execute(database.db);
	const { rows: erasures } = await sql`select session_hash from erasures`.execute(database.db);
	await database.close();
	return { ids: rows.map(({ session_id }) => session_id), events, erasures: erasures.length };
};

test("a person who was erased does not come back with an older backup, nor with a second restore of it", async () => {
	await using school = await aSchool({ tools: true });
	const memory = school.folder.file("memory");
	const run = (...words: string[]) => school.run(...words, "--erasure-memory", memory);
	const kept = await school.start();
	const gone = await school.start();
	await school.essay(gone.session_id, "canary-of-who-is-gone");
	// The backup knows it by the id that it has now, the erasure by another.
	const moved = await school.start();
	const backup = school.folder.file("old.backup");
	expect(await school.run("backup", "--to", backup)).toMatchObject({ code: 0 });
	expect(await run("session", "erase", gone.display_id, "--yes")).toMatchObject({ code: 0 });
	expect(await school.store.sessions.leaveOthers(moved.session_id, anOperationId())).toMatchObject({
		ok: true,
	});
	expect(await run("session", "erase", moved.display_id, "--yes")).toMatchObject({ code: 0 });
	expect(readFileSync(`${memory}.erasures`, "utf8")).not.toContain(gone.session_id);
	await school.close();

	const restored = await run("restore", backup, "--yes", "--replace");
	expect(restored).toMatchObject({
		code: 0,
		stderr: expect.stringContaining("2 sessions that had been erased since the backup went again."),
	});
	expect(await sessionsOf(school)).toEqual({
		ids: [kept.session_id],
		events: [{ details: expect.stringContaining('"erased_again":2') }],
		// One of them under both of its ids.
		erasures: 3,
	});
	const { place } = school;
	if (place.url.dialect === "sqlite") {
		for (const file of [place.url.file, `${place.url.file}-wal`].filter((path) => existsSync(path))) {
			expect(readFileSync(file).includes("canary-of-who-is-gone")).toBe(false);
		}
	}
	const again = await run("restore", backup, "--yes", "--replace", "--json");
	expect(JSON.parse(again.stdout)).toMatchObject({ erased_again: 2, erased_with_other_key: 0 });
	expect((await sessionsOf(school)).ids).toEqual([kept.session_id]);

	const otherKey = await school.run("restore", backup, "--yes", "--replace", "--erasure-key", "k".repeat(32));
	expect(otherKey).toMatchObject({
		code: 0,
		stderr: expect.stringContaining("3 erasures could not be repeated"),
	});
}, 300_000);

test("an erasure that fails is not remembered", async () => {
	await using school = await aSchool();
	const { display_id } = await school.start();
	const remembered: unknown[] = [];
	const admin = createSessionAdmin(school.database, {
		assessments: school.store.assessments as never,
		now: () => "2026-03-01T08:00:00.000Z",
		expiry_days: 30,
		eraseKept: async (...given) => {
			await eraseKept(...given);
			throw new Error("the disk is full");
		},
		memory: {
			key_id: "a",
			hashOf: () => "0".repeat(64),
			remember: (erasures) => remembered.push(...erasures) > 0,
			recall: () => [],
		},
	});
	await expect(admin.erase(display_id, { kind: "system_user", name: "a test" })).rejects.toThrow(
		"disk is full",
	);
	expect(remembered).toEqual([]);
	const { rows } = await sql`select 1 from erasures`.execute(school.database.db);
	expect(rows).toEqual([]);
});
