import { randomBytes } from "node:crypto";
import { toInstant } from "@carhythm/core";
import { pino } from "pino";
import { createApp } from "../../app.ts";
import { createStore } from "../../db/create-store.ts";
import type { Database } from "../../db/dialect.ts";
import { highestLimits } from "../../limits.ts";

/** Asks the app as a client of the predecessor does, on a database that was adopted from it. */
export function aPredecessorClient(database: Database) {
	const now = () => toInstant(Date.now());
	const app = createApp({
		store: createStore(database, { now, randomBytes, expiry_days: 30 }),
		config: { cors_origins: [], session_expiry_days: 30, limits: highestLimits() },
		log: pino({ level: "silent" }),
		now,
		randomBytes,
		web_root: null,
	});
	/** With a body it is a POST. */
	const ask = async (path: string, body?: object) => {
		const init = body && {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
		};
		const response = await app.request(`/api/v2/${path}`, init);
		return { status: response.status, body: (await response.json()) as Record<string, unknown> };
	};
	return {
		ask,
		askBody: async (path: string, body?: object) => (await ask(path, body)).body,
		/** As the existing front end calls it: without a body. */
		async start(): Promise<string> {
			const response = await app.request("/api/v2/session/start", { method: "POST" });
			return ((await response.json()) as { session_id: string }).session_id;
		},
	};
}
