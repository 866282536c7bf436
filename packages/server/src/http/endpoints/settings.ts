import { ADOPTED_KEY, PROBLEM_TEXTS, ProblemTextsReply, ThemeReply } from "@carhythm/core";
import type * as z from "zod/mini";
import type { Deps } from "../context.ts";
import type { Api } from "../endpoint.ts";

type Theme = z.infer<typeof ThemeReply>;

const THEME: Theme = {
	primary_color: "#6d3b8e",
	secondary_color: "#f1e7f7",
	accent_color: "#e2504f",
	welcome_message: "Find your rhythm",
	welcome_subtitle: "An assessment of what you like doing, what you are like, and how you work.",
	thank_you_message: "Thank you. Your answers are saved.",
	logo_url: null,
	brand_name: "CaRhythm",
};

/** What the existing product replies: its front ends keep their look where its content is served. */
const THEME_OF_ADOPTED: Theme = {
	primary_color: "#6D3B8E",
	secondary_color: "#FF6B6B",
	accent_color: "#F9C74F",
	welcome_message: "Your Career Story Begins Here",
	welcome_subtitle: "Discover the rhythm of your professional journey",
	thank_you_message: "You Found Your Rhythm!",
	logo_url: "/static/img/logo.png",
	brand_name: "CaRhythm",
};

/** How front ends look. */
export function mountSettings(api: Api, deps: Deps): void {
	api.add({
		method: "get",
		path: "/api/v2/settings/theme",
		tag: "Service",
		summary: "Colours and words of the front end",
		description: "The setting THEME replaces what it names.",
		reply: { schema: ThemeReply, description: "The theme" },
		problems: [],
		handle: async () => {
			const version = await deps.store.assessments.latestDefault();
			const isAdopted = version?.index.assessment.key === ADOPTED_KEY;
			return { ok: true, body: { ...(isAdopted ? THEME_OF_ADOPTED : THEME), ...deps.config.theme } };
		},
	});
	api.add({
		method: "get",
		path: "/api/v2/problem-texts",
		tag: "Service",
		summary: "What a student reads for each problem code",
		description: "In every language, for clients to keep: `detail` of a problem is in English.",
		reply: { schema: ProblemTextsReply, description: "A text by each code of `ProblemCode`" },
		problems: [],
		compress: true,
		handle: async () => ({ ok: true, body: PROBLEM_TEXTS }),
	});
}
