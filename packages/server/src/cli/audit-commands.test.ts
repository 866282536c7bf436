import { writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { aSchool } from "../testing/stores/a-school.ts";

test("commands that show, search, export, take in and erase are in the operators' log, without answers", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await school.essay(session_id, "canary-answer");
	await school.store.sessions.saveEmail(session_id, "canary@school.example");
	const rescue = school.folder.file("rescue.json");
	const time = "2026-01-01T00:00:00.000Z";
	const file = { carhythm_rescue: 1, session_id, display_id, saved_at: time, server_time: time };
	writeFileSync(rescue, JSON.stringify({ ...file, operations: [] }));

	await school.run("session", "show", display_id);
	await school.run("session", "show", display_id, "--late");
	await school.run("session", "list", "--email", "canary@school.example");
	await school.run("export");
	expect(await school.run("import-rescue", rescue)).toMatchObject({ code: 0 });
	await school.run("session", "apply-late", display_id, "--dry-run");
	expect(await school.run("session", "erase", display_id)).toMatchObject({ code: 3 });
	expect(await school.run("session", "erase", display_id, "--yes")).toMatchObject({ code: 0 });
	expect(await school.run("session", "show", display_id)).toMatchObject({ code: 1 });

	const listed = await school.run("audit", "list", "--json");
	const events = JSON.parse(listed.stdout) as Record<string, unknown>[];
	expect(events.map(({ action, target, details }) => [action, target, details])).toEqual([
		["session.erase", display_id, {}],
		["session.apply_late", display_id, { events: 0, renewed: false, dry_run: true }],
		["rescue.import", display_id, { operations: 0 }],
		["sessions.export", null, { rows: "answers", format: "csv", assessment: null, person: false }],
		["session.find", null, { by: "email" }],
		["session.show", display_id, { late: true }],
		["session.show", display_id, {}],
	]);
	for (const { actor_kind, actor } of events)
		expect([actor_kind, actor]).toEqual(["system_user", expect.stringContaining(userInfo().username)]);
	expect(listed.stdout).not.toContain("canary");
	expect(listed.stdout).not.toContain(session_id);

	const verified = await school.run("audit", "verify");
	expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining("The log is whole: 7 events.") });
}, 180_000);

test("audit verify says where the chain breaks, and ends with the code for a difference", async () => {
	await using school = await aSchool();
	const { display_id } = await school.start();
	for (const _ of [1, 2, 3]) await school.run("session", "show", display_id);
	const table = await school.run(
		"audit",
		"list",
		"--session",
		` ${display_id.toLowerCase()} `,
		"--limit",
		"1",
	);
	expect(table.stdout.split("\n")).toEqual([
		expect.stringMatching(/^NUMBER +TIME +WHO +WHAT +SESSION +DETAILS$/),
		expect.stringMatching(`^3 .* session\\.show +${display_id}$`),
		"",
	]);
	const [, head = ""] = /head is (\S+)\./.exec((await school.run("audit", "verify")).stdout) ?? [];
	expect(await school.run("audit", "verify", "--expect", head)).toMatchObject({ code: 0 });
	expect(await school.run("audit", "verify", "--expect", "what")).toMatchObject({ code: 2 });
	await sql`update operator_events set target = 'A0000-00000' where sequence = 2`.execute(school.database.db);
	const broken = await school.run("audit", "verify");
	expect(broken).toMatchObject({ code: 6, stderr: "Event 2 was changed after it was written.\n" });
	const json = await school.run("audit", "verify", "--json");
	expect([json.code, JSON.parse(json.stdout)]).toMatchObject([6, { ok: false, head: { events: 3 } }]);
}, 180_000);
