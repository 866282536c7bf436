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

test("session apply-late applies what came too late, once, after showing what it would do; no secret id is shown", async () => {
	await using school = await aSchool();
	school.daysAgo(100);
	const { session_id, display_id } = await school.start();
	await school.essay(session_id, "in time");
	const slider = school.version.index.places.find(({ question }) => question.type === "slider");
	const question_id = slider?.question.id ?? 0;
	// Done 75 days ago, delivered today: more than 30 days after the expiry.
	const late = async (value: number, id: string) => {
		const done = new Date(Date.now() - 75 * 86_400_000 + value).toISOString();
		const command = { kind: "answer", question_id, answer: { type: "slider", value } } as const;
		const operation_id = `0199f0f0-0000-7000-8000-00000000000${id}` as OperationId;
		const outcome = await school.store.sessions.operate({
			session_id,
			device_id: null,
			sent_at: new Date().toISOString(),
			mode: "sync",
			operations: [{ operation_id, client_time: done, command }],
		});
		return outcome.ok && outcome.results[0]?.result.status;
	};
	school.daysAgo(0);
	expect([await late(4, "1"), await late(2, "2")]).toEqual(["late", "late"]);
	const run = async (...words: string[]) => {
		const ended = await school.run("session", "apply-late", display_id, ...words);
		expect(ended.stdout + ended.stderr).not.toContain(session_id);
		return ended;
	};
	const state = async () => (await school.store.sessions.load(session_id))?.state;
	const before = await state();
	const preview = await run("--dry-run");
	expect(preview).toMatchObject({ code: 0, stderr: "" });
	expect(preview.stdout).toMatch(/answer +\S+ +applied +.*"value":4/);
	expect(preview.stdout).toMatch(/answer +\S+ +superseded +.*"value":2/);
	expect(preview.stdout).toContain("answers        1 → 2");
	expect(preview.stdout).toContain("Nothing was changed.");
	expect(await state()).toEqual(before);

	expect((await run()).stdout).toContain(`2 late events applied to the session ${display_id}.`);
	const after = await state();
	expect(after?.answers[question_id]?.answer).toEqual({ type: "slider", value: 4 });
	expect(after).toMatchObject({ status: "active", answered: 2, ever_answered: 2 });
	// Active when it was done, so the session has still expired.
	expect(after?.last_activity).toBe(after?.answers[question_id]?.at);
	expect((await run()).stdout).toContain("has no late events that wait. Nothing was changed.");
	expect(await state()).toEqual(after);
	const shown = (await school.run("session", "show", display_id, "--late")).stdout;
	expect(shown).toMatch(/session_expired +applied since .*"value":4/);
	expect((await school.run("session", "show", display_id, "--at", "5")).stdout).toMatch(/answers +2 of 5/);
	expect((await school.run("session", "show", display_id)).stdout).toContain("apply_late");

	expect(await late(5, "3")).toBe("late");
	await run("--renew");
	expect(await late(3, "4")).toBe("applied");
	expect(await school.run("session", "apply-late", "00000-00000")).toMatchObject({
		code: 1,
		stderr: "There is no session 00000-00000.\n",
	});
});

test("session apply-late gives a finished session its late answers, and its results are computed anew", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await school.operate(session_id, { kind: "complete" });
	const found = await school.store.sessions.find(session_id);
	const response_id = found?.response_id ?? 0;
	await school.store.scores.save(response_id, { of: "before" }, null);
	const question_id = school.questionId(school.keyOf("essay"));
	const now = new Date().toISOString();
	const answer = { type: "essay", text: "on its way" } as const;
	await school.store.sessions.operate({
		session_id,
		device_id: null,
		sent_at: now,
		mode: "sync",
		operations: [
			{
				operation_id: "0199f0f0-0000-7000-8000-000000000001" as OperationId,
				client_time: now,
				command: { kind: "answer", question_id, answer },
			},
		],
	});
	expect((await school.run("session", "apply-late", display_id, "--json")).code).toBe(0);
	const session = await school.store.sessions.load(session_id);
	expect(session?.state.status).toBe("completed");
	expect(session?.state.answers[question_id]?.answer).toEqual(answer);
	expect(await school.store.scores.find(response_id)).toBe(null);
});
