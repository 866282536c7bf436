import { randomBytes } from "node:crypto";
import { symlinkSync, writeFileSync } from "node:fs";
import { createClient, createMemoryStorage, type Session } from "@carhythm/client";
import { type Answer, type RescueFile, SessionSnapshot } from "@carhythm/core";
import { expect, test } from "vitest";
import { aFolder } from "../src/testing/folders/a-folder.ts";
import { carhythm } from "../src/testing/processes/run.ts";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "./an-app.ts";

type Copy = RescueFile & { operations: { operation_id: string; command: object }[] };

/** A student with real client code whose network goes to the real server, until it is cut. */
async function aStudent(school: TestApp) {
	const network = { isCut: false };
	const client = createClient({
		storage: createMemoryStorage(),
		environment: {
			fetch: async (url, init) => {
				if (network.isCut) throw new TypeError("Failed to fetch");
				return school.app.request(url, init);
			},
			now: () => Date.parse(school.now()) - 3_600_000,
			randomBytes: (count) => randomBytes(count),
			setTimeout: () => null,
			clearTimeout: () => {},
			locks: undefined,
			broadcast: undefined,
			signals: { subscribe: () => () => {} },
		},
	});
	const session = await client.start({ language: "en" });
	return { network, session, [Symbol.dispose]: () => client.close() };
}

async function copyOf(session: Session): Promise<Copy> {
	return JSON.parse((await session.exportUnsent())?.text ?? "null");
}

/** The sessions of the CLI's process are looked at by the real clock; these stories happen in its past. */
const STAYS_VALID = ["--session-expiry-days", "3650"];

async function importing(school: TestApp, ...files: string[]) {
	const ended = await carhythm(school.place.address, "import-rescue", ...files, "--json", ...STAYS_VALID);
	return { ...ended, reports: JSON.parse(ended.stdout || "[]") };
}

async function stored(school: TestApp, session_id: string) {
	const reply = await school.get(`/api/v2/session/${session_id}`);
	return SessionSnapshot.parse(reply.body).session;
}

test("from the student's device through a file into the database, once, with the times at which it was done", async () => {
	await using school = await anApp();
	using folder = aFolder();
	using student = await aStudent(school);
	const { session, network } = student;
	await session.answer(school.question("team"), SAMPLER_ANSWERS.team);
	await session.flush();
	network.isCut = true;
	school.pass({ seconds: 60 });
	const answered_at = school.now();
	await session.answer(school.question("energy"), SAMPLER_ANSWERS.energy);
	const matters: Answer = { type: "ordering", ordered_items: [...SAMPLER_ANSWERS.matters.ordered_items] };
	await session.answer(school.question("matters"), matters);
	await session.draft(school.question("dream"), { type: "essay", text: "half a thou" });
	school.pass({ seconds: 3600 });
	const file = folder.file("rescue.json");
	const copy = await session.exportUnsent();
	writeFileSync(file, copy?.text ?? "");
	// Meanwhile another device has changed one of them, which is then the later answer.
	const elsewhere = { type: "slider", value: 5 };
	await school.submit(session.session_id, "energy", elsewhere);
	const energy = school.question("energy");

	const first = await importing(school, file);
	expect(first).toMatchObject({ code: 0, stderr: "" });
	expect(first.reports).toEqual([
		{
			file,
			problem: null,
			display_id: session.display_id,
			counts: { applied: 2, superseded: 1, late: 0, known: 0, refused: 0 },
			refusals: [],
		},
	]);
	expect(first.stdout).not.toContain(session.session_id);
	const once = await stored(school, session.session_id);
	expect(once.answers[energy]?.answer).toEqual(elsewhere);
	expect(once.answers[school.question("matters")]?.answer).toEqual(matters);
	expect(once.drafts[school.question("dream")]?.draft).toEqual({ type: "essay", text: "half a thou" });
	const at = once.answers[school.question("matters")]?.at ?? "";
	expect(Math.abs(Date.parse(at) - Date.parse(answered_at))).toBeLessThan(1000);

	const again = await importing(school, file, file);
	expect(again.code).toBe(0);
	for (const report of again.reports) expect(report.counts).toMatchObject({ applied: 0, known: 3 });
	expect(await stored(school, session.session_id)).toEqual(once);

	network.isCut = false;
	await session.flush();
	expect(session.save).toEqual({ kind: "saved" });
	const { revision, answered } = await stored(school, session.session_id);
	expect({ revision, answered }).toEqual({ revision: once.revision, answered: 3 });
});

test("what came too late is kept aside, what does not fit is refused with its place, the rest is taken in", async () => {
	await using school = await anApp();
	using folder = aFolder();
	using student = await aStudent(school);
	const { session, network } = student;
	network.isCut = true;
	await session.answer(school.question("team"), SAMPLER_ANSWERS.team);
	await session.answer(school.question("energy"), SAMPLER_ANSWERS.energy);
	const copy = await copyOf(session);
	const [good, other] = copy.operations;
	const changed = {
		...copy,
		operations: [
			good,
			{ ...other, command: { ...other?.command, answer: { type: "slider", value: 1e9 } } },
			{ operation_id: "not one", command: "<script>" },
			null,
		],
	};
	writeFileSync(folder.file("changed.json"), `\ufeff${JSON.stringify(changed)}`);
	const plain = await carhythm(
		school.place.address,
		"import-rescue",
		folder.file("changed.json"),
		...STAYS_VALID,
	);
	expect(plain.code).toBe(1);
	expect(plain.stdout).toContain(
		`session ${session.display_id}: 1 taken in, 0 known already, 0 too late and kept aside, 3 refused.`,
	);
	expect(plain.stdout).toMatch(
		/2\. answer_out_of_range: .*\n {2}3\. invalid_operation: .*\n {2}4\. invalid_operation/,
	);
	expect(plain.stdout + plain.stderr).not.toContain(session.session_id);
	expect(plain.stderr).toContain("what was taken in is not taken in twice");

	await school.post(`/api/v2/session/${session.session_id}/complete`);
	const before = await stored(school, session.session_id);
	writeFileSync(folder.file("late.json"), JSON.stringify(copy));
	const late = await importing(school, folder.file("late.json"));
	expect(late.code).toBe(0);
	expect(late.reports[0].counts).toEqual({ applied: 0, superseded: 0, late: 1, known: 1, refused: 0 });
	expect((await stored(school, session.session_id)).answers).toEqual(before.answers);
});

test("hostile files are refused in a sentence that repeats nothing of them, and stop no other file", async () => {
	await using school = await anApp();
	using folder = aFolder();
	using student = await aStudent(school);
	const { session, network } = student;
	network.isCut = true;
	await session.answer(school.question("team"), SAMPLER_ANSWERS.team);
	const good = await copyOf(session);
	const write = (name: string, content: string | Uint8Array) => {
		writeFileSync(folder.file(name), content);
		return folder.file(name);
	};
	symlinkSync("/dev/zero", folder.file("endless"));
	const secret = session.session_id;
	const files: [string, string][] = [
		[folder.file("none.json"), "There is no such file."],
		[folder.file("endless"), "It is not a file."],
		[write("binary", Uint8Array.of(0xff, 0xfe, 0)), "It is not text in UTF-8."],
		[write("half.json", JSON.stringify(good).slice(0, -9)), "only a part of it"],
		[write("deep.json", "[".repeat(100_000) + "]".repeat(100_000)), "It is not a rescue file"],
		[write("other.json", JSON.stringify({ hello: secret })), "It is not a rescue file"],
		[write("newer.json", JSON.stringify({ ...good, carhythm_rescue: 2 })), "a newer version"],
		[
			write("times.json", JSON.stringify({ ...good, saved_at: `\u001b${secret}` })),
			"saved_at is missing or wrong",
		],
		[write("many.json", JSON.stringify({ ...good, operations: Array(20_001).fill(0) })), "operations is"],
		[write("number.json", JSON.stringify({ ...good, display_id: "\u001b[31m" })), "display_id is"],
	];
	const stranger = write(
		"stranger.json",
		JSON.stringify({ ...good, session_id: "3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a11" }),
	);
	const extreme = write(
		"extreme.json",
		JSON.stringify({
			...good,
			saved_at: "9999-12-31T23:59:59.999Z",
			server_time: "0001-01-01T00:00:00.000Z",
		}),
	);
	const ended = await importing(school, ...files.map(([file]) => file), stranger, extreme);
	expect(ended.code).toBe(1);
	for (const [i, [file, sentence]] of files.entries()) {
		expect(ended.reports[i]).toEqual({ file, problem: expect.stringContaining(sentence) });
	}
	expect(ended.reports.at(-2)).toMatchObject({
		display_id: null,
		refusals: [{ position: 1, code: "session_not_found" }],
	});
	expect(ended.reports.at(-1)).toMatchObject({ counts: { applied: 1, refused: 0 } });
	expect(ended.stdout + ended.stderr).not.toContain(secret);
	expect(ended.stdout + ended.stderr).not.toContain("\u001b");
	expect((await stored(school, secret)).answered).toBe(1);

	expect(await carhythm(school.place.address, "import-rescue")).toMatchObject({ code: 2 });
});
