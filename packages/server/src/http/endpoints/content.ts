import {
	AssessmentReply,
	inLanguage,
	Key,
	type Language,
	LatestAssessmentReply,
	type LocalizedText,
	ModulesReply,
	type Page,
	parseLanguage,
	type Question,
	QuestionsReply,
	refuse,
} from "@carhythm/core";
import type { Context } from "hono";
import type * as z from "zod/mini";
import type { AssessmentStore, AssessmentVersion, ServedPage } from "../../db/store.ts";
import { serverTypeOf } from "../../question-types/index.ts";
import type { Localizer } from "../../question-types/question-type.ts";
import type { Deps, Env } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";
import { integerParameter, PAGE_ID, parseInteger, readInteger } from "../request/query.ts";

const UNKNOWN_ASSESSMENT = {
	ok: false,
	refusal: refuse("assessment_not_found", "There is no such assessment on this server."),
} as const;

/** The name of the module of pages that name none. */
const UNNAMED_MODULE = "Assessment";

/** What is asked: as modules and pages for existing clients, as one immutable document for ours. */
export function mountContent(api: Api, deps: Deps): void {
	api.add({
		method: "get",
		path: "/api/v2/modules",
		tag: "Content",
		summary: "The modules of the default assessment",
		reply: { schema: ModulesReply, description: "In order; `id` is the module's first page" },
		problems: [],
		compress: true,
		handle: async () => {
			const { assessments } = deps.store;
			const version = await assessments.latestDefault();
			return { ok: true, body: modulesOf(version ? await assessments.pagesOf(version) : []) };
		},
	});
	api.add({
		method: "get",
		path: "/api/v2/questions",
		tag: "Content",
		summary: "One page of questions",
		description: "Text falls back to English field by field.",
		query: [
			PAGE_ID,
			{
				name: "language",
				required: false,
				description: "`en` or `ar`; anything else means English",
				schema: { type: "string" },
			},
		],
		reply: { schema: QuestionsReply, description: "The page, its questions, and the way to its neighbours" },
		problems: ["page_not_found", "invalid_body"],
		compress: true,
		handle: ({ c }) => questions(deps, c),
	});
	api.add({
		method: "get",
		path: "/api/v2/assessments/latest",
		tag: "Content",
		summary: "The assessment that a new session gets",
		query: [
			{
				name: "key",
				required: false,
				description: "The key of an assessment; the default one when absent",
				schema: { type: "string" },
			},
		],
		reply: {
			schema: LatestAssessmentReply,
			description: "Its newest version, and for how many days a session is kept",
		},
		problems: ["assessment_not_found"],
		compress: true,
		handle: ({ c }) => latest(deps, c.req.query("key")),
	});
	api.add({
		method: "get",
		path: "/api/v2/assessments/{version_id}",
		tag: "Content",
		summary: "One version of an assessment",
		description: "Immutable: it may be kept for ever.",
		reply: { schema: AssessmentReply, description: "The version, without its scoring keys" },
		problems: ["assessment_not_found"],
		immutable: true,
		compress: true,
		handle: ({ c }) => byId(deps, parseInteger(c.req.param("version_id"))),
	});
}

async function latest(deps: Deps, key: string | undefined): Promise<Outcome<LatestAssessmentReply>> {
	const { assessments } = deps.store;
	const version = await (key === undefined ? assessments.latestDefault() : byKey(assessments, key));
	if (!version) return UNKNOWN_ASSESSMENT;
	const { session_expiry_days } = deps.config;
	return { ok: true, body: { ...assessmentReply(version), session_expiry_days } };
}

async function byKey(assessments: AssessmentStore, given: string): Promise<AssessmentVersion | null> {
	const key = Key.safeParse(given);
	return key.success ? assessments.latest(key.data) : null;
}

async function byId(deps: Deps, version_id: number | null): Promise<Outcome<AssessmentReply>> {
	const version = version_id === null ? null : await deps.store.assessments.byId(version_id);
	return version ? { ok: true, body: assessmentReply(version) } : UNKNOWN_ASSESSMENT;
}

/** A version as the browser may see it: `scoring` stays here. */
function assessmentReply({ version_id, index }: AssessmentVersion): AssessmentReply {
	return { version_id, assessment: index.assessment };
}

/** Pages that share a module name are one module, as clients of the existing product read them. */
function modulesOf(pages: readonly ServedPage[]): z.infer<typeof ModulesReply> {
	const modules = Map.groupBy(pages, ({ module_name }) => module_name || UNNAMED_MODULE);
	return [...modules].flatMap(([name, own]) => {
		const [first] = own;
		if (!first) return [];
		const total_questions = own.reduce((total, { questions }) => total + questions, 0);
		const minutes = own.reduce((total, { estimated_minutes }) => total + (estimated_minutes ?? 0), 0);
		return {
			id: first.id,
			name,
			emoji: first.module_emoji || "📝",
			title: `Chapter: ${name}`,
			description: first.description,
			total_pages: own.length,
			total_questions,
			estimated_minutes: minutes || Math.max(5, Math.floor(total_questions / 10)),
			theme: "default" as const,
			chapter_number: first.chapter_number ?? 0,
			order_index: first.order_index,
		};
	});
}

async function questions(deps: Deps, c: Context<Env>): Promise<Outcome<z.infer<typeof QuestionsReply>>> {
	const page_id = readInteger(c, "page_id");
	if (page_id === null) return integerParameter("page_id");
	const version = await deps.store.assessments.byPage(page_id);
	const page = version?.index.pages.get(page_id);
	if (!version || !page) return { ok: false, refusal: refuse("page_not_found", "There is no such page.") };
	const row = (await deps.store.assessments.pagesOf(version)).find(({ id }) => id === page_id);
	const text = localizer(parseLanguage(c.req.query("language")));
	return {
		ok: true,
		body: {
			page: describePage({ version, page, row }, text),
			questions: page.questions.map((question) => describeQuestion(question, text)),
			navigation: navigationAround(version, page_id),
		},
	};
}

function localizer(language: Language): Localizer {
	const read = (text: LocalizedText | undefined) => (text ? inLanguage(text, language) : null);
	return read as Localizer;
}

function describePage(
	{ version, page, row }: { version: AssessmentVersion; page: Page; row: ServedPage | undefined },
	text: Localizer,
): z.infer<typeof QuestionsReply>["page"] {
	const chapter = version.index.assessment.chapters.find(({ pages }) => pages.includes(page));
	// A page that names no module is a chapter of its own here, and has no module for clients.
	const module = row?.module_name ? chapter : undefined;
	return {
		id: page.id,
		title: text(page.title),
		description: text(page.description),
		module: text(module?.title),
		module_emoji: row?.module_emoji ?? null,
		module_description: text(module?.description),
		chapter_number: row?.chapter_number ?? null,
		estimated_minutes: row?.estimated_minutes ?? null,
		module_color_primary: row?.module_color_primary ?? null,
		module_color_secondary: row?.module_color_secondary ?? null,
		completion_message: text(chapter?.completion_message),
	};
}

function navigationAround(
	{ index }: AssessmentVersion,
	page_id: number,
): z.infer<typeof QuestionsReply>["navigation"] {
	const pages = [...index.pages.keys()];
	const position = pages.indexOf(page_id);
	return {
		current_page: position + 1,
		total_pages: pages.length,
		is_first: position === 0,
		is_last: position === pages.length - 1,
		previous_page_id: pages[position - 1] ?? null,
		next_page_id: pages[position + 1] ?? null,
	};
}

function describeQuestion(
	question: Question,
	text: Localizer,
): z.infer<typeof QuestionsReply>["questions"][number] {
	const shared = {
		id: question.id,
		text: text(question.text),
		scene_title: text(question.scene_title),
		scene_narrative: text(question.scene_narrative),
		scene_image: question.scene_image ?? null,
		scene_theme: question.scene_theme ?? null,
		required: question.required,
	};
	const item_id = question.item_id === undefined ? question.key : question.item_id;
	return serverTypeOf(question).onPage(question, shared, { text, item_id });
}
