import { execFile } from "node:child_process";
import { createHash, createHmac, pbkdf2Sync, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { toInstant } from "@carhythm/core";
import { expect, test } from "vitest";
import { readConfig } from "../config.ts";
import { openDatabase } from "../db/open.ts";
import { retentionTick } from "../db/retention/automatic.ts";
import { eraseKept } from "../migrations/steps/undo-tables.ts";
import { rulesAt } from "../retention.ts";
import { aFolder } from "../testing/folders/a-folder.ts";
import {
	aPostgresDatabase,
	aPostgresWithTools,
	type PostgresDatabase,
} from "../testing/postgres/a-postgres.ts";
import { aServer } from "../testing/processes/a-server.ts";
import { carhythm } from "../testing/processes/run.ts";

// Runs on PostgreSQL only: SQLite has no roles.

const SCRIPT = new URL("../../../../deploy/postgres-role.sh", import.meta.url);

type Reply = { status: number; body: Record<string, unknown> };

/** A migrated database and a role that has what `carhythm grants` printed, after it could do everything. */
async function aDatabaseWithRole(name: string) {
	const there = await aPostgresDatabase();
	const role = `${name} of ${there.name}`;
	const quoted = `"${role.replaceAll('"', '""')}"`;
	expect(await carhythm(there.address, "migrate", "up")).toMatchObject({ code: 0 });
	await there.query(`create role ${quoted} login;
		create table "secrets; drop table admins" (what text);
		grant all on all tables in schema public to ${quoted}`);
	const { code, stdout } = await carhythm(there.address, "grants", "--role", role);
	expect(code).toBe(0);
	await there.query(stdout);
	const address = there.address.replace("//carhythm@", `//${encodeURIComponent(role)}@`);
	const dispose = async () => {
		await there.query(`drop owned by ${quoted}; drop role ${quoted}`);
		await there[Symbol.asyncDispose]();
	};
	return { there, role, quoted, address, script: stdout, [Symbol.asyncDispose]: dispose };
}

/** What the role of an address is refused. */
async function refused({ there, quoted }: { there: PostgresDatabase; quoted: string }, statement: string) {
	const text = `begin; set local role ${quoted}; ${statement}; rollback`;
	return there.query(text).then(
		() => "allowed",
		(error: Error) => error.message,
	);
}

test("with the rights that grants prints, a server does all that students ask for, and the role nothing else", async () => {
	await using place = await aDatabaseWithRole('app "x; y"');
	const { there } = place;
	await using server = await aServer(place.address);
	const ok = (reply: Reply) => {
		expect(reply).toMatchObject({ status: expect.toSatisfy((status: number) => status < 300) });
		return reply.body;
	};
	const rows = await there.query("select id, item_id from questions");
	const idOf = (key: string) => rows.find(({ item_id }) => item_id === key)?.["id"];
	const start = async (more = {}) =>
		String(ok(await server.send("POST", "/session/start", { assessment: "sampler", ...more }))["session_id"]);
	let id = await start({ operation_id: randomUUID() });
	const submit = (session_id: string, key: string, answer: unknown) =>
		server.send("POST", "/answers/submit", { session_id, question_id: idOf(key), answer });
	const sync = (session_id: string, ...commands: Record<string, unknown>[]) =>
		server.send("POST", `/session/${session_id}/sync`, {
			sent_at: new Date().toISOString(),
			device_id: DEVICE,
			operations: commands.map((command) => ({
				operation_id: randomUUID(),
				client_time: new Date().toISOString(),
				command,
			})),
		});
	const essay = { type: "essay", text: "In the mountains." };
	ok(await submit(id, "energy", { type: "slider", value: 40 }));
	ok(await submit(id, "energy", { type: "slider", value: 50 }));
	const draft = { kind: "draft", question_id: idOf("dream"), draft: essay };
	const synced = ok(await sync(id, draft, { kind: "clear", question_id: idOf("energy") }));
	expect(synced["results"]).toEqual([
		expect.objectContaining({ status: "applied" }),
		expect.objectContaining({ status: "applied" }),
	]);
	ok(await sync(id, { kind: "answer", question_id: idOf("dream"), answer: essay }));

	// Another device, and back.
	const { code } = ok(await server.send("POST", `/session/${id}/handoff`));
	const label = "Phone";
	ok(await server.send("POST", "/session/handoff/redeem", { code, device_id: randomUUID(), label }));
	ok(await sync(id, { kind: "hold", device_id: DEVICE, label: "Laptop" }));
	expect((await server.send("POST", "/session/handoff/redeem", { code: "000-000-000" })).status).toBe(404);

	// Start fresh and change one's mind; what comes late meanwhile is applied with the old answers.
	await start({ replaces: id });
	const late = ok(
		await sync(id, { kind: "answer", question_id: idOf("energy"), answer: { type: "slider", value: 60 } }),
	);
	expect(late["results"]).toEqual([expect.objectContaining({ status: "late" })]);
	ok(await server.send("POST", `/session/${id}/restore`, { operation_id: randomUUID() }));
	expect(await there.query("select 1 from session_events where outcome = 'late'")).toEqual([]);

	for (const [key, answer] of Object.entries(ANSWERS)) ok(await submit(id, key, answer));
	ok(await server.send("POST", `/session/${id}/complete`));
	const person = { full_name: "Amal", age_group: "16", country: "SA", origin_country: "SA" };
	ok(await server.send("POST", "/student/info", { session_id: id, email: "amal@example.org", ...person }));
	for (const rating of [5, 4]) {
		ok(await server.send("POST", "/feedback/submit", { session_id: id, rating, suggestions: "-" }));
	}
	// With feedback, whose row is put back under the new id.
	const left = ok(await server.send("POST", `/session/${id}/leave-others`));
	id = (left["session"] as { session_id: string }).session_id;
	for (const path of ["", "/progress", "/answered-questions", "/validate"]) {
		ok(await server.send("GET", `/session/${id}${path}`));
	}
	for (const path of [
		`/scores/${id}`,
		`/scores/${id}/summary`,
		"/modules",
		"/assessments/latest",
		"/settings/theme",
	]) {
		ok(await server.send("GET", path));
	}
	const abandoned = await start();
	ok(await server.send("POST", `/session/${abandoned}/abandon`));
	const ready = await fetch(`${server.url}/readyz`);
	expect([ready.status, await ready.json()]).toEqual([200, { status: "ok", retention: "not_permitted" }]);
	const { stdout } = await server.stop();
	// What it may not do is told once, with the rights that it would need.
	expect(warningsOf(stdout)).toEqual([
		expect.objectContaining({
			msg: expect.stringContaining("carhythm purge --yes"),
			missing: expect.arrayContaining([`GRANT DELETE ON TABLE session_events TO ${place.quoted};`]),
		}),
	]);

	const [session] = await there.query(
		"select display_id from session_details d join student_responses r on r.id = response_id where session_id = $1",
		[id],
	);
	const display_id = String(session?.["display_id"]);
	for (const words of [
		["export"],
		["session", "list"],
		["session", "show", display_id],
		["session", "apply-late", display_id],
	]) {
		expect([words, await carhythm(place.address, ...words)]).toMatchObject([words, { code: 0 }]);
	}
	expect(await carhythm(place.address, "session", "erase", display_id, "--yes")).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("permission denied for"),
	});
	expect((await there.query("select 1 from student_responses")).length).toBe(3);

	// Before PostgreSQL 15, everyone may make tables there.
	await there.query("revoke create on schema public from public");
	for (const statement of [
		"select password_hash from admins",
		'select * from "secrets; drop table admins"',
		"delete from session_events",
		"update session_events set kind = 'answer'",
		"delete from student_responses",
		"update assessment_versions set scoring = null",
		"insert into assessments (key, is_default) values ('x', 0)",
		"update migration_ledger set checksum = ''",
		"truncate question_answers",
		"create table public.mine (x int)",
	]) {
		expect([statement, await refused(place, statement)]).toEqual([
			statement,
			expect.stringMatching(/^permission denied for/),
		]);
	}
	// A table that a later migration makes.
	await there.query("create table later (id serial primary key)");
	expect(await refused(place, "insert into later default values")).toBe("allowed");
}, 120_000);

test("with --with-purge the server's role also erases sessions and removes what has had its day", async () => {
	await using place = await aDatabaseWithRole("app");
	const { there } = place;
	expect(await refused(place, "delete from session_events")).toMatch(/^permission denied for/);
	expect(await retentionOf(place)).toEqual([
		{ missing: expect.arrayContaining([`GRANT DELETE ON TABLE student_responses TO ${place.quoted};`]) },
	]);
	const apply = ["grants", "--role", place.role, "--with-purge", "--apply"];
	expect(await carhythm(there.address, ...apply)).toMatchObject({ code: 0, stderr: "" });
	const started = async () => {
		await using server = await aServer(place.address);
		const ids: string[] = [];
		for (let i = 0; i < 4; i += 1) {
			const { body } = await server.send("POST", "/session/start", { assessment: "sampler" });
			ids.push(String(body["session_id"]));
			const code = await server.send("POST", `/session/${body["session_id"]}/handoff`);
			expect(code.status).toBe(200);
		}
		const ready = await fetch(`${server.url}/readyz`);
		expect(await ready.json()).toEqual({ status: "ok" });
		expect(warningsOf((await server.stop()).stdout)).toEqual([]);
		return ids;
	};
	const [erased, old, forgotten, young] = await started();
	const displayOf = async (id = "") => {
		const [row] = await there.query(
			"select display_id from session_details d join student_responses r on r.id = response_id where session_id = $1",
			[id],
		);
		return String(row?.["display_id"]);
	};
	const left = async () =>
		(await there.query("select session_id from student_responses order by id")).map(
			({ session_id }) => session_id,
		);
	const age = (id = "") =>
		there.query(
			"update student_responses set last_activity = now() - interval '90 days' where session_id = $1",
			[id],
		);

	// Only the owner may vacuum what is deleted: that is said, and left to the database's own vacuum.
	const needsOwner = { code: 1, stderr: expect.stringContaining("as the role that owns the tables") };
	expect(await carhythm(place.address, "session", "erase", await displayOf(erased), "--yes")).toMatchObject(
		needsOwner,
	);
	expect(await left()).toEqual([old, forgotten, young]);

	await age(old);
	expect(await carhythm(place.address, "purge", "--yes")).toMatchObject(needsOwner);
	expect(await left()).toEqual([forgotten, young]);

	// By itself, at night, after the first 30 days.
	await age(forgotten);
	expect(await retentionOf(place)).toEqual([expect.objectContaining({ unfinished: 1 })]);
	expect(await left()).toEqual([young]);
	for (const statement of ["update session_events set kind = 'answer'", "select password_hash from admins"]) {
		expect(await refused(place, statement)).toMatch(/^permission denied for/);
	}
}, 120_000);

test("each right that grants prints is needed: without it serve does not start and names it", async () => {
	await using place = await aDatabaseWithRole("app");
	const { there, script, quoted } = place;
	const serve = () => carhythm(place.address, "serve", "--port", "0", "--log-level", "silent");
	const grants = script.split("\n").filter((line) => /^GRANT .* ON (TABLE|SEQUENCE) /.test(line));
	expect(grants.length).toBeGreaterThan(20);
	for (const grant of [
		...grants.filter((line) =>
			/ON TABLE (session_events|pages|migration_ledger) |hand_offs_id_seq/.test(line),
		),
		`GRANT USAGE ON SCHEMA public TO ${quoted};`,
	]) {
		const revoke = grant.replace("GRANT", "REVOKE").replace(` TO ${quoted}`, ` FROM ${quoted}`);
		const everyone = grant.includes("SCHEMA") ? "revoke usage on schema public from public;" : "";
		await there.query(`${everyone} ${revoke}`);
		expect(await serve()).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(grant) });
		await there.query(grant);
	}
});

test("the script of the container's database makes the role with its password, quoted", async () => {
	await using there = await aPostgresWithTools();
	using folder = aFolder();
	const password = 'it\'s $(a) \\ "password"';
	const role = `carhythm_${randomUUID().slice(0, 8)}`;
	writeFileSync(folder.file("password"), `${password}\n`);
	// Roles belong to the whole server, which other tests use too.
	const script = readFileSync(SCRIPT, "utf8").replace("CREATE ROLE carhythm ", `CREATE ROLE ${role} `);
	await promisify(execFile)("sh", ["-c", script], {
		env: {
			PATH: `${there.bin}:${process.env["PATH"]}`,
			PGHOST: "127.0.0.1",
			PGPORT: String(there.port),
			POSTGRES_USER: "carhythm",
			POSTGRES_DB: there.name,
			SERVER_PASSWORD_FILE: folder.file("password"),
		},
	});
	// A password is stored as its SCRAM verifier: salt and iterations are in it.
	const [row] = await there.query("select rolpassword, rolsuper from pg_authid where rolname = $1", [role]);
	const [, iterations, salt, stored] =
		/^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(String(row?.["rolpassword"])) ?? [];
	const salted = pbkdf2Sync(password, Buffer.from(salt ?? "", "base64"), Number(iterations), 32, "sha256");
	const key = createHmac("sha256", salted).update("Client Key").digest();
	expect(stored).toBe(createHash("sha256").update(key).digest("base64"));
	expect(row?.["rolsuper"]).toBe(false);
	await there.query(`drop role ${role}`);
});

test("grants asks for a role and for PostgreSQL with its tables", async () => {
	using folder = aFolder();
	expect(await carhythm(folder.file("a.db"), "grants", "--role", "x")).toMatchObject({
		code: 2,
		stderr: expect.stringContaining("SQLite has no roles"),
	});
	await using there = await aPostgresDatabase();
	expect(await carhythm(there.address, "grants")).toMatchObject({ code: 2 });
	expect(await carhythm(there.address, "grants", "--role", "x")).toMatchObject({
		code: 1,
		stderr: expect.stringContaining("carhythm migrate up"),
	});
});

/** What a server of this role logs when its retention looks, in a night after the first 30 days. */
async function retentionOf({ there, address }: { there: PostgresDatabase; address: string }) {
	await there.query("update retention_runs set began_at = now() - interval '31 days', finished_at = null");
	const database = await openDatabase({ dialect: "postgres", url: address });
	const config = readConfig({}, {});
	const lines: unknown[] = [];
	const log = { info: (line: unknown) => lines.push(line), warn: (line: unknown) => lines.push(line) };
	await retentionTick(database, {
		rules: () => rulesAt(config, toInstant(Date.now())),
		eraseKept,
		openMemory: () => null,
		log: log as never,
		purgeFiles: () => 0,
		signal: new AbortController().signal,
	});
	await database.close();
	return lines;
}

/** The lines of a server's log that are warnings or worse. */
function warningsOf(stdout: string): unknown[] {
	return stdout.split("\n").flatMap((line) => (/"level":[456]0/.test(line) ? JSON.parse(line) : []));
}

const DEVICE = randomUUID();
const ANSWERS = {
	team: { type: "slider", value: 4 },
	energy: { type: "slider", value: 55 },
	"learn-by": { type: "mcq", selected_options: ["reading", "doing"] },
	matters: { type: "ordering", ordered_items: ["Learning", "Fair pay", "Good people", "Free time"] },
	dream: { type: "essay", text: "In the mountains." },
} as const;
