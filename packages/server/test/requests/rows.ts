import { anOperationId } from "../../src/testing/stores/a-store.ts";
import { SAMPLER_ANSWERS } from "../an-app.ts";
import type { Asked, Endpoint, State, World } from "./world.ts";

/** What a request is about: a session, and what `prepare` has made while it was active. */
export type Given = { world: World; session_id: string; prepared: string };

/**
 * The valid request of one endpoint. All invalid ones are made from it and from the OpenAPI document. A new
 * endpoint needs a row here: `{}` where its address and the session id in it are all there is.
 */
export type Row = {
	/** In which state a session has to be, unless it is active. */
	state?: State;
	/** Makes what the request needs beside a session: its place in the address is `{version_id}`. */
	prepare?: (world: World, session_id: Awaited<ReturnType<World["session"]>>) => Promise<string>;
	/** Well-formed, and stored nowhere; else a UUID. */
	unknown?: string;
	body?: (given: Given) => Readonly<Record<string, unknown>>;
	/** With its question mark. */
	query?: (given: Given) => string;
	headers?: (given: Given) => Readonly<Record<string, string>>;
	/** Its status, unless it is 200. */
	status?: number;
	/** What a reply of 200 says that a status cannot. */
	tells?: (body: Readonly<Record<string, unknown>>) => string | undefined;
};

const anAnswer = ({ world }: Given) => ({
	question_id: world.question("team"),
	answer: SAMPLER_ANSWERS.team,
});

const aPage = ({ world }: Given) => `?page_id=${[...world.version.index.pages.keys()][0]}`;

export const ROWS: Readonly<Record<string, Row>> = {
	"POST /api/v2/session/start": { body: ({ session_id }) => ({ replaces: session_id, language: "en" }) },
	"GET /api/v2/session/current": {
		headers: ({ session_id }) => ({ Cookie: `carhythm_session=${encodeURIComponent(session_id)}` }),
	},
	"GET /api/v2/session/{session_id}": {},
	"GET /api/v2/session/{session_id}/validate": {
		tells: ({ valid, reason }) => (valid === true ? "valid" : String(reason)),
	},
	"GET /api/v2/session/{session_id}/progress": {},
	"GET /api/v2/session/{session_id}/answered-questions": { query: aPage },
	"GET /api/v2/session/{session_id}/events": {},
	"GET /api/v2/session/{session_id}/export": {},
	"GET /api/v2/session/{session_id}/erase": {},
	"POST /api/v2/session/{session_id}/erase": { body: () => ({ operation_id: anOperationId() }) },
	"POST /api/v2/session/{session_id}/erase/undo": { state: "to be erased", body: () => ({}) },
	"POST /api/v2/session/{session_id}/abandon": { body: () => ({ operation_id: anOperationId() }) },
	"POST /api/v2/session/{session_id}/complete": { body: () => ({ operation_id: anOperationId() }) },
	"POST /api/v2/session/{session_id}/restore": { state: "set aside", body: () => ({ shared: false }) },
	"POST /api/v2/session/{session_id}/leave-others": { body: () => ({ operation_id: anOperationId() }) },
	"POST /api/v2/session/{session_id}/consent": {
		prepare: async ({ ask, version }) => {
			const path = `/api/v2/settings/privacy?assessment=${version.index.assessment.key}`;
			const { body } = await ask({ method: "GET", path });
			return String((body["notice"] as { version: string }).version);
		},
		body: ({ prepared }) => ({
			version: prepared,
			language: "en",
			kind: "seen",
			operation_id: anOperationId(),
		}),
	},
	"POST /api/v2/session/{session_id}/consent/withdraw": {
		prepare: async ({ store }, session_id) => {
			const operation_id = anOperationId();
			const given = { operation_id, version: "1", language: "en", kind: "consent", content: "{}" } as const;
			await store.consents.give(session_id, given);
			return "";
		},
		body: () => ({ operation_id: anOperationId() }),
	},
	"POST /api/v2/session/{session_id}/handoff": { body: () => ({ operation_id: anOperationId() }) },
	"POST /api/v2/session/handoff/redeem": {
		prepare: (world, session_id) => world.code(session_id),
		unknown: "7GK-2M9-XQ4",
		body: ({ prepared }) => ({ code: prepared, device_id: anOperationId(), label: "Firefox" }),
	},
	"POST /api/v2/session/forget": {},
	"POST /api/v2/session/{session_id}/sync": {
		body: (given) => ({
			sent_at: given.world.now(),
			device_id: anOperationId(),
			operations: [
				{
					operation_id: anOperationId(),
					client_time: given.world.now(),
					command: { kind: "answer", ...anAnswer(given) },
				},
				{
					operation_id: anOperationId(),
					client_time: given.world.now(),
					command: { kind: "hold", device_id: anOperationId(), label: "Firefox" },
				},
			],
		}),
		tells: ({ results }) => (results as { status: string }[])[0]?.status,
	},
	"POST /api/v2/answers/submit": {
		body: (given) => ({
			session_id: given.session_id,
			...anAnswer(given),
			submission_id: anOperationId(),
		}),
	},
	"GET /api/v2/modules": {},
	"GET /api/v2/questions": { query: (given) => `${aPage(given)}&language=ar` },
	"GET /api/v2/assessments/latest": { query: () => "?key=sampler" },
	"GET /api/v2/assessments/{version_id}": {
		prepare: async (world) => String(world.version.version_id),
		unknown: "999999",
	},
	"POST /api/v2/student/info": {
		body: ({ session_id }) => ({
			session_id,
			email: "amal@school.example",
			full_name: "Amal Haddad",
			age_group: "16-18",
			country: "Jordan",
			origin_country: "Jordan",
		}),
	},
	"POST /api/v2/resend-results": {
		state: "completed",
		body: ({ session_id }) => ({ session_id, new_email: "amal@school.example" }),
	},
	"GET /api/v2/scores/{session_id}": { state: "completed" },
	"GET /api/v2/scores/{session_id}/summary": { state: "completed" },
	"POST /api/v2/feedback/submit": {
		status: 201,
		body: ({ session_id }) => ({ session_id, rating: 5, experience_text: "Good.", would_recommend: true }),
	},
	"GET /api/v2/problem-texts": {},
	"GET /api/v2/settings/theme": {},
	"GET /api/v2/settings/privacy": {},
	"GET /api/v2/health": {},
	"GET /healthz": {},
	"GET /readyz": {},
	"GET /api/v2/openapi.json": {},
};

/** The row of an endpoint; an endpoint that has none is a failure of the test. */
export function rowOf(endpoint: Pick<Endpoint, "name">): Row {
	const row = ROWS[endpoint.name];
	if (!row) throw new Error(`${endpoint.name} has no row in test/requests/rows.ts.`);
	return row;
}

/** The request of a row about this session. */
export function askedOf({ name, method, path }: Endpoint, given: Given): Asked {
	const row = rowOf({ name });
	const filled = path.replace(/\{(\w+)\}/g, (_, parameter) =>
		encodeURIComponent(parameter === "session_id" ? given.session_id : given.prepared),
	);
	return {
		method,
		path: `${filled}${row.query?.(given) ?? ""}`,
		...(row.body && { body: row.body(given) }),
		...(row.headers && { headers: row.headers(given) }),
	};
}

/** A session in the state, or in the one that the endpoint needs, with what its request is made of. */
export async function givenFor(world: World, endpoint: Endpoint, state?: State): Promise<Given> {
	const row = rowOf(endpoint);
	const session_id = await world.session();
	const prepared = (await row.prepare?.(world, session_id)) ?? "";
	await world.end(session_id, state ?? row.state ?? "active");
	return { world, session_id, prepared };
}

/** Whether the endpoint is about something that has an id. */
export function namesSomething(world: World, endpoint: Endpoint): boolean {
	const about = (id: string) => {
		const { path, body = {}, headers } = askedOf(endpoint, { world, session_id: id, prepared: id });
		return JSON.stringify([path, headers, body]).includes(id);
	};
	return about("the-one");
}
