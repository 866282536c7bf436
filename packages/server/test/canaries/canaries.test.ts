import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { serving } from "../../src/testing/processes/serving.ts";
import { aSchool } from "../../src/testing/stores/a-school.ts";
import { canariesPage, type PlaceName, placeOf } from "./places.ts";
import { backupContents, contentsOf, kindsIn, missingIn, rewrittenDataFiles } from "./search.ts";
import { liveAs, type Student } from "./student.ts";

const PAGE = fileURLToPath(new URL("../../../../docs/evidence/canaries.md", import.meta.url));

test("docs/evidence/canaries.md is the table that the search reads", async () => {
	await expect(canariesPage()).toMatchFileSnapshot(PAGE);
});

type Contents = readonly (string | Buffer)[];

/** All mismatches of all places are told at once. */
function expectOnly(name: PlaceName, contents: Contents, students: readonly Student[]): void {
	expect([name, contents.length > 0]).toEqual([name, true]);
	const { holds, may = [] } = placeOf(name);
	for (const student of students) {
		const found = kindsIn(contents, student).filter((kind) => !may.includes(kind));
		expect.soft([name, found.toSorted()]).toEqual([name, holds.toSorted()]);
		expect.soft([name, missingIn(contents, student, holds)]).toEqual([name, []]);
	}
}

test("what a student gives is found only where docs/evidence/canaries.md says, before and after it is erased", async () => {
	await using school = await aSchool({ tools: true });
	const memory = school.folder.file("memory");
	const server = await serving({
		DATABASE_URL: school.place.address,
		LOG_LEVEL: "trace",
		METRICS: "true",
		TRUST_PROXY: "127.0.0.1",
		ERASURE_MEMORY: memory,
	});
	const said: string[] = [];
	/** Runs a command; what it prints is searched too. */
	const run = async (...words: string[]) => {
		const { code, stdout, stderr } = await school.run(...words);
		expect([words.join(" "), code, code === 0 ? "" : stderr]).toEqual([words.join(" "), 0, ""]);
		return stdout + stderr;
	};
	const live = (name: string, network: string) =>
		liveAs(name, network, { school, address: server.address, say: (text) => said.push(text) });
	const [kept, asking, erased] = [
		await live("kept", "203.0.113.71"),
		await live("asking", "203.0.113.72"),
		await live("erased", "203.0.113.73"),
	];
	const everyone = [kept, asking, erased];
	const contents = await searchWhileKept({ school, server: server.address, run, kept });
	for (const [name, found] of contents) {
		const { of_one = false } = placeOf(name);
		expectOnly(name, found, of_one ? [kept] : everyone);
		const others = of_one ? [asking, erased] : [];
		expect.soft([name, others.flatMap((student) => kindsIn(found, student))]).toEqual([name, []]);
	}

	const backup = school.folder.file("old.backup");
	said.push(await run("backup", "--to", backup));
	expectOnly("backup", backupContents(school, backup), everyone);
	expectOnly("manifest", [readFileSync(`${backup}.manifest.json`)], everyone);

	// The student asks, and the seven days go by.
	const path = `${server.address}/api/v2/session/${asking.session_id}`;
	expect((await fetch(`${path}/erase`, { method: "POST" })).status).toBe(200);
	await sql`update erasure_requests set due_at = '2026-01-01T00:00:00.000Z'`.execute(school.database.db);
	said.push(await run("purge", "--yes", "--erasure-memory", memory));
	said.push(await run("session", "erase", erased.display_id, "--yes", "--erasure-memory", memory));
	expect((await fetch(path)).status).toBe(404);
	const gone = [asking, erased];
	expectOnly("database_after", contentsOf(school), gone);
	expectOnly("database", contentsOf(school), [kept]);
	const dataFiles = await rewrittenDataFiles(school);
	if (dataFiles) {
		expectOnly("data_files", dataFiles, gone);
		expect.soft(missingIn(dataFiles, kept, ["session id", "answer", "draft", "name"])).toEqual([]);
	}
	expectOnly("audit", [await run("audit", "list", "--json", "--limit", "500")], everyone);
	expectOnly("erasure_memory", memoryFiles(school.folder.path), everyone);

	server.child.kill("SIGTERM");
	const { stdout, stderr } = await server.ended;
	expect(stdout).toContain("/api/v2/session/{session_id}/sync");
	expectOnly("log", [stdout, stderr], everyone);
	await school.close();
	const restored = await run("restore", backup, "--yes", "--replace", "--json", "--erasure-memory", memory);
	said.push(restored);
	expectOnly("restored", contentsOf(school), gone);
	expectOnly("database", contentsOf(school), [kept]);
	const replaced = JSON.parse(restored.slice(restored.indexOf("{"), restored.lastIndexOf("}") + 1))
		.kept as string;
	expectOnly("replaced", contentsOf(school, addressOf(school, replaced)), gone);
	expectOnly("commands", said, everyone);
}, 400_000);

type School = Awaited<ReturnType<typeof aSchool>>;

/** Everything that is written of sessions while they are kept. */
async function searchWhileKept({
	school,
	server,
	run,
	kept,
}: {
	school: School;
	server: string;
	run: (...words: string[]) => Promise<string>;
	kept: Student;
}): Promise<[PlaceName, Contents][]> {
	const { file } = school.folder;
	const textOf = async (path: string) => (await fetch(`${server}${path}`)).text();
	const table = async (name: string, ...words: string[]) => {
		const told = await run("export", ...words, "--out", file(name));
		const codebook = file(name.replace(/\.\w+$/, ".codebook.csv"));
		return [told, readFileSync(file(name)), readFileSync(codebook)];
	};
	const page = ["--out", file("own.json"), "--page", file("own.html")];
	const exported = await run("session", "export", kept.display_id, ...page);
	const mail = kept.marks["e-mail address"][0];
	return [
		["database_in_use", contentsOf(school)],
		["metrics", [await textOf("/metrics")]],
		["own_export", [await textOf(`/api/v2/session/${kept.session_id}/export`)]],
		["session_export", [exported, readFileSync(file("own.json")), readFileSync(file("own.html"))]],
		["answers_csv", await table("answers.csv")],
		["sessions_csv", await table("sessions.csv", "--rows", "sessions")],
		["sessions_jsonl", await table("lines.jsonl", "--rows", "sessions", "--format", "jsonl")],
		["without_person", await table("bare.csv", "--rows", "sessions", "--without-person")],
		[
			"session_list",
			[
				await run("session", "list", "--json"),
				await run("session", "list"),
				await run("session", "list", "--email", `${mail}@school.example`),
			],
		],
		[
			"session_show",
			[
				await run("session", "show", kept.display_id),
				await run("session", "show", kept.display_id, "--json"),
				await run("session", "show", kept.display_id, "--late"),
			],
		],
	];
}

function memoryFiles(folder: string): Buffer[] {
	return readdirSync(folder)
		.filter((name) => name.startsWith("memory."))
		.map((name) => readFileSync(`${folder}/${name}`));
}

/** Where the database is that a restore has put aside: a file, or a database of the server. */
function addressOf({ place }: School, kept: string): string {
	return place.url.dialect === "sqlite" ? `sqlite:${kept}` : place.address.replace(/[^/]+$/, kept);
}
