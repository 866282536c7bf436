import { existsSync, readFileSync } from "node:fs";
import SqliteFile from "better-sqlite3";
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

/** Whether the database's files hold a text anywhere, whatever SQLite itself would say. */
function traces(file: string, texts: readonly string[]): string[] {
	const files = [file, `${file}-wal`, `${file}-shm`].filter((path) => existsSync(path));
	return texts.filter((text) => files.some((path) => readFileSync(path).includes(text)));
}

async function aSessionFullOfCanaries(school: Awaited<ReturnType<typeof aSchool>>) {
	const { session_id, display_id } = await school.start();
	const canaries = [
		"canary-changed",
		"canary-standing",
		"canary-draft",
		"canary-name",
		"canary-feedback",
		"canary-score",
	];
	const question_id = school.questionId(school.keyOf("essay"));
	await school.essay(session_id, "canary-changed");
	await school.essay(session_id, "canary-standing");
	// Long enough for pages of its own.
	const draft = { type: "essay", text: `canary-draft ${"x".repeat(9000)}` } as const;
	await school.operate(session_id, { kind: "draft", question_id, draft });
	const found = await school.store.sessions.find(session_id);
	await school.store.sessions.saveStudentInfo(session_id, {
		email: "canary-name@example.org",
		full_name: "canary-name",
		age_group: "16",
		country: "X",
		origin_country: "X",
	});
	const said = { rating: 5, experience_text: "canary-feedback", would_recommend: true, suggestions: null };
	await school.store.feedback.save(session_id, said);
	await school.store.scores.save(found?.response_id ?? 0, { text: "canary-score" });
	return { display_id, canaries: [...canaries, session_id, display_id] };
}

test("erase asks first, then leaves no trace in the database or its log while the server runs on", async () => {
	await using school = await aSchool();
	const kept = await school.start();
	await school.essay(kept.session_id, "canary-of-somebody-else");
	const { display_id, canaries } = await aSessionFullOfCanaries(school);
	expect(traces(school.file, canaries)).toEqual(canaries);

	const asked = await school.run("session", "erase", display_id);
	expect(asked).toMatchObject({ code: 3, stderr: expect.stringContaining("Nothing was erased.") });
	expect(traces(school.file, canaries)).toEqual(canaries);

	const erased = await school.run("session", "erase", display_id, "--yes");
	expect(erased).toMatchObject({ code: 0, stdout: expect.stringContaining("Erased.") });
	expect(traces(school.file, canaries)).toEqual([]);
	expect(await school.run("session", "erase", display_id, "--yes")).toMatchObject({ code: 1 });
	expect(traces(school.file, ["canary-of-somebody-else"])).toEqual(["canary-of-somebody-else"]);
	await school.essay(kept.session_id, "the server goes on");
	expect((await school.store.sessions.find(kept.session_id))?.state.answered).toBe(1);
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

test("while another program reads an old state, erase says that traces are left; --finish removes them later", async () => {
	await using school = await aSchool();
	const { display_id, canaries } = await aSessionFullOfCanaries(school);
	const reader = new SqliteFile(school.file, { readonly: true });
	reader.exec("BEGIN");
	reader.prepare("SELECT count(*) FROM student_responses").get();
	const held = await school.run("session", "erase", display_id, "--yes");
	expect(held).toMatchObject({
		code: 1,
		stdout: "",
		stderr: expect.stringContaining(
			"traces of it are still in the database's files: another program is still reading",
		),
	});
	expect(traces(school.file, canaries).length).toBeGreaterThan(0);
	reader.exec("COMMIT");
	reader.close();
	expect(await school.run("session", "erase", "--finish")).toMatchObject({ code: 0 });
	expect(traces(school.file, canaries)).toEqual([]);
}, 60_000);
