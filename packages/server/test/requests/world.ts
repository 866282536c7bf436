import { randomBytes } from "node:crypto";
import type { SessionId } from "@carhythm/core";
import { pino } from "pino";
import { single } from "../../src/db/store.ts";
import type { OpenApiDocument, Operation } from "../../src/http/docs/openapi.ts";
import { createApp, type HttpConfig } from "../../src/index.ts";
import { highestLimits } from "../../src/limits.ts";
import { anOperationId } from "../../src/testing/stores/a-store.ts";
import { type AppChanges, anApp } from "../an-app.ts";
import { expectDocumented, type Reply } from "../documented.ts";

/** What can have become of a session when a request names it. */
export const STATES = [
	"active",
	"completed",
	"set aside",
	"expired",
	"to be erased",
	"former id",
	"secret ended",
] as const;
export type State = (typeof STATES)[number];

export type Endpoint = { name: string; method: string; path: string; operation: Operation };
export type Asked = {
	method: string;
	path: string;
	body?: unknown;
	headers?: Readonly<Record<string, string>>;
};
type Send = (asked: Asked) => Promise<Reply>;

/** The app with sessions in every state, and the same database behind apps with another configuration. */
export async function aWorld(changes: AppChanges = {}) {
	const base = await anApp({ ...changes, sleep: async () => {} });
	const document = (await (await base.app.request("/api/v2/openapi.json")).json()) as OpenApiDocument;
	const endpoints = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([key, operation]): Endpoint => {
			const method = key.toUpperCase();
			return { name: `${method} ${path}`, method, path, operation };
		}),
	);
	const { sessions, erasures } = base.store;

	/** Sends a request and holds the reply against the document. */
	const sendTo =
		(app: ReturnType<typeof createApp>): Send =>
		async ({ method, path, body, headers }) => {
			const response = await app.request(path, {
				method,
				headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
				...(body !== undefined && { body: bodyOf(body) }),
			});
			return expectDocumented(base.app, method, path, response);
		};

	async function end(session_id: SessionId, state: State): Promise<void> {
		const { version } = base;
		switch (state) {
			case "active":
				return;
			case "completed":
				await sessions.operate(single(session_id, anOperationId(), { kind: "complete" }));
				return;
			case "set aside":
				await sessions.start({ operation_id: null, version, replaces: session_id, language: "en" });
				return;
			case "expired":
				base.pass({ days: 31 });
				return;
			case "to be erased":
				await erasures.ask(session_id, anOperationId());
				return;
			case "former id":
				await sessions.leaveOthers(session_id, anOperationId());
				return;
			case "secret ended":
				await end(session_id, "completed");
				base.pass({ days: 91 });
				return;
		}
	}
	return {
		...base,
		document,
		endpoints,
		end,
		ask: sendTo(base.app),
		async session(): Promise<SessionId> {
			const started = await sessions.start({
				operation_id: null,
				version: base.version,
				replaces: null,
				language: "en",
			});
			if (!started.ok) throw new Error(started.refusal.detail);
			return started.session.state.session_id;
		},
		/** A code by which another device can continue the session. */
		async code(session_id: SessionId): Promise<string> {
			const made = await sessions.handOff(session_id, anOperationId());
			if (!made.ok) throw new Error(made.refusal.detail);
			return made.code;
		},
		/** Sends to an app of another configuration on the same database. */
		askConfigured(config: Partial<HttpConfig>, more: Pick<AppChanges, "disk"> = {}): Send {
			const app = createApp({
				store: base.store,
				config: { cors_origins: [], session_expiry_days: 30, limits: highestLimits(), ...config },
				log: pino({ level: "silent" }),
				now: base.now,
				randomBytes,
				sleep: async () => {},
				web_root: null,
				...more,
			});
			return sendTo(app);
		},
	};
}

export type World = Awaited<ReturnType<typeof aWorld>>;

/** Text and bytes as they are, all else as JSON. */
function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
	if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>;
	return typeof body === "string" ? body : JSON.stringify(body);
}
