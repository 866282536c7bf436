import type { OperationId } from "@carhythm/core";
import { expect, test } from "vitest";
import { aSchool } from "../testing/a-school.ts";

test("session list shows expired ones as such, filters and limits; show tells the history; no secret id anywhere", async () => {
	await using school = await aSchool();
	school.daysAgo(31);
	const old = await school.start();
	school.daysAgo(2);
	const done = await school.start();
	await school.essay(done.session_id, "first \u001b[31mtext");
	await school.essay(done.session_id, "second text");
	await school.operate(done.session_id, { kind: "complete" });
	school.daysAgo(1);
	const open = await school.start();

	const list = async (...words: string[]) => {
		const { stdout } = await school.run("session", "list", "--json", ...words);
		return JSON.parse(stdout).map((one: { display_id: string; status: string }) => [
			one.display_id,
			one.status,
		]);
	};
	expect(await list()).toEqual([
		[open.display_id, "active"],
		[done.display_id, "completed"],
		[old.display_id, "expired"],
	]);
	expect(await list("--status", "active", "--session-expiry-days", "60", "--limit", "9")).toHaveLength(2);

	const table = (await school.run("session", "list")).stdout;
	expect(table).toMatch(new RegExp(`${done.display_id} +completed +1/5 +20 % +\\S+ +sampler 1`));
	const shown = (await school.run("session", "show", done.display_id.toLowerCase().replace("-", " "))).stdout;
	expect(shown).toMatch(/status +completed/);
	expect(shown).toMatch(/person +not given/);
	expect(shown).toMatch(/first.*\n.*second.*\n.*complete/);
	expect(shown).not.toContain("\u001b");
	const asJson = (await school.run("session", "show", done.display_id, "--json")).stdout;
	expect(JSON.parse(asJson).events.map(({ kind }: { kind: string }) => kind)).toEqual([
		"start",
		"answer",
		"answer",
		"complete",
	]);
	for (const text of [table, shown, asJson]) {
		expect(text).not.toContain(done.session_id);
		expect(text).not.toContain("temp@temp.com");
	}
	const none = await school.run("session", "show", "00000-00000");
	expect(none).toMatchObject({ code: 1, stderr: "There is no session 00000-00000.\n" });
});

test("session show --at tells how it was, --late what came too late; no secret id in either", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await school.essay(session_id, "first text");
	await school.essay(session_id, "second \u001b[31mtext");
	await school.operate(session_id, { kind: "complete" });
	const show = async (...words: string[]) => {
		const ended = await school.run("session", "show", display_id, ...words);
		expect(ended.stdout + ended.stderr).not.toContain(session_id);
		expect(ended.stdout + ended.stderr).not.toContain("\u001b");
		return ended;
	};
	const then = await show("--at", "2");
	expect(then.code).toBe(0);
	expect(then.stdout).toMatch(/revision +2 of 4/);
	expect(then.stdout).toMatch(/status +active/);
	expect(then.stdout).toContain("first text");
	expect(then.stdout).not.toContain("second");
	expect(JSON.parse((await show("--at", "3", "--json")).stdout)).toMatchObject({
		display_id,
		revision: 3,
		status: "active",
		progress: { questions_answered: 1 },
		answers: [{ answer: { type: "essay", text: "second \u001b[31mtext" }, revision: 3 }],
	});

	const question_id = school.questionId(school.keyOf("essay"));
	const operation_id = "0199f0f0-0000-7000-8000-000000000001" as OperationId;
	const answer = { type: "essay", text: "a third" } as const;
	await school.store.sessions.operate({
		session_id,
		device_id: null,
		sent_at: null,
		mode: "sync",
		operations: [{ operation_id, client_time: null, command: { kind: "answer", question_id, answer } }],
	});
	expect((await show("--late")).stdout).toMatch(/5 .*answer .*session_completed +kept aside .*a third/);
	expect(JSON.parse((await show("--late", "--json")).stdout)).toMatchObject([
		{ value: answer, now: "kept_aside" },
	]);

	expect(await show("--at", "9")).toMatchObject({ code: 2, stderr: expect.stringContaining("has 5 events") });
	expect(await show("--at", "-1")).toMatchObject({ code: 2 });
	expect(await show("--at", "1", "--late")).toMatchObject({ code: 2 });
});

test("a session that was begun in place of another is erased, the other one stays", async () => {
	await using school = await aSchool();
	const first = await school.start();
	const { version } = school;
	const request = { operation_id: null, version, replaces: first.session_id, language: "en" } as const;
	const second = await school.store.sessions.start(request);
	const display_id = second.ok ? second.session.display_id : "";
	expect((await school.run("session", "erase", display_id, "--yes")).code).toBe(0);
	expect((await school.store.sessions.find(first.session_id))?.state.status).toBe(
		"user_abandoned_not_completed",
	);
});
