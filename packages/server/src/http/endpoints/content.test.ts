import { describe, expect, test } from "vitest";
import { anApp, type TestApp } from "../../../test/an-app.ts";

const pagesOf = (app: TestApp) => [...app.version.index.pages.keys()];

test("the minutes of a module are those of its chapter, whatever its number of pages", async () => {
	await using app = await anApp();
	const { body } = await app.get("/api/v2/modules");
	const { chapters } = app.version.index.assessment;
	expect((body as unknown as { estimated_minutes: number }[]).map((one) => one.estimated_minutes)).toEqual(
		chapters.map((chapter) => chapter.estimated_minutes),
	);
	expect(chapters.some(({ pages }) => pages.length > 1)).toBe(true);
});

test("modules are the chapters of the default assessment", async () => {
	await using app = await anApp();
	const { body } = await app.get("/api/v2/modules");
	const pages = pagesOf(app);
	expect(body).toEqual([
		{
			id: pages[0],
			name: "Scales",
			emoji: "📝",
			title: "Chapter: Scales",
			description: null,
			total_pages: 1,
			total_questions: 2,
			estimated_minutes: 1,
			theme: "default",
			chapter_number: 1,
			order_index: 1,
		},
		expect.objectContaining({
			id: pages[1],
			name: "Choices and words",
			total_pages: 2,
			total_questions: 3,
			order_index: 2,
		}),
	]);
});

describe("questions", () => {
	test("come page by page, each with the options of its type", async () => {
		await using app = await anApp();
		const [first, second, last] = pagesOf(app);
		const scales = await app.get(`/api/v2/questions?page_id=${first}`);
		expect(scales.body).toMatchObject({
			page: {
				id: first,
				title: "On a scale",
				module: "Scales",
				chapter_number: 1,
				completion_message: "One chapter done, one to go.",
			},
			questions: [
				{ id: app.question("team"), type: "slider", text: "I like to work in a team.", required: true },
				{
					type: "slider",
					options: {
						min: 0,
						max: 100,
						step: 5,
						min_label: "None at all",
						max_label: "More than enough",
						scale_labels: [],
						item_id: "energy",
					},
				},
			],
			navigation: {
				current_page: 1,
				total_pages: 3,
				is_first: true,
				is_last: false,
				previous_page_id: null,
				next_page_id: second,
			},
		});
		expect((await app.get(`/api/v2/questions?page_id=${second}`)).body).toMatchObject({
			questions: [
				{
					type: "mcq",
					options: { multiple: true, choices: [{ label: "By reading", value: "reading" }, {}, {}, {}] },
				},
				{ type: "ordering", options: { randomize: true, items: [{ text: "Good people" }, {}, {}, {}] } },
			],
		});
		expect((await app.get(`/api/v2/questions?page_id=${last}`)).body).toMatchObject({
			questions: [{ type: "essay", required: false, options: { char_limit: 300 } }],
			navigation: { current_page: 3, is_last: true, next_page_id: null },
		});
	});

	test("speak Arabic when asked, English field by field where Arabic is missing, English for any other language", async () => {
		await using app = await anApp();
		const [first] = pagesOf(app);
		const arabic = await app.get(`/api/v2/questions?page_id=${first}&language=ar`);
		expect(arabic.body).toMatchObject({
			page: { title: "على مقياس", module: "مقاييس" },
			questions: [{ text: "أحب العمل ضمن فريق." }, { options: { min_label: "لا شيء" } }],
		});
		const unknown = await app.get(`/api/v2/questions?page_id=${first}&language=xx%00`);
		expect(unknown.body).toMatchObject({ page: { title: "On a scale" } });
	});

	test.each([
		["", 422],
		["?page_id=x", 422],
		["?page_id=1;drop", 422],
		["?page_id=%00", 422],
		["?page_id=999999", 404],
		["?page_id=-1", 404],
	])("of %j are a problem with status %d", async (query, status) => {
		await using app = await anApp();
		expect((await app.get(`/api/v2/questions${query}`)).status).toBe(status);
	});
});

describe("assessments", () => {
	test("the latest one is what a new session gets, and a version never changes", async () => {
		await using app = await anApp({ career_rhythm: true });
		const latest = await app.get("/api/v2/assessments/latest");
		expect(latest.body).toMatchObject({
			assessment: { key: "sampler", version: 1 },
			session_expiry_days: 30,
		});
		expect(latest.headers.get("cache-control")).toBe("no-store");
		const named = await app.get("/api/v2/assessments/latest?key=career-rhythm");
		expect(named.body).toMatchObject({ assessment: { key: "career-rhythm" } });
		const version = await app.get(`/api/v2/assessments/${named.body["version_id"]}`);
		expect(version.body["assessment"]).toEqual(named.body["assessment"]);
		expect(version.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
	});

	test("a version that a client has already is not sent again", async () => {
		await using app = await anApp();
		const path = `/api/v2/assessments/${app.version.version_id}`;
		const tag = (await app.app.request(path)).headers.get("etag") ?? "";
		expect(tag).toMatch(/^W\/"[\w-]{22}"$/);
		const again = (known: string) => app.app.request(path, { headers: { "If-None-Match": known } });
		for (const known of [tag, `"other", ${tag}`, tag.slice(2), "*"]) {
			const reply = await again(known);
			expect([known, reply.status, await reply.text()]).toEqual([known, 304, ""]);
		}
		expect((await again('"other"')).status).toBe(200);
	});

	test("unknown ones are 404", async () => {
		await using app = await anApp();
		for (const path of [
			"latest?key=none",
			"latest?key=%00",
			"latest?key=",
			"999",
			"-1",
			"one",
			"1.5",
			"2147483648",
			"9007199254740993",
		]) {
			const reply = await app.get(`/api/v2/assessments/${path}`);
			expect([path, reply.status, reply.body["code"]]).toEqual([path, 404, "assessment_not_found"]);
			expect(reply.headers.get("cache-control")).toBe("no-store");
		}
	});

	test("never show how they are scored", async () => {
		await using app = await anApp({ career_rhythm: true });
		const { body } = await app.get("/api/v2/assessments/latest?key=career-rhythm");
		const version = await app.assessments.latest("career-rhythm");
		const pages = [...(version?.index.pages.keys() ?? [])];
		const questions = await Promise.all(pages.map((id) => app.get(`/api/v2/questions?page_id=${id}`)));
		const modules = await app.get("/api/v2/modules");
		const fields = new Set([body, modules.body, ...questions.map((reply) => reply.body)].flatMap(fieldNames));
		expect(fields).toContain("scale_labels");
		const secret = [...fields].filter((name) =>
			/revers|scor|^scales?$|domain|facet|instrument|tags|weight/.test(name),
		);
		expect(secret).toEqual([]);
	});
});

function fieldNames(value: unknown): string[] {
	if (typeof value !== "object" || value === null) return [];
	const own = Array.isArray(value) ? [] : Object.keys(value);
	return [...own, ...Object.values(value).flatMap(fieldNames)];
}
