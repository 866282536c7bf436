import { existsSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { aSchool } from "../testing/a-school.ts";
import { CLI, startFile } from "../testing/run.ts";

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
	expect(existsSync(`${out}.partial`)).toBe(false);
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
