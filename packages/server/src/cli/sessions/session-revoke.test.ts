import { parseHandOffCode, type SessionId } from "@carhythm/core";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { aSchool } from "../../testing/stores/a-school.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

type School = Awaited<ReturnType<typeof aSchool>>;

async function redeem({ store }: School, code: string): Promise<SessionId> {
	const parsed = parseHandOffCode(code);
	if (!parsed) throw new Error("This is no code.");
	const device = { operation_id: anOperationId(), device_id: anOperationId(), label: "Phone" };
	const outcome = await store.sessions.redeem({ code: parsed, ...device });
	if (!outcome.ok) throw new Error(outcome.refusal.detail);
	return outcome.session_id;
}

test("session revoke lets no device open the session any more, and prints a code by which its student goes on", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await school.essay(session_id, "before");
	const revoked = await school.run("session", "revoke", display_id);
	expect(revoked).toMatchObject({ code: 0, stderr: "" });
	expect(revoked.stdout).not.toContain(session_id);
	expect(await school.store.sessions.find(session_id)).toBe(null);

	const code = /: (\w{3}-\w{3}-\w{3})$/m.exec(revoked.stdout)?.[1] ?? "";
	const present = await redeem(school, code);
	expect(revoked.stdout).not.toContain(present);
	expect((await school.store.sessions.load(present))?.state.answered).toBe(1);
	const log = JSON.parse((await school.run("audit", "list", "--json")).stdout);
	expect(JSON.stringify(log)).toContain("session.revoke");
	expect(JSON.stringify(log)).not.toContain(session_id);
	expect((await school.run("audit", "verify")).code).toBe(0);

	const again = JSON.parse((await school.run("session", "revoke", display_id, "--json")).stdout);
	expect(await redeem(school, again.hand_off.code)).not.toBe(present);
	expect((await school.run("session", "show", display_id)).stdout).toContain("leave_others");
});

test("session revoke of a finished session prints no code, and says why", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await school.operate(session_id, { kind: "complete" });
	const { code, stdout } = await school.run("session", "revoke", display_id);
	expect(code).toBe(0);
	expect(stdout).toContain("There is no code to continue with: ");
	expect(await school.store.sessions.find(session_id)).toBe(null);
	expect(await school.run("session", "revoke", "00000-00000")).toMatchObject({
		code: 1,
		stderr: "There is no session 00000-00000.\n",
	});
});

test("session revoke changes nothing where another program's foreign key forbids it, and names the table", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await sql
		.raw("create table counsel (session_id varchar(36) references student_responses (session_id))")
		.execute(school.database.db);
	await sql`insert into counsel values (${session_id})`.execute(school.database.db);
	const revoked = await school.run("session", "revoke", display_id);
	expect(revoked).toMatchObject({ stdout: "", stderr: expect.stringContaining("counsel names sessions") });
	expect(revoked.code).not.toBe(0);
	await school.essay(session_id, "goes on");
	const { rows } = await sql`select 1 from operator_events`.execute(school.database.db);
	expect(rows).toEqual([]);
});
