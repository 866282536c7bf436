// Rows as the existing product wrote them. Times are its texts; PostgreSQL reads them as UTC.

/** What a column of a fixture may hold. */
export type Cell = string | number | boolean | null;
export type FixtureRows = Readonly<Record<string, readonly Readonly<Record<string, Cell>>[]>>;

/** The words that the status column holds in some state of the product; null before there is such a column. */
export type StatusWords = { active: string; completed: string; abandoned: string };

const LABELS = JSON.stringify(["Not at all", "A little", "Somewhat", "Quite", "Very much"]);

const slider = (
	id: number,
	page_id: number,
	order_index: number,
	item_id: string | null,
	domain: string | null,
	more = {},
) => ({
	id,
	page_id,
	question_text: `I like activity ${id}.`,
	question_text_ar: `أحب النشاط ${id}.`,
	question_type: "slider",
	order_index,
	is_required: true,
	item_id,
	domain,
	scale_type: "likert_5",
	scale_labels: LABELS,
	reverse_scored: false,
	created_at: "2024-01-05 09:00:00",
	...more,
});

const page = (id: number, title: string, order_index: number, more = {}) => ({
	id,
	title,
	title_ar: `صفحة ${id}`,
	order_index,
	is_active: true,
	created_at: "2024-01-05 08:00:00",
	module_emoji: "🧭",
	estimated_minutes: 5,
	module_color_primary: "#5b2a86",
	module_color_secondary: "#9ac6c5",
	...more,
});

const interests = {
	module_name: "Your interests",
	module_name_ar: "اهتماماتك",
	module_description: "What draws you.",
	module_description_ar: "ما يجذبك.",
	chapter_number: 1,
};

const PAGES = [
	page(1, "What you like", 1, {
		...interests,
		description: "No answer is wrong.",
		description_ar: "لا خطأ هنا.",
	}),
	page(2, "Where you like it", 2, {
		...interests,
		completion_message: "One chapter done.",
		completion_message_ar: "اكتمل فصل.",
	}),
	page(3, "How you are", 4, { module_name: "Your style", chapter_number: 2, title_ar: null }),
	page(4, "No longer asked", 3, { ...interests, is_active: false }),
	page(5, "In your words", 5, { module_name: "Your words", module_name_ar: "كلماتك", chapter_number: 3 }),
];

const QUESTIONS = [
	...["R", "I", "A", "S", "E", "C"].map((type, n) => slider(1 + n, 1, 1 + n, `RIASEC_${type}1`, type)),
	{
		id: 7,
		page_id: 2,
		question_text: "Where would you rather work?",
		question_text_ar: "أين تفضل العمل؟",
		question_type: "mcq",
		order_index: 1,
		is_required: true,
		item_id: "PLACE",
		allow_multiple_selection: false,
		mcq_options: JSON.stringify([
			{ label: "In a workshop", value: "A", domain: "R", score_value: 5, tags: ["hands"] },
			{ label: "In a laboratory", value: "B", domain: "I", score_value: 5, tags: [] },
			{ label: "On a stage", value: "C", domain: "A", score_value: 5, tags: [] },
		]),
		// The third option was never translated.
		mcq_options_ar: JSON.stringify([
			{ label: "في ورشة", value: "A", domain: "R", score_value: 5 },
			{ label: "في مختبر", value: "B", domain: "I", score_value: 5 },
		]),
		created_at: "2024-01-05 09:00:00",
	},
	{
		id: 8,
		page_id: 2,
		question_text: "Which tools do you use?",
		question_type: "mcq",
		order_index: 2,
		is_required: false,
		allow_multiple_selection: true,
		mcq_options: JSON.stringify(["Hammer", "Microscope", "Brush"]),
		created_at: "2024-01-05 09:00:00",
	},
	slider(9, 3, 1, "O1", "O", { tags: JSON.stringify(["curious"]) }),
	slider(10, 3, 2, "N1", "N", { reverse_scored: true }),
	{
		...slider(11, 3, 3, "ENERGY", null),
		scale_type: "slider_0_100",
		scale_labels: null,
		slider_min_label: "None",
		slider_max_label: "Plenty",
		slider_min_label_ar: "لا شيء",
		slider_max_label_ar: "الكثير",
	},
	slider(12, 4, 1, "OLD1", "R"),
	{
		id: 13,
		page_id: 5,
		question_text: "Put these in order.",
		question_text_ar: "رتب ما يلي.",
		question_type: "ordering",
		order_index: 1,
		is_required: true,
		item_id: "ORDER",
		randomize_order: true,
		ordering_options: JSON.stringify([
			{ text: "Money", domain: "sustainability", tags: [] },
			{ text: "Meaning", domain: "love", tags: [] },
			{ text: "Mastery", domain: "mastery", tags: [] },
		]),
		ordering_options_ar: JSON.stringify([
			{ text: "المال", domain: "sustainability" },
			{ text: "المعنى", domain: "love" },
			{ text: "الإتقان", domain: "mastery" },
		]),
		created_at: "2024-01-05 09:00:00",
	},
	{
		id: 14,
		page_id: 5,
		question_text: "Which comes first?",
		question_type: "ordering",
		order_index: 2,
		is_required: true,
		randomize_order: false,
		ordering_options: JSON.stringify(["Plan", "Do", "Look"]),
		created_at: "2024-01-05 09:00:00",
	},
	{
		id: 15,
		page_id: 5,
		question_text: "Tell about a good day.",
		question_text_ar: "احك عن يوم جميل.",
		question_type: "essay",
		order_index: 3,
		is_required: true,
		essay_char_limit: 500,
		scene_title: "The open door",
		scene_title_ar: "الباب المفتوح",
		scene_narrative: "You stand before an open door.",
		scene_image_url: "/scenes/door.png",
		scene_theme: "dawn",
		created_at: "2024-01-05 09:00:00",
	},
	{
		id: 16,
		page_id: 5,
		question_text: "Anything else?",
		question_type: "essay",
		order_index: 4,
		is_required: false,
		created_at: "2024-01-05 09:00:00",
	},
];

const PLACEHOLDER = {
	email: "temp@temp.com",
	full_name: "In Progress",
	age_group: "temp",
	country: "temp",
	origin_country: "temp",
};
const person = (name: string) => ({
	email: `${name}@example.org`,
	full_name: name,
	age_group: "18-24",
	country: "Egypt",
	origin_country: "Egypt",
});

const sessionId = (id: number) => `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`;

const RESPONSES = [
	{ id: 1, ...PLACEHOLDER, created_at: "2024-03-01 08:00:00", completed_at: null, status: "active" },
	{
		id: 2,
		...person("Amal"),
		created_at: "2024-03-02 08:00:00",
		completed_at: "2024-03-02 09:30:15.250000",
		status: "active",
	},
	{ id: 3, ...PLACEHOLDER, created_at: "2024-03-03 08:00:00", completed_at: null, status: "abandoned" },
	{ id: 4, ...PLACEHOLDER, created_at: "2024-03-04 08:00:00", completed_at: null, status: "active" },
	{ id: 5, ...PLACEHOLDER, created_at: "2024-03-05 08:00:00.123456", completed_at: null, status: "active" },
	{
		id: 6,
		...person("Basma"),
		created_at: "2024-03-06 08:00:00",
		completed_at: "2024-03-06 10:00:00",
		status: "abandoned",
	},
	{ id: 8, ...PLACEHOLDER, created_at: "2024-03-08 08:00:00", completed_at: null, status: "active" },
	{
		id: 9,
		...person("Dina"),
		created_at: "2024-03-09 08:00:00",
		completed_at: "2024-03-09 09:00:00",
		status: "completed",
	},
] as const;

const mcq = (...selected_options: string[]) =>
	`{"selected_options": ${JSON.stringify(selected_options)}, "question_type": "mcq"}`;
const ordering = (...ordered_items: string[]) =>
	`{"ordered_items": ${JSON.stringify(ordered_items)}, "question_type": "ordering"}`;

const ANSWERS: readonly [
	response_id: number,
	question_id: number,
	answer: { value?: number; text?: string; json?: string },
][] = [
	[2, 1, { value: 5 }],
	[2, 7, { json: mcq("C") }],
	[2, 8, { json: mcq("Hammer", "Brush") }],
	[2, 13, { json: ordering("Meaning", "Mastery", "Money") }],
	[2, 15, { text: "A long walk." }],
	[3, 1, { value: 2 }],
	// The same question answered three times, and one twice with the same words.
	[4, 1, { value: 2 }],
	[4, 2, { value: 3 }],
	[4, 1, { value: 3 }],
	[4, 15, { text: "Sea and sun." }],
	[4, 15, { text: "Sea and sun." }],
	[4, 1, { value: 4 }],
	[5, 13, { json: ordering("المعنى", "المال", "الإتقان") }],
	[5, 15, { text: "يوم على البحر." }],
	[6, 1, { value: 1 }],
	[8, 1, { value: 4 }],
	[8, 12, { value: 3 }],
	[9, 1, { value: 3 }],
];

const PROFILE = {
	riasec: {
		raw_scores: { R: 24, I: 30, A: 18, S: 22, E: 20, C: 15 },
		strength_labels: { R: "Low", I: "Low", A: "Low", S: "Low", E: "Low", C: "Low" },
		holland_code: "IRS",
		top_domain: "I",
	},
	bigfive: { raw_scores: { O: 4, C: 3, E: 2, A: 5, N: 1 }, strength_labels: { O: "High" } },
	ikigai_zones: { love: { score: 3.5, level: "Medium" } },
	version: "1.2",
};

/** Everything that a populated fixture holds, by table, parents first. */
export function predecessorRows(words: StatusWords): FixtureRows {
	const status = (label: keyof StatusWords) => words[label];
	return {
		pages: PAGES,
		questions: QUESTIONS,
		student_responses: RESPONSES.map((row) => ({
			...row,
			session_id: sessionId(row.id),
			status: status(row.status),
			last_activity: row.completed_at ?? row.created_at,
			current_page_id: null,
			referrer: `leaflet ${row.id}`,
		})),
		question_answers: ANSWERS.map(([response_id, question_id, { value, text, json }], n) => ({
			id: n + 1,
			response_id,
			question_id,
			answer_text: text ?? null,
			answer_value: value ?? null,
			answer_json: json ?? null,
		})),
		assessment_scores: [
			{
				id: 1,
				response_id: 2,
				riasec_r_score: 24,
				riasec_profile: "IRS",
				riasec_complete: true,
				rhythm_profile: JSON.stringify(PROFILE),
				calculated_at: "2024-03-02 09:30:16",
				last_updated: "2024-03-02 09:30:16.500000",
			},
		],
		feedbacks: [
			{
				id: 1,
				session_id: sessionId(2),
				rating: 5,
				experience_text: "Clear.",
				would_recommend: true,
				created_at: "2024-03-02 09:40:00.000000",
			},
		],
		admins: [{ id: 1, username: "root", password_hash: "$2b$12$fixture", created_at: "2024-01-01 00:00:00" }],
		categories: [{ id: 1, name: "Interests", is_active: true, created_at: "2024-01-01 00:00:00" }],
		question_pool: [
			{
				id: 1,
				title: "Pool",
				question_text: "Pooled?",
				question_type: "essay",
				category_id: 1,
				usage_count: 0,
				created_at: "2024-01-01 00:00:00",
				updated_at: "2024-01-01 00:00:00",
			},
		],
		counsellor_notes: [
			{ id: 1, response_id: 2, note: "called" },
			{ id: 2, response_id: 2, note: "wrote" },
			{ id: 3, response_id: 4, note: "waits" },
		],
	};
}

/** A response whose start is no time at all; only SQLite keeps such a text. */
export const UNREADABLE = { id: 7, created_at: "yesterday" } as const;
