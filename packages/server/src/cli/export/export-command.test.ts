import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { scoreSession } from "@carhythm/core";
import { expect, test } from "vitest";
import { aPredecessorDatabase } from "../../testing/predecessor/databases.ts";
import { CLI, carhythm, startFile } from "../../testing/processes/run.ts";
import { aSchool } from "../../testing/stores/a-school.ts";
import { engine } from "../../testing/stores/an-engine.ts";

test("export: one row an answer, formulas defused, numbers kept, no secret id, no placeholder", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	const slider = school.version.index.places.find(({ question }) => question.type === "slider")?.question;
	if (slider?.type !== "slider") throw new Error("The sampler has no slider.");
	await school.operate(session_id, {
		kind: "answer",
		question_id: slider.id,
		answer: { type: "slider", value: slider.max },
	});
	await school.essay(session_id, '=HYPERLINK("http://evil.example", "one,\ntwo")');
	const { code, stdout } = await school.run("export");
	expect(code).toBe(0);
	const [header, first] = stdout.split("\r\n");
	expect(header).toBe(
		"display_id,assessment,version,chapter,question,type,text,value,label,answered_at,revision",
	);
	expect(first).toMatch(
		new RegExp(`^${display_id},sampler,1,[^,]+,${slider.key},slider,.*,${slider.max},[^,]*,\\d{4}-[^,]+Z,2$`),
	);
	expect(stdout).toContain(`"'=HYPERLINK(""http://evil.example"", ""one,\ntwo"")"`);
	expect(stdout.startsWith("\ufeff")).toBe(false);
	expect(stdout).not.toContain(session_id);
	expect(stdout).not.toContain("temp");
});

test("export: one row a session into a file, with a column a question and the codebook beside it", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	const { keyOf, questionId, version } = school;
	const mcq = version.index.places.find(({ question }) => question.type === "mcq")?.question;
	const ordering = version.index.places.find(({ question }) => question.type === "ordering")?.question;
	if (mcq?.type !== "mcq" || ordering?.type !== "ordering") throw new Error("The sampler lacks a type.");
	const values = mcq.choices.slice(0, 1).map(({ value }) => value);
	await school.operate(session_id, {
		kind: "answer",
		question_id: mcq.id,
		answer: { type: "mcq", selected_options: values },
	});
	await school.operate(session_id, {
		kind: "answer",
		question_id: ordering.id,
		answer: {
			type: "ordering",
			ordered_items: ordering.items.map(({ text }) => text.ar ?? text.en).reverse(),
		},
	});
	await school.essay(session_id, "متعب اليوم");
	await school.start();
	const out = school.folder.file("sessions.csv");
	const ended = await school.run("export", "--rows", "sessions", "--out", out, "--bom");
	expect(ended).toMatchObject({ code: 0, stdout: "", stderr: expect.stringContaining("Wrote 2 rows") });

	const text = readFileSync(out, "utf8");
	expect(text.startsWith("\ufeffdisplay_id,")).toBe(true);
	const [header = "", row = "", second = ""] = text.slice(1).split("\r\n");
	const columns = header.split(",");
	const cells = row.split(",");
	const cell = (name: string) => cells[columns.indexOf(name)];
	expect(cell("display_id")).toBe(display_id);
	expect(cell("status")).toBe("active");
	expect(cell("email")).toBe("");
	expect(cell("questions_answered")).toBe("3");
	expect(cell(mcq.key)).toBe(values.join(" | "));
	expect(cell(ordering.key)).toBe(ordering.items.map((_, i) => ordering.items.length - i).join(" | "));
	expect(cell(keyOf("essay"))).toBe("متعب اليوم");
	expect(second.split(",")).toHaveLength(columns.length);
	expect(statSync(out).mode & 0o077).toBe(0);
	expect(readdirSync(school.folder.path).filter((name) => name.includes("partial"))).toEqual([]);
	expect(questionId(keyOf("essay"))).toBeGreaterThan(0);

	const codebook = readFileSync(school.folder.file("sessions.codebook.csv"), "utf8");
	for (const column of columns) expect(codebook).toContain(`,${column},`);
	expect(codebook).toContain(mcq.text.ar);
	expect(codebook).toContain(`${mcq.choices[0]?.value} = ${mcq.choices[0]?.label.en}`);
});

test("the codebook tells the scales of a question and where it is reverse-keyed", async () => {
	await using school = await aSchool();
	const out = school.folder.file("a.jsonl");
	const words = ["--rows", "sessions", "--format", "jsonl", "--assessment", "career-rhythm"];
	const book = school.folder.file("book.csv");
	await school.run("export", ...words, "--out", out, "--codebook", book);
	const scoring = (await school.store.assessments.latest("career-rhythm"))?.scoring;
	const reversed = scoring?.scales.flatMap(({ key, items }) =>
		items.filter(({ reverse }) => reverse).map(({ question }) => ({ scale: key, question })),
	);
	const lines = readFileSync(book, "utf8").split("\r\n");
	expect(reversed?.length).toBeGreaterThan(5);
	for (const { scale, question } of reversed ?? []) {
		const line = lines.find((one) => one.startsWith(`career-rhythm,${question},`));
		expect(line?.split(",").at(-2), question).toContain(scale);
	}
	expect(readFileSync(out, "utf8")).toBe("");
});

test("an export is one moment: what is written meanwhile is not in it, and a reader that stops early is no error", async () => {
	await using school = await aSchool();
	for (let i = 0; i < 400; i += 1) {
		const { session_id } = await school.start();
		await school.essay(session_id, "a".repeat(200));
	}
	const { child, ended } = startFile(CLI, ["export", "--format", "jsonl"], {
		env: { PATH: process.env["PATH"], DATABASE_URL: school.place.address },
	});
	await new Promise((resolve) => child.stdout?.once("data", resolve));
	child.stdout?.pause();
	const late = await school.start();
	await school.essay(late.session_id, "too late");
	child.stdout?.resume();
	const { stdout, code } = await ended;
	expect(code).toBe(0);
	expect(stdout.trim().split("\n")).toHaveLength(400);
	expect(stdout).not.toContain("too late");

	const stopped = startFile(CLI, ["export"], {
		env: { PATH: process.env["PATH"], DATABASE_URL: school.place.address },
	});
	await new Promise((resolve) => stopped.child.stdout?.once("data", resolve));
	stopped.child.stdout?.destroy();
	expect(await stopped.ended).toMatchObject({ code: 0, stderr: "" });
});

test("an export to a place that cannot be written says so", async () => {
	await using school = await aSchool();
	const out = school.folder.file("none/a.csv");
	const ended = await school.run("export", "--out", out);
	expect(ended).toMatchObject({ code: 1, stderr: `${out} cannot be written: ENOENT.\n` });
	const unknown = await school.run("export", "--assessment", "none");
	expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('no assessment "none"') });
});

/** The lines of a JSON export. */
const linesOf = (text: string) =>
	text
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as Record<string, unknown>);

test("export --rows sessions says which sessions of other assessments it leaves out, unless one was asked for", async () => {
	await using school = await aSchool();
	await school.start();
	const other = await school.store.assessments.latest("career-rhythm");
	if (!other) throw new Error("career-rhythm is missing.");
	for (let i = 0; i < 2; i += 1) {
		const request = { operation_id: null, version: other, replaces: null, language: "en" } as const;
		await school.store.sessions.start(request);
	}
	const out = school.folder.file("sessions.csv");
	const words = ["export", "--rows", "sessions"];
	const left = "; 2 sessions of career-rhythm left out (--assessment career-rhythm).";
	expect((await school.run(...words, "--out", out)).stderr).toContain(
		`Wrote 1 row of sampler to ${out}${left}`,
	);
	const piped = await school.run(...words);
	expect(piped).toMatchObject({ code: 0, stderr: `Wrote 1 row of sampler${left}\n` });
	expect(piped.stdout).not.toContain("Wrote");

	expect(await school.run(...words, "--assessment", "sampler")).toMatchObject({ code: 0, stderr: "" });
	const all = school.folder.file("answers.csv");
	expect((await school.run("export", "--out", all)).stderr).toContain(`Wrote 0 rows to ${all}.\n`);
});

test("export --rows sessions holds the stored result of each scale, and the codebook explains its columns", async () => {
	await using school = await aSchool();
	await school.start();
	const { session_id } = await school.start();
	const found = await school.store.sessions.load(session_id);
	const version = await school.store.assessments.latest("career-rhythm");
	if (!found || !version?.scoring) throw new Error("career-rhythm has no scoring.");
	const request = { operation_id: null, version, replaces: null, language: "en" } as const;
	await school.store.sessions.start(request);
	const scored = await school.store.sessions.start(request);
	const session = scored.ok ? await school.store.sessions.load(scored.session.state.session_id) : null;
	const scale = version.scoring.scales[0]!;
	const [first, ...rest] = scale.items;
	const profile = (...answered: typeof scale.items) =>
		scoreSession(
			version.index.assessment,
			version.scoring!,
			new Map(
				answered.map(({ question }) => {
					const place = version.index.places.find((one) => one.question.key === question)!;
					return [place.question.id, { type: "slider", value: 4 }];
				}),
			),
		);
	await school.store.scores.save(session!.response_id, profile(first!), null);
	await school.store.scores.save(session!.response_id, profile(first!, ...rest), null);
	const words = ["export", "--rows", "sessions", "--assessment", "career-rhythm"];
	const lines = linesOf((await school.run(...words, "--format", "jsonl")).stdout);
	expect(lines[0]).toMatchObject({ [`score:${scale.key}`]: null, [`score_status:${scale.key}`]: null });
	expect(lines[1]).toMatchObject({
		[`score:${scale.key}`]: 4,
		[`score_label:${scale.key}`]: "In the higher part of the range",
		[`score_status:${scale.key}`]: "complete",
	});
	const other = version.scoring.scales[1]!;
	expect(lines[1]).toMatchObject({
		[`score:${other.key}`]: null,
		[`score_label:${other.key}`]: null,
		[`score_status:${other.key}`]: "not_enough",
	});

	const out = school.folder.file("scored.csv");
	await school.run(...words, "--out", out);
	const columns = readFileSync(out, "utf8").split("\r\n")[0]!.split(",");
	expect(columns.filter((name) => name.startsWith("score:"))).toHaveLength(version.scoring.scales.length);
	const codebook = readFileSync(school.folder.file("scored.codebook.csv"), "utf8");
	for (const column of columns) expect(codebook).toContain(`,${column},`);
	expect(codebook).toContain(
		`career-rhythm,score:${scale.key},"${scale.name.en}: the mean of its answered items`,
	);
});

test("export --rows sessions holds the results of adopted sessions as they were stored", async () => {
	await using predecessor = await aPredecessorDatabase(engine, "guide");
	const { url } = predecessor;
	const address = url.dialect === "sqlite" ? `sqlite:${url.file}` : url.url;
	expect(await carhythm(address, "migrate", "adopt", "--no-backup")).toMatchObject({ code: 0 });
	const { stdout } = await carhythm(address, "export", "--rows", "sessions", "--format", "jsonl");
	const lines = linesOf(stdout);
	expect(lines.length).toBeGreaterThan(5);
	const amal = lines.find(({ full_name }) => full_name === "Amal");
	expect(amal).toMatchObject({
		"score:interest-r": 24,
		"score:interest-i": 30,
		"score_label:interest-r": "Low",
		"score_status:interest-r": null,
		"score:trait-o": 4,
		"score_label:trait-o": "High",
		// No question of this trait is left; its stored score is exported all the same.
		"score:trait-a": 5,
	});
	for (const line of lines) if (line !== amal) expect(line["score:interest-r"]).toBe(null);
});

test("export writes over no file without --force, neither the table nor the codebook", async () => {
	await using school = await aSchool();
	await school.start();
	const out = school.folder.file("a.csv");
	const book = school.folder.file("a.codebook.csv");
	writeFileSync(book, "mine");
	const refusal = (file: string) => ({
		code: 4,
		stdout: "",
		stderr: `${file} is there already. Choose another name, or add --force to write over it. Nothing was written.\n`,
	});
	expect(await school.run("export", "--out", out)).toMatchObject(refusal(book));
	expect(existsSync(out)).toBe(false);
	expect(await school.run("export", "--codebook", book)).toMatchObject(refusal(book));
	writeFileSync(out, "mine too");
	expect(await school.run("export", "--out", out)).toMatchObject(refusal(out));
	expect([out, book].map((file) => readFileSync(file, "utf8"))).toEqual(["mine too", "mine"]);

	expect(await school.run("export", "--out", out, "--force")).toMatchObject({ code: 0 });
	expect(readFileSync(out, "utf8")).toContain("display_id");
	expect(readFileSync(book, "utf8")).toContain("display_id");
	const same = await school.run("export", "--out", out, "--codebook", out, "--force");
	expect(same).toMatchObject({ code: 2, stderr: "--out and --codebook name the same file.\n" });
});

test("export --without-person has no column that tells who a student is, neither does its codebook", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await school.essay(session_id, "In the mountains.");
	const person = { email: "canary@school.example", full_name: "Canary", age_group: "16", country: "X" };
	await school.store.sessions.saveStudentInfo(session_id, { ...person, origin_country: "Y" });
	const out = school.folder.file("a.csv");
	const done = await school.run("export", "--rows", "sessions", "--without-person", "--out", out);
	expect(done).toMatchObject({ code: 0 });
	const [header = "", row = ""] = readFileSync(out, "utf8").split("\r\n");
	expect(row.split(",")).toHaveLength(header.split(",").length);
	expect(row).toContain(display_id);
	expect(row).toContain("In the mountains.");
	const book = readFileSync(school.folder.file("a.codebook.csv"), "utf8");
	for (const text of [header, row, book]) expect(text).not.toMatch(/full_name|email|country|age_group|anary/);
});

test("export --out follows no link and keeps the modes of no file that was there", async () => {
	await using school = await aSchool();
	const { session_id } = await school.start();
	await school.essay(session_id, "canary");
	const precious = school.folder.file("precious.txt");
	writeFileSync(precious, "mine");
	chmodSync(precious, 0o644);
	const out = school.folder.file("a.csv");
	const book = school.folder.file("a.codebook.csv");
	// The name that was written to in former versions, and the files themselves.
	for (const link of [`${out}.partial`, `${book}.partial`, out, book]) symlinkSync(precious, link);
	expect(await school.run("export", "--out", out, "--force")).toMatchObject({ code: 0 });
	expect([readFileSync(precious, "utf8"), statSync(precious).mode & 0o777]).toEqual(["mine", 0o644]);
	expect(readFileSync(out, "utf8")).toContain("canary");
	for (const file of [out, book]) {
		expect([file, lstatSync(file).isFile(), lstatSync(file).mode & 0o777]).toEqual([file, true, 0o600]);
	}

	chmodSync(out, 0o644);
	expect(await school.run("export", "--out", out, "--force")).toMatchObject({ code: 0 });
	expect(statSync(out).mode & 0o777).toBe(0o600);
	const folder = school.folder.file("folder");
	mkdirSync(folder);
	const refused = await school.run("export", "--out", folder, "--force");
	expect(refused).toMatchObject({
		code: 4,
		stderr: `${folder} is no file to write over. Nothing was written.\n`,
	});
});
