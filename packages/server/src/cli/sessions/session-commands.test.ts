import { randomBytes } from "node:crypto";
import { type OperationId, type SessionId, toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { createStore } from "../../db/create-store.ts";
import { single } from "../../db/store.ts";
import { aPredecessorDatabase } from "../../testing/predecessor/databases.ts";
import { carhythm } from "../../testing/processes/run.ts";
import { aSchool } from "../../testing/stores/a-school.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";
import { engine } from "../../testing/stores/an-engine.ts";

/** A database of the existing product after `migrate adopt`. */
async function anAdoptedDatabase() {
	const predecessor = await aPredecessorDatabase(engine, "guide");
	const { url } = predecessor;
	const address = url.dialect === "sqlite" ? `sqlite:${url.file}` : url.url;
	const run = (...words: readonly string[]) => carhythm(address, ...words);
	const adopted = await run("migrate", "adopt", "--no-backup");
	if (adopted.code !== 0) throw new Error(adopted.stderr);
	const sessionOf = async (...words: readonly string[]) => {
		const { stdout } = await run("session", "list", "--json", ...words);
		return (JSON.parse(stdout)[0] as { display_id: string }).display_id;
	};
	return {
		run,
		sessionOf,
		open: predecessor.open,
		[Symbol.asyncDispose]: () => predecessor[Symbol.asyncDispose](),
	};
}

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

test("session show of an adopted student counts the answers that came with the adoption; none of them has a time", async () => {
	await using adopted = await anAdoptedDatabase();
	const amal = await adopted.sessionOf("--email", "amal@example.org");
	const show = async (...words: string[]) => (await adopted.run("session", "show", amal, ...words)).stdout;
	expect(await show()).toMatch(/\n\n5 answers came with the adoption: --at 0\n$/);
	expect(JSON.parse(await show("--json"))).toMatchObject({ answers_from_adoption: 5 });

	const began = await show("--at", "0");
	expect(began).toMatch(/QUESTION +ANSWER +TIME +REVISION\n/);
	expect(began.split("QUESTION")[1]).not.toContain("2024-03-02");
	const { answers } = JSON.parse(await show("--at", "0", "--json"));
	expect(answers).toHaveLength(5);
	const exported = (await adopted.run("export", "--format", "jsonl")).stdout
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line))
		.filter(({ display_id }) => display_id === amal);
	expect(answers.map(({ at }: { at: unknown }) => at)).toEqual(
		exported.map(({ answered_at }) => answered_at),
	);
	expect(new Set(answers.map(({ at }: { at: unknown }) => at))).toEqual(new Set([null]));
});

test("session show of an adopted student who has changed an answer since shows no time for the adopted one", async () => {
	await using adopted = await anAdoptedDatabase();
	const database = await adopted.open();
	const row = await database.db
		.selectFrom("student_responses")
		.innerJoin("session_details", "session_details.response_id", "student_responses.id")
		.select(["student_responses.session_id", "session_details.display_id"])
		.where("student_responses.session_id", "=", "00000000-0000-4000-8000-000000000004")
		.executeTakeFirstOrThrow();
	const store = createStore(database, {
		now: () => toInstant(Date.now()),
		randomBytes,
		expiry_days: 30,
	});
	const command = { kind: "answer", question_id: 2, answer: { type: "slider", value: 5 } } as const;
	await store.sessions.operate(single(row.session_id as SessionId, anOperationId(), command));
	const show = async (...words: string[]) =>
		JSON.parse((await adopted.run("session", "show", row.display_id, "--json", ...words)).stdout);
	const { events } = await show();
	const changes = events.filter(
		({ question, kind }: Record<string, unknown>) => question && kind === "answer",
	);
	expect(changes.at(-2)).toMatchObject({ at: null, outcome: "superseded", value: { value: 3 } });
	expect(changes.at(-1)).toMatchObject({ at: expect.any(String), outcome: "applied", value: { value: 5 } });
	const began = await show("--at", "0");
	expect(began.answers.length).toBeGreaterThan(1);
	for (const { at } of began.answers) expect(at).toBe(null);
	expect((await adopted.run("session", "show", row.display_id)).stdout).not.toContain("null");
});

test("session list --email finds the sessions of a person in any case of letters, and the list says how many there are", async () => {
	await using adopted = await anAdoptedDatabase();
	const list = async (...words: string[]) => (await adopted.run("session", "list", ...words)).stdout;
	const amal = await adopted.sessionOf("--email", "amal@example.org");
	const found = await list("--email", " AMAL@Example.ORG ");
	expect(found).toMatch(new RegExp(`\\n${amal} .*\\n\\n1 session\\.\\n$`));
	expect(await list("--email", "nobody@example.org")).toMatch(/^SESSION .*\n\n0 sessions\.\n$/);
	// What is stored for people who never told who they are finds none of them.
	expect(await list("--email", "temp@temp.com")).toContain("\n0 sessions.");
	expect(await list("--email", "amal@example.org", "--status", "expired")).toContain("\n0 sessions.");
	const { length } = JSON.parse(await list("--json"));
	expect(await list()).toContain(`\n${length} sessions.\n`);
	expect(await list("--limit", "2")).toContain(`\n2 of ${length} sessions; --limit ${length} shows all.\n`);
});
