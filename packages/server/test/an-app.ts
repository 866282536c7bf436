import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import { pino } from "pino";
import type { DiskWatch } from "../src/db/store.ts";
import type { HistoryBounds } from "../src/db/writes/history-bounds.ts";
import {
	createApp,
	createStore,
	type Env,
	type HttpConfig,
	readAssessmentFile,
	type Store,
} from "../src/index.ts";
import { highestLimits } from "../src/limits.ts";
import type { Meter } from "../src/metrics/meter.ts";
import { consentNeedOf } from "../src/notice.ts";
import { aStore, type StoreChanges, type TestStore } from "../src/testing/stores/a-store.ts";
import { expectDocumented } from "./documented.ts";

const CAREER_RHYTHM = fileURLToPath(
	new URL("../../../content/career-rhythm/assessment.json", import.meta.url),
);

export type AppChanges = {
	place?: Pick<StoreChanges, "on" | "open">;
	config?: Partial<HttpConfig>;
	web_root?: string;
	meter?: Meter;
	disk?: DiskWatch;
	/** Lets the time pass after which refusals are told; a test that sends many does not wait for it. */
	sleep?: (milliseconds: number) => Promise<unknown>;
	/** How much history a session may have. */
	bounds?: HistoryBounds;
	/** Adds the assessment that ships beside the sampler. */
	career_rhythm?: true;
	/** Breaks the store where a test needs it broken. */
	breakStore?: (store: Store) => Store;
};

/** The whole app on a real database, with the sampler as its default assessment. */
export async function anApp(changes: AppChanges = {}) {
	const base = await aStore(changes.place);
	if (changes.career_rhythm) {
		const read = await readAssessmentFile(CAREER_RHYTHM);
		if (!read.ok) throw new Error("The assessment that ships does not load.");
		await base.assessments.add(read.file, read.scoring);
	}
	const { meter } = changes;
	const store = createStore(base.database, {
		now: base.now,
		randomBytes,
		expiry_days: 30,
		secret_days: 90,
		consent_need: consentNeedOf(changes.config?.notice),
		// What a guess at a code costs is the subject of tests of the store; 40 ms each would be most of the time here.
		hash_cost: 2,
		...(meter && { observer: meter }),
		...(changes.bounds && { bounds: changes.bounds }),
	});
	const lines: string[] = [];
	const app = createApp({
		store: changes.breakStore?.(store) ?? store,
		config: {
			cors_origins: ["http://localhost:*", "https://school.example"],
			session_expiry_days: 30,
			limits: highestLimits(),
			...changes.config,
		},
		log: pino({ level: "debug" }, { write: (line) => void lines.push(line) }),
		now: base.now,
		randomBytes,
		web_root: changes.web_root ?? null,
		...(meter && { meter }),
		...(changes.disk && { disk: changes.disk }),
		...(changes.sleep && { sleep: changes.sleep }),
	});
	return {
		...base,
		app,
		store,
		/** What was logged, line by line. */
		log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
		...requests(app, base),
		async [Symbol.asyncDispose]() {
			store.notifier.close();
			await base[Symbol.asyncDispose]();
		},
	};
}

export type TestApp = Awaited<ReturnType<typeof anApp>>;

/** Ways to ask; every reply is held against the OpenAPI document. */
function requests(app: Hono<Env>, store: TestStore) {
	const send = async (method: string, path: string, init: RequestInit = {}) => {
		const response = await app.request(path, { method, ...init });
		return expectDocumented(app, method, path, response);
	};
	const get = (path: string, headers: Record<string, string> = {}) => send("GET", path, { headers });
	const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
		send("POST", path, {
			// As a browser does for a page of this site.
			headers: {
				Origin: "http://localhost",
				...(body === undefined ? {} : { "Content-Type": "application/json" }),
				...headers,
			},
			...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
		});
	return {
		send,
		get,
		post,
		async start(body?: Record<string, unknown>): Promise<string> {
			const reply = await post("/api/v2/session/start", body);
			return String(reply.body["session_id"]);
		},
		submit: (session_id: string, key: string, answer: unknown, more: Record<string, unknown> = {}) =>
			post("/api/v2/answers/submit", { session_id, question_id: store.question(key), answer, ...more }),
	};
}

/** An answer to each question of the sampler. */
export const SAMPLER_ANSWERS = {
	team: { type: "slider", value: 4 },
	energy: { type: "slider", value: 55 },
	"learn-by": { type: "mcq", selected_options: ["reading", "doing"] },
	matters: { type: "ordering", ordered_items: ["Learning", "Fair pay", "Good people", "Free time"] },
	dream: { type: "essay", text: "In the mountains." },
} as const;
