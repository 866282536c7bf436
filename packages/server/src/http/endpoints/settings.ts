import { ADOPTED_KEY, HealthReply, ThemeReply } from "@carhythm/core";
import * as z from "zod/mini";
import type { Deps } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";

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

const ProcessReply = z.object({ status: z.literal("ok") });
const ReadyReply = z.object({
	status: z.literal("ok"),
	/** There while the disk is too full to begin sessions; all else goes on. */
	disk: z.optional(z.literal("low")),
});

/** About this server. */
export function mountSettings(api: Api, deps: Deps): void {
	const ping = shareCalls(() => deps.store.ping());
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
		path: "/api/v2/health",
		tag: "Service",
		summary: "Whether the API is there",
		reply: { schema: HealthReply, description: "It is" },
		problems: [],
		handle: async () => ({ ok: true, body: { status: "healthy", version: "2.0" } }),
	});
	api.add({
		method: "get",
		path: "/healthz",
		unlimited: true,
		tag: "Service",
		summary: "Whether the process lives",
		description: "For a supervisor that restarts it. It does not look at the database.",
		reply: { schema: ProcessReply, description: "It lives" },
		problems: [],
		handle: async () => ({ ok: true, body: { status: "ok" } }),
	});
	api.add({
		method: "get",
		path: "/readyz",
		unlimited: true,
		tag: "Service",
		summary: "Whether requests should be sent here",
		description:
			"503 while the database does not answer. `disk` is `low` while no session is begun for want of room; answers are taken all the same, so requests should be sent.",
		reply: { schema: ReadyReply, description: "They should" },
		problems: ["storage_unavailable"],
		handle: async (): Promise<Outcome<z.infer<typeof ReadyReply>>> => {
			await ping();
			const isLow = (await deps.disk?.look())?.is_low ?? false;
			return { ok: true, body: isLow ? { status: "ok", disk: "low" } : { status: "ok" } };
		},
	});
}

/** Those who ask while one call is under way share it: `/readyz` has no limit, and costs a query. */
function shareCalls(call: () => Promise<void>): () => Promise<void> {
	let under_way: Promise<void> | null = null;
	return () => {
		under_way ??= call().finally(() => {
			under_way = null;
		});
		return under_way;
	};
}
