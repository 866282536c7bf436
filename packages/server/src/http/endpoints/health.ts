import { HealthReply } from "@carhythm/core";
import * as z from "zod/mini";
import type { Deps } from "../context.ts";
import type { Api, Outcome } from "../endpoint.ts";

const ProcessReply = z.object({ status: z.literal("ok") });
const ReadyReply = z.object({
	status: z.literal("ok"),
	/** There while the disk is too full to begin sessions; all else goes on. */
	disk: z.optional(z.literal("low")),
	/** There where the server's role may not delete: what has had its day is then removed by its operator. */
	retention: z.optional(z.literal("not_permitted")),
});

/** Whether the API, the process and the database are there. */
export function mountHealth(api: Api, deps: Pick<Deps, "store" | "disk">): void {
	const ping = shareCalls(() => deps.store.ping());
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
			"503 while the database does not answer. `disk` is `low` while no session is begun for want of room; answers are taken all the same, so requests should be sent. `retention` is `not_permitted` where the server's role on PostgreSQL may not delete sessions, and its operator has to run `carhythm purge`.",
		reply: { schema: ReadyReply, description: "They should" },
		problems: ["storage_unavailable"],
		handle: async (): Promise<Outcome<z.infer<typeof ReadyReply>>> => {
			const { may_purge } = await ping();
			const isLow = (await deps.disk?.look())?.is_low ?? false;
			const body: z.infer<typeof ReadyReply> = { status: "ok" };
			if (isLow) body.disk = "low";
			if (!may_purge) body.retention = "not_permitted";
			return { ok: true, body };
		},
	});
}

/** Those who ask while one call is under way share it: `/readyz` has no limit, and costs a query. */
function shareCalls<T>(call: () => Promise<T>): () => Promise<T> {
	let under_way: Promise<T> | null = null;
	return () => {
		under_way ??= call().finally(() => {
			under_way = null;
		});
		return under_way;
	};
}
