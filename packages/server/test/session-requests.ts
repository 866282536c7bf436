import { anOperationId } from "../src/testing/stores/a-store.ts";
import { SAMPLER_ANSWERS, type TestApp } from "./an-app.ts";

const PERSON = {
	email: "amal@school.example",
	full_name: "Amal Haddad",
	age_group: "16-18",
	country: "Jordan",
	origin_country: "Jordan",
};

/** One request about a session. */
type Ask = (app: TestApp, id: string) => ReturnType<TestApp["get"]>;

/** What a reply says, but for the id that was asked for. */
const reading =
	(path: (id: string) => string) =>
	async (app: TestApp, id: string): Promise<unknown> => {
		const { status, body } = await app.get(path(id));
		return { status, body };
	};

/** Everything that reads a session by its id. */
export const READS = [
	reading((id) => `/api/v2/session/${id}`),
	reading((id) => `/api/v2/session/${id}/validate`),
	reading((id) => `/api/v2/session/${id}/progress`),
	reading((id) => `/api/v2/session/${id}/answered-questions`),
	reading((id) => `/api/v2/session/${id}/events`),
	reading((id) => `/api/v2/session/${id}/export`),
	reading((id) => `/api/v2/session/${id}/erase`),
	reading((id) => `/api/v2/scores/${id}`),
	reading((id) => `/api/v2/scores/${id}/summary`),
];

/** Everything that writes to a session by its id, `sync` first. */
export const WRITES: readonly Ask[] = [
	(app, id) => app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations: [answer(app)] }),
	(app, id) => app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations: [] }),
	(app, id) => app.submit(id, "energy", SAMPLER_ANSWERS.energy),
	(app, id) => app.post(`/api/v2/session/${id}/complete`),
	(app, id) => app.post(`/api/v2/session/${id}/abandon`),
	(app, id) => app.post(`/api/v2/session/${id}/restore`),
	(app, id) => app.post(`/api/v2/session/${id}/handoff`),
	(app, id) => app.post(`/api/v2/session/${id}/leave-others`),
	(app, id) =>
		app.post(`/api/v2/session/${id}/consent`, { version: "3f2a9c81d0b4", language: "en", kind: "seen" }),
	(app, id) => app.post(`/api/v2/session/${id}/consent/withdraw`),
	(app, id) => app.post(`/api/v2/session/${id}/erase`),
	(app, id) => app.post(`/api/v2/session/${id}/erase/undo`),
	(app, id) => app.post("/api/v2/session/start", { replaces: id }),
	(app, session_id) => app.post("/api/v2/student/info", { session_id, ...PERSON }),
	(app, session_id) => app.post("/api/v2/resend-results", { session_id, new_email: "b@school.example" }),
	(app, session_id) => app.post("/api/v2/feedback/submit", { session_id, rating: 1 }),
];

function answer(app: TestApp) {
	return {
		operation_id: anOperationId(),
		client_time: app.now(),
		command: { kind: "answer", question_id: app.question("energy"), answer: SAMPLER_ANSWERS.energy },
	};
}
