import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { migrateUp } from "../migrations/runner.ts";
import { aFolder } from "../testing/folders/a-folder.ts";
import { aPredecessorDatabase, type PredecessorDatabase } from "../testing/predecessor/databases.ts";
import { aPredecessorQuestionnaire } from "../testing/predecessor/questionnaire.ts";
import { alteringProxy, type PassedReply, type PassedRequest } from "../testing/processes/altering-proxy.ts";
import { carhythm, type Ended } from "../testing/processes/run.ts";
import { serving } from "../testing/processes/serving.ts";

/** A completed session of the existing databases, with a stored profile. */
const COMPLETED = "00000000-0000-4000-8000-000000000002";

/** One of our servers on a database taken over; `change` is what somebody did to it before. */
async function ourServer(kind: "every_type" | "scored", change: readonly string[] = []) {
	const predecessor: PredecessorDatabase =
		kind === "scored"
			? await aPredecessorQuestionnaire("sqlite")
			: await aPredecessorDatabase("sqlite", "guide");
	await predecessor.exec(...change);
	const database = await predecessor.open();
	await migrateUp(database, { adopt: true });
	await database.close();
	const file = predecessor.url.dialect === "sqlite" ? predecessor.url.file : "";
	const server = await serving({ DATABASE_URL: `sqlite:${file}`, LOG_LEVEL: "silent" });
	return {
		address: server.address,
		rows<T>(sql: string): T[] {
			const read = new SqliteFile(file, { readonly: true });
			try {
				return read.prepare<[], T>(sql).all();
			} finally {
				read.close();
			}
		},
		async [Symbol.asyncDispose]() {
			await server[Symbol.asyncDispose]();
			await predecessor[Symbol.asyncDispose]();
		},
	};
}

async function compare(old: string, ours: string, ...words: readonly string[]): Promise<Ended> {
	using folder = aFolder();
	return carhythm(folder.file("none.db"), "compare", "--old", old, "--new", ours, ...words);
}

/** The lines of differences, without the counts. */
function differencesOf({ stdout }: Ended): string[] {
	return stdout.trimEnd().split("\n").slice(0, -1);
}

/** The counts of the last line. */
function countsOf({ stdout }: Ended): number[] {
	const last = stdout.trimEnd().split("\n").at(-1) ?? "";
	const found = /^(\d+) replies compared, (\d+) differences?, (\d+) expected ones?$/.exec(last);
	return (found ?? []).slice(1).map(Number);
}

test("two servers on the same content have no differences; every type of question is answered, students' rows are as before", async () => {
	await using old = await ourServer("every_type");
	await using ours = await ourServer("every_type");
	const students =
		"SELECT * FROM student_responses WHERE email <> 'temp@temp.com' AND email NOT LIKE 'carhythm-compare@%'";
	const answers = `SELECT * FROM question_answers WHERE response_id IN (SELECT id FROM (${students}))`;
	const before = [ours.rows(students), ours.rows(answers)];
	const ended = await compare(old.address, ours.address, "--yes", "--session", COMPLETED);
	expect(ended).toMatchObject({ code: 0, stderr: "" });
	expect(differencesOf(ended)).toEqual([]);
	const [replies, unexpected] = countsOf(ended);
	expect(replies).toBeGreaterThan(100);
	expect(unexpected).toBe(0);
	expect([ours.rows(students), ours.rows(answers)]).toEqual(before);

	for (const server of [old, ours]) {
		const own = server.rows<{ status: string; answered: number }>(
			`SELECT r.status, (SELECT count(*) FROM question_answers a WHERE a.response_id = r.id) AS answered
			FROM student_responses r JOIN session_details d ON d.response_id = r.id WHERE d.adopted_at IS NULL ORDER BY r.id`,
		);
		expect(own).toEqual([
			{ status: "completed", answered: 15 },
			{ status: "completed", answered: 15 },
			{ status: "completed", answered: 13 },
			{ status: "user_abandoned_not_completed", answered: 6 },
			{ status: "completed", answered: 1 },
		]);
		const types = server.rows<{ question_type: string; answered: number }>(
			`SELECT q.question_type, count(*) AS answered FROM question_answers a JOIN questions q ON q.id = a.question_id
			JOIN session_details d ON d.response_id = a.response_id WHERE d.adopted_at IS NULL GROUP BY 1 ORDER BY 1`,
		);
		expect(types.map(({ question_type }) => question_type)).toEqual(["essay", "mcq", "ordering", "slider"]);
	}
});

test("another text and another weight of a question are named with their requests, and end with 6", async () => {
	await using old = await ourServer("scored");
	await using ours = await ourServer("scored", [
		"UPDATE questions SET question_text = 'Changed by hand' WHERE id = 1",
		"UPDATE questions SET reverse_scored = FALSE WHERE domain = 'N'",
	]);
	const ended = await compare(old.address, ours.address, "--yes");
	expect(ended).toMatchObject({ code: 6, stderr: "The replies differ; see above.\n" });
	const lines = differencesOf(ended);
	expect(lines[0]).toBe(
		'GET /api/v2/questions?page_id=1&language=en (questions in English)  questions[0].text  old: "Question 1"  new: "Changed by hand"',
	);
	const weights = lines.filter((line) => !line.includes("questions[0].text"));
	expect(weights[0]).toMatch(
		/^GET \/api\/v2\/scores\/\{session_id\} \(whole session, page 3 of 3\) {2}profile\.bigfive\.raw_scores\.N {2}old: \d+ {2}new: \d+$/,
	);
	for (const line of weights) expect(line).toMatch(/bigfive|results\.scales|scales\[/);
	expect(countsOf(ended)[1]).toBe(lines.length);
});

const ALTERED: readonly (readonly [end: string, alter: (reply: PassedReply) => PassedReply, line: RegExp])[] =
	[
		[
			"/answers/submit",
			({ status, body }) => ({ status, body: { ...(body as object), xp_gained: "10" } }),
			/^POST \/api\/v2\/answers\/submit \(whole session, page 1 of 3, question 1\) {2}xp_gained {2}old: "10" {2}new: 10$/m,
		],
		[
			"/settings/theme",
			({ status, body }) => ({ status, body: { ...(body as object), font: "Inter" } }),
			/^GET \/api\/v2\/settings\/theme \(theme\) {2}font {2}old: "Inter" {2}new: \(absent\)$/m,
		],
		[
			"/feedback/submit",
			({ status, body }) => ({ status: status === 201 ? 200 : status, body }),
			/^POST \/api\/v2\/feedback\/submit \(whole session, feedback\) {2}HTTP status {2}old: 200 {2}new: 201$/m,
		],
		[
			"/modules",
			({ status, body }) => ({
				status,
				body: (body as object[]).map((module) => ({ ...module, description: "x".repeat(500) })),
			}),
			/^GET \/api\/v2\/modules \(modules\) {2}\[0\]\.description {2}old: "x{58}… {2}new: "What you like doing\."$/m,
		],
	];

test("a type, a field, a status and a long text of the old server are each a difference on a line, and end with 6", async () => {
	await using ours = await ourServer("scored");
	await using old = await alteringProxy(ours.address, ({ line }, reply) => {
		const alter = ALTERED.find(([end]) => line.endsWith(end))?.[1];
		return alter ? alter(reply) : reply;
	});
	const ended = await compare(old.address, ours.address, "--yes");
	expect(ended).toMatchObject({ code: 6, stderr: "The replies differ; see above.\n" });
	for (const [, , line] of ALTERED) expect(ended.stdout).toMatch(line);
	for (const line of differencesOf(ended)) expect(line).toMatch(/xp_gained|font|HTTP status|description/);
});

/** What the existing product replies where ours differs on purpose. */
function asPredecessor({ line }: PassedRequest, { status, body }: PassedReply): PassedReply {
	const { code, title: _t, type: _y, ...rest } = body as Record<string, unknown>;
	if (status === 409 && code === "session_not_completed") return { status: 400, body: { detail: "Not yet" } };
	if (status >= 400) return { status, body: { detail: "In words" } };
	if (line.includes("/validate")) {
		const { resumable: _r, session, ...known } = rest as { session?: { status: string } } & typeof rest;
		if (!session) return { status, body: known };
		const said = session.status === "completed" ? "active" : session.status;
		return { status, body: { ...known, session: { ...session, status: said } } };
	}
	if (line.includes("/progress")) return { status, body: { ...rest, current_page_id: null } };
	if (line.includes("/scores/")) return { status, body: withOldScores(structuredClone(body) as OldScores) };
	return { status, body };
}

type Labels = Record<string, string>;
type OldScores = {
	profile?: { riasec: { raw_scores: Record<string, number>; strength_labels: Labels } };
	top_riasec_domains?: { domain: string; label: string }[];
};

/** Other labels, which give the same points to zones, and 0 for what was not answered. */
function withOldScores(body: OldScores): OldScores {
	const other: Labels = { Low: "Medium", Medium: "Low", High: "Very High", "Very High": "High" };
	const swapped = (label: string) => other[label] ?? label;
	for (const entry of body.top_riasec_domains ?? []) entry.label = swapped(entry.label);
	const { riasec } = body.profile ?? {};
	for (const domain of riasec ? "RIASEC" : "") {
		const label = riasec?.strength_labels[domain];
		if (riasec) riasec.strength_labels[domain] = label === undefined ? "Low" : swapped(label);
		if (riasec) riasec.raw_scores[domain] ??= 0;
	}
	return body;
}

test("what is there on purpose is counted as expected, and listed with its reason when asked", async () => {
	await using ours = await ourServer("scored");
	await using old = await alteringProxy(ours.address, asPredecessor);
	const plain = await compare(old.address, ours.address, "--yes");
	expect(plain).toMatchObject({ code: 0, stderr: "" });
	expect(differencesOf(plain)).toEqual([]);
	const [, unexpected, expected] = countsOf(plain);
	expect(unexpected).toBe(0);
	expect(expected).toBeGreaterThan(20);

	const verbose = await compare(old.address, ours.address, "--yes", "--verbose");
	const lines = differencesOf(verbose);
	expect(lines).toHaveLength(countsOf(verbose)[2] ?? 0);
	for (const named of ["strength_labels", "top_riasec_domains[", "raw_scores"]) {
		expect(verbose.stdout).toContain(named);
	}
	expect(lines).toContain(
		'expected  GET /api/v2/scores/{session_id} (whole session, nothing answered)  HTTP status  old: 400  new: 409  (A session that is not finished is a conflict: 409 in place of 400, with the code "session_not_completed".)',
	);
});

test("--json prints one object with the differences and the expected ones", async () => {
	await using ours = await ourServer("scored");
	await using old = await alteringProxy(ours.address, (request, reply) => {
		const { status, body } = asPredecessor(request, reply);
		return {
			status,
			body: request.line.endsWith("/theme") ? { ...(body as object), brand_name: "Other" } : body,
		};
	});
	const ended = await compare(old.address, ours.address, "--yes", "--json");
	expect(ended).toMatchObject({ code: 6, stderr: "The replies differ; see above.\n" });
	const report = JSON.parse(ended.stdout);
	expect(report).toMatchObject({ old: old.address, new: ours.address, replies_compared: expect.any(Number) });
	expect(report.differences).toEqual([
		{
			method: "GET",
			path: "/api/v2/settings/theme",
			step: "theme",
			at: "brand_name",
			old: "Other",
			new: "CaRhythm",
		},
	]);
	expect(report.expected_differences).toContainEqual({
		method: "GET",
		path: "/api/v2/session/{session_id}/validate",
		step: "whole session, completed",
		at: "session.status",
		old: "active",
		new: "completed",
		name: "status_completed",
		reason: expect.any(String),
	});
});

test("of a student's session only counts are shown: no answer, no result, and never its id", async () => {
	await using ours = await ourServer("every_type");
	await using old = await alteringProxy(ours.address, ({ line }, { status, body }) => {
		if (!line.includes(COMPLETED)) return { status, body };
		if (line.endsWith("/progress")) return { status, body: { ...(body as object), total_xp: 70 } };
		if (line.includes("/answered-questions")) {
			return { status, body: { ...(body as object), answered_question_ids: [1, 4711] } };
		}
		const { profile } = body as { profile?: object };
		return {
			status,
			body: profile ? { ...(body as object), profile: { ...profile, secret: "canary" } } : body,
		};
	});
	for (const form of ["--verbose", "--json"]) {
		const { code, stdout, stderr } = await compare(
			old.address,
			ours.address,
			"--yes",
			"--session",
			COMPLETED,
			form,
		);
		expect(code).toBe(6);
		expect(stdout).toContain("--session number 1");
		expect(stdout).toContain("profile.secret");
		for (const hidden of [COMPLETED, "canary", "4711"]) expect(stdout + stderr).not.toContain(hidden);
		if (form === "--verbose") expect(stdout).toContain("total_xp  old: 70  new: ");
	}
	// Of a student's session it only reads.
	const own = old.requests.filter(({ line, body }) => (line + body).includes(COMPLETED));
	expect(own.length).toBeGreaterThan(4);
	for (const { line } of own) expect(line).toMatch(/^GET /);
});

test("without --yes nothing is started, and it says why it asks", async () => {
	await using ours = await ourServer("scored");
	await using old = await alteringProxy(ours.address, (_, reply) => reply);
	const ended = await compare(old.address, ours.address);
	expect(ended).toMatchObject({ code: 3, stdout: "" });
	expect(ended.stderr).toContain("starts 5 sessions on each server");
	expect(ended.stderr).toContain("Add --yes to confirm it. Nothing was compared.");
	expect(old.requests.map(({ line }) => line)).toEqual(["GET /api/v2/health"]);

	const unknown = await compare(old.address, ours.address, "--yes", "--session", COMPLETED);
	expect(unknown).toMatchObject({ code: 2, stdout: "" });
	expect(unknown.stderr).toContain("does not know the session of --session number 1");
	expect(unknown.stderr).not.toContain(COMPLETED);
	expect(ours.rows("SELECT * FROM student_responses")).toEqual([]);

	const same = await compare(ours.address, `${ours.address}/`, "--yes");
	expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining("are the same address") });
});

test("a server that cannot be reached or is another program is named, with what to do", async () => {
	await using ours = await ourServer("scored");
	await using other = await alteringProxy(ours.address, () => ({ status: 404, body: {} }));
	const stopped = await alteringProxy(ours.address, (_, reply) => reply);
	await stopped[Symbol.asyncDispose]();
	const gone = await compare(stopped.address, ours.address, "--yes");
	expect(gone).toMatchObject({ code: 1, stdout: "" });
	expect(gone.stderr).toBe(
		`The server at ${stopped.address} (--old) cannot be reached: ECONNREFUSED. Start it, or correct the address, and run the comparison again.\n`,
	);
	const foreign = await compare(ours.address, other.address, "--yes");
	expect(foreign).toMatchObject({ code: 1, stdout: "" });
	expect(foreign.stderr).toContain(`What answers at ${other.address} (--new) is not CaRhythm's API`);
	const typed = await compare("localhost", ours.address, "--yes");
	expect(typed).toMatchObject({ code: 2, stderr: expect.stringContaining("such as http://localhost:8000") });
});
