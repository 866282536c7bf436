import { HealthReply } from "@carhythm/core";
import * as z from "zod/mini";
import type { Deps } from "../context.ts";
import type { Api } from "../endpoint.ts";

const ProcessReply = z.object({ status: z.literal("ok") });

/** Whether the API, the process and the database are there. */
export function mountHealth(api: Api, deps: Pick<Deps, "store">): void {
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
		tag: "Service",
		summary: "Whether requests should be sent here",
		description: "503 while the database does not answer.",
		reply: { schema: ProcessReply, description: "They should" },
		problems: ["storage_unavailable"],
		handle: async () => {
			await deps.store.ping();
			return { ok: true, body: { status: "ok" } };
		},
	});
}
