import { describe, expect, test } from "vitest";
import { aPredecessorClient } from "../../testing/predecessor/client.ts";
import { aPredecessorDatabase } from "../../testing/predecessor/databases.ts";
import { migrateUp } from "../runner.ts";

const SESSION = "00000000-0000-4000-8000-000000000002";

const module = (id: number, name: string, more: object) => ({
	id,
	name,
	title: `Chapter: ${name}`,
	emoji: "🧭",
	description: null,
	estimated_minutes: 5,
	theme: "default",
	...more,
});

describe.each(["sqlite", "postgres"] as const)("the existing product's clients on %s", (engine) => {
	test("are served its own content, in both languages, and its answers are taken", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "guide");
		const database = await predecessor.open();
		const { notes } = await migrateUp(database, { adopt: true });
		const { askBody, start } = aPredecessorClient(database);

		expect(await askBody("modules")).toEqual([
			module(1, "Your interests", {
				description: "No answer is wrong.",
				total_pages: 2,
				total_questions: 8,
				// The sum of its pages.
				estimated_minutes: 10,
				chapter_number: 1,
				order_index: 1,
			}),
			module(3, "Your style", { total_pages: 1, total_questions: 3, chapter_number: 2, order_index: 4 }),
			module(5, "Your words", { total_pages: 1, total_questions: 4, chapter_number: 3, order_index: 5 }),
		]);

		const places = await askBody("questions?page_id=2&language=ar");
		expect(places).toMatchObject({
			page: { id: 2, title: "صفحة 2", module: "اهتماماتك", completion_message: "اكتمل فصل." },
			navigation: { current_page: 2, total_pages: 4, previous_page_id: 1, next_page_id: 3 },
			questions: [
				{
					id: 7,
					type: "mcq",
					text: "أين تفضل العمل؟",
					required: true,
					options: {
						multiple: false,
						// The option that was never translated is shown in English.
						choices: [
							{ label: "في ورشة", value: "A" },
							{ label: "في مختبر", value: "B" },
							{ label: "On a stage", value: "C" },
						],
					},
				},
				{
					id: 8,
					text: "Which tools do you use?",
					required: false,
					options: {
						multiple: true,
						choices: ["Hammer", "Microscope", "Brush"].map((text) => ({ label: text, value: text })),
					},
				},
			],
		});
		expect(JSON.stringify(places)).not.toMatch(/score_value|domain|tags/);

		expect(await askBody("questions?page_id=3&language=en")).toMatchObject({
			page: { title: "How you are", module: "Your style", chapter_number: 2 },
			questions: [
				{
					id: 9,
					options: {
						min: 1,
						max: 5,
						step: 1,
						scale_labels: ["Not at all", "A little", "Somewhat", "Quite", "Very much"],
					},
				},
				{ id: 10 },
				{
					id: 11,
					options: { min: 0, max: 100, step: 1, min_label: "None", max_label: "Plenty", scale_labels: [] },
				},
			],
		});
		// Labels of steps have no Arabic column: they are shown in English, and the adoption says so.
		expect(await askBody("questions?page_id=1&language=ar")).toMatchObject({
			questions: [
				{
					id: 1,
					text: "أحب النشاط 1.",
					options: { scale_labels: ["Not at all", "A little", "Somewhat", "Quite", "Very much"] },
				},
				...Array.from({ length: 5 }, () => ({})),
			],
		});
		expect(notes).toContain(
			"own_content: 40 labels of scale steps have no Arabic text; students who read Arabic see the English ones",
		);
		expect(await askBody("questions?page_id=5&language=ar")).toMatchObject({
			questions: [
				{
					id: 13,
					options: { randomize: true, items: [{ text: "المال" }, { text: "المعنى" }, { text: "الإتقان" }] },
				},
				{
					id: 14,
					options: { randomize: false, items: [{ text: "Plan" }, { text: "Do" }, { text: "Look" }] },
				},
				{
					id: 15,
					scene_title: "الباب المفتوح",
					scene_image: "/scenes/door.png",
					options: { char_limit: 500 },
				},
				{ id: 16, scene_title: null, options: { char_limit: null } },
			],
		});
		// A page out of use was not served before either.
		expect(await askBody("questions?page_id=4")).toMatchObject({ code: "page_not_found" });

		const session_id = await start();
		const submit = (question_id: number, answer: object) =>
			askBody("answers/submit", { session_id, question_id, answer });
		expect(await submit(7, { type: "mcq", selected_options: ["C"] })).toMatchObject({ success: true });
		expect(
			await submit(13, { type: "ordering", ordered_items: ["المعنى", "المال", "الإتقان"] }),
		).toMatchObject({ success: true, progress: { questions_answered: 2, total_questions: 15 } });
	});

	test("find the sessions that they left, and stored profiles as they are", async () => {
		await using predecessor = await aPredecessorDatabase(engine, "names_lower");
		const database = await predecessor.open();
		await migrateUp(database, { adopt: true });
		const { askBody } = aPredecessorClient(database);
		expect(await askBody(`session/${SESSION}/validate`)).toMatchObject({ session: { status: "completed" } });
		expect(await askBody(`scores/${SESSION}`)).toMatchObject({
			cached: true,
			profile: { version: "1.2", riasec: { holland_code: "IRS", strength_labels: { I: "Low" } } },
		});
		const paused = SESSION.replace(/2$/, "4");
		expect(await askBody(`session/${paused}/validate`)).toMatchObject({
			valid: true,
			resumable: true,
			session: { status: "active", current_page_id: null },
			progress: { questions_answered: 3, total_questions: 15, total_xp: 30 },
		});
		expect(
			await askBody("answers/submit", {
				session_id: paused,
				question_id: 3,
				answer: { type: "slider", value: 5 },
			}),
		).toMatchObject({ success: true, xp_gained: 10, total_xp: 40 });
	});
});
