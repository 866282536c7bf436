import { describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS } from "../../../test/an-app.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UNKNOWN = "11111111-1111-4111-8111-111111111111";
const MALFORMED = [
	"test-123",
	"%00",
	"%f0%28",
	`${UNKNOWN}0`,
	UNKNOWN.replaceAll("-", ""),
	`{${UNKNOWN}}`,
	"..%2f",
	"'; drop table pages; --",
];

describe("start", () => {
	test("needs no body and no content type", async () => {
		await using app = await anApp();
		const { status, body } = await app.post("/api/v2/session/start");
		expect(status).toBe(200);
		expect(body).toMatchObject({
			created_at: "2026-03-01T08:00:00.000Z",
			expires_at: "2026-03-31T08:00:00.000Z",
			assessment: { key: "sampler", version: 1 },
		});
		expect(body["session_id"]).toMatch(UUID);
	});

	test("takes any content type, an empty body, and what existing clients know of the student", async () => {
		await using app = await anApp();
		for (const init of [
			{ body: "" },
			{ body: "{}", headers: { "Content-Type": "application/x-www-form-urlencoded" } },
			{ body: '\ufeff{"language":"ar"}', headers: { "Content-Type": "text/plain" } },
			{ body: '{"email":"a@school.example","full_name":"A","country":null}' },
		]) {
			const reply = await app.send("POST", "/api/v2/session/start", init);
			expect(reply.status).toBe(200);
			expect(reply.body["session_id"]).toMatch(UUID);
		}
	});

	test("refuses a body that is not JSON, or not of its form", async () => {
		await using app = await anApp();
		for (const [body, status] of [
			["{", 400],
			["null", 422],
			["[]", 422],
			['"x"', 422],
			['{"operation_id":"not a uuid"}', 422],
			['{"language":7}', 422],
			['{"replaces":"\\u0000"}', 422],
			['{"assessment":"Not A Key"}', 422],
			['{"assessment":"no-such-assessment"}', 404],
			[`{"replaces":"${UNKNOWN}"}`, 404],
			['{"replaces":"nonsense"}', 404],
		] as const) {
			expect([body, (await app.post("/api/v2/session/start", body)).status]).toEqual([body, status]);
		}
	});

	test("gives the same session for the same operation id, and refuses the id for anything else", async () => {
		await using app = await anApp();
		const operation_id = "6F9619FF-8B86-4D01-B42D-00CF4FC964FF";
		const first = await app.start({ operation_id });
		expect(await app.start({ operation_id: operation_id.toLowerCase() })).toBe(first);
		const other = await app.post("/api/v2/session/start", { operation_id, language: "ar" });
		expect([other.status, other.body["code"]]).toEqual([422, "operation_mismatch"]);
	});

	test("with `replaces` sets the old session aside; a finished one stays", async () => {
		await using app = await anApp();
		const old = await app.start();
		const fresh = await app.start({ replaces: old.toUpperCase() });
		expect((await app.get(`/api/v2/session/${old}/validate`)).body).toMatchObject({
			resumable: false,
			session: { status: "user_abandoned_not_completed" },
		});
		await app.post(`/api/v2/session/${fresh}/complete`);
		const reply = await app.post("/api/v2/session/start", { replaces: fresh });
		expect([reply.status, reply.body["code"]]).toEqual([409, "session_completed"]);
	});
});

describe("validate", () => {
	test("tells status, place and progress, and never counts as activity", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.submit(id, "team", SAMPLER_ANSWERS.team);
		app.pass({ days: 3 });
		const { body } = await app.get(`/api/v2/session/${id}/validate`);
		expect(body).toEqual({
			valid: true,
			resumable: true,
			session: {
				session_id: id,
				status: "active",
				current_page_id: app.version.index.places[0]?.page.id,
				last_activity: "2026-03-01T08:00:00.000Z",
			},
			progress: { questions_answered: 1, total_questions: 5, percentage: 20, total_xp: 10 },
		});
		expect((await app.get(`/api/v2/session/${id}/validate`)).body).toEqual(body);
	});

	test("says of unknown and malformed ids that they are not found, with 200", async () => {
		await using app = await anApp();
		for (const id of [...MALFORMED, UNKNOWN]) {
			const { status, body } = await app.get(`/api/v2/session/${encodeURIComponent(id)}/validate`);
			expect([id, status, body]).toEqual([id, 200, { valid: false, reason: "not_found", resumable: false }]);
		}
	});

	test("holds for exactly 30 days after the last activity", async () => {
		await using app = await anApp();
		const id = await app.start();
		app.pass({ days: 30 });
		expect((await app.get(`/api/v2/session/${id}/validate`)).body).toMatchObject({
			valid: true,
			resumable: true,
		});
		app.pass({ seconds: 0.001 });
		expect((await app.get(`/api/v2/session/${id}/validate`)).body).toEqual({
			valid: false,
			reason: "expired",
			resumable: false,
		});
		const late = await app.submit(id, "team", SAMPLER_ANSWERS.team);
		expect([late.status, late.body["code"]]).toEqual([409, "session_expired"]);
		expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({ expired: true, resumable: false });
	});
});

describe("the whole session", () => {
	test("comes with answers, drafts, place, progress and expiry", async () => {
		await using app = await anApp();
		const id = await app.start({ language: "ar" });
		await app.submit(id, "team", SAMPLER_ANSWERS.team);
		const { body } = await app.get(`/api/v2/session/${id}`);
		expect(body).toMatchObject({
			session: {
				session_id: id,
				language: "ar",
				answers: { [app.question("team")]: { answer: SAMPLER_ANSWERS.team } },
				place: { question_id: app.question("team") },
			},
			resumable: true,
			expired: false,
			restorable_until: null,
			badges: ["first_answer"],
			server_time: "2026-03-01T08:00:00.000Z",
		});
	});

	test("is 404 for an unknown id on every address below it", async () => {
		await using app = await anApp();
		for (const id of [...MALFORMED.map(encodeURIComponent), UNKNOWN]) {
			for (const rest of ["", "/progress", "/answered-questions?page_id=1"]) {
				const reply = await app.get(`/api/v2/session/${id}${rest}`);
				expect([id, rest, reply.status, reply.body["code"]]).toEqual([id, rest, 404, "session_not_found"]);
			}
			for (const rest of ["/abandon", "/complete", "/restore"]) {
				const reply = await app.post(`/api/v2/session/${id}${rest}`);
				expect([id, rest, reply.status, reply.body["code"]]).toEqual([id, rest, 404, "session_not_found"]);
			}
		}
	});
});

test("progress tells each module, XP and badges", async () => {
	await using app = await anApp();
	const id = await app.start();
	for (const key of ["team", "energy", "dream"] as const) await app.submit(id, key, SAMPLER_ANSWERS[key]);
	const { body } = await app.get(`/api/v2/session/${id}/progress`);
	expect(body).toEqual({
		session_id: id,
		modules: [
			{ name: "Scales", completed: 2, total: 2, status: "completed" },
			{ name: "Choices and words", completed: 1, total: 3, status: "in_progress" },
		],
		total_xp: 30,
		badges: ["first_answer"],
		current_page_id: app.version.index.by_question.get(app.question("dream"))?.page.id,
		percentage_complete: 60,
	});
});

test("resume_at is the next question after an answer, and where the student went after a move", async () => {
	await using app = await anApp();
	const id = await app.start();
	const at = async () => (await app.get(`/api/v2/session/${id}`)).body["resume_at"];
	const place = (key: "team" | "energy") => {
		const found = app.version.index.by_question.get(app.question(key));
		return { page_id: found?.page.id, question_id: found?.question.id };
	};
	expect(await at()).toEqual(place("team"));
	await app.submit(id, "team", SAMPLER_ANSWERS.team);
	expect(await at()).toEqual(place("energy"));
	app.pass({ seconds: 1 });
	const moved = { kind: "move", question_id: app.question("team") };
	await app.post(`/api/v2/session/${id}/sync`, {
		sent_at: "2026-11-22T10:00:05.000Z",
		operations: [{ operation_id: anOperationId(), client_time: "2026-11-22T10:00:05.000Z", command: moved }],
	});
	expect(await at()).toEqual(place("team"));
});

test("answered questions are told page by page, or of all pages", async () => {
	await using app = await anApp();
	const id = await app.start();
	await app.submit(id, "energy", SAMPLER_ANSWERS.energy);
	const [page] = app.version.index.pages.keys();
	const { body } = await app.get(`/api/v2/session/${id}/answered-questions?page_id=${page}`);
	expect(body).toEqual({ session_id: id, page_id: page, answered_question_ids: [app.question("energy")] });
	expect((await app.get(`/api/v2/session/${id}/answered-questions`)).body).toEqual({
		session_id: id,
		page_id: null,
		answered_question_ids: [app.question("energy")],
	});
	for (const [query, status] of [
		["?page_id=", 422],
		["?page_id=one", 422],
		["?page_id=1.5", 422],
		["?page_id=1e400", 422],
		["?page_id=9007199254740993", 422],
		["?page_id=-1", 404],
		["?page_id=999999", 404],
	] as const) {
		const reply = await app.get(`/api/v2/session/${id}/answered-questions${query}`);
		expect([query, reply.status]).toEqual([query, status]);
	}
});

describe("the cookie", () => {
	test("finds the session again for pages of this site alone", async () => {
		await using app = await anApp();
		const started = await app.post("/api/v2/session/start");
		const cookie = started.headers.get("set-cookie") ?? "";
		expect(cookie).toBe(
			`carhythm_session=${started.body["session_id"]}; Max-Age=2592000; Path=/api/v2/session; HttpOnly; SameSite=Lax`,
		);
		const [pair = ""] = cookie.split(";");
		const own = await app.get("/api/v2/session/current", { Cookie: pair, "Sec-Fetch-Site": "same-origin" });
		expect(own.body).toMatchObject({ session: { session_id: started.body["session_id"] } });
		const other = await app.get("/api/v2/session/current", { Cookie: pair, "Sec-Fetch-Site": "cross-site" });
		expect(other.status).toBe(204);
	});

	test("is given and taken away for pages of this site alone, and by JSON alone", async () => {
		await using app = await anApp();
		const id = await app.start();
		const code = async () => (await app.post(`/api/v2/session/${id}/handoff`)).body["code"];
		const sync = JSON.stringify({ sent_at: app.now(), operations: [] });
		const requests = async () =>
			[
				["start", "{}"],
				["start", '{"shared":true}'],
				["handoff/redeem", JSON.stringify({ code: await code() })],
				[`${id}/restore`, "{}"],
				[`${id}/sync`, sync],
				["forget", "{}"],
			] as const;
		const JSON_TYPE = { "Content-Type": "application/json" };
		const cookies = async (headers: Record<string, string>) => {
			const told: boolean[] = [];
			for (const [path, body] of await requests()) {
				const reply = await app.send("POST", `/api/v2/session/${path}`, { headers, body });
				expect([path, reply.status]).toEqual([path, expect.toBeOneOf([200, 201, 409])]);
				if (reply.status < 400) told.push(reply.headers.has("set-cookie"));
			}
			return new Set(told);
		};
		const own = { Origin: "http://localhost", ...JSON_TYPE };
		const never: Record<string, Record<string, string>> = {
			"another site": { ...own, Origin: "http://evil.example" },
			"another port": { ...own, Origin: "http://localhost:9001" },
			"a sandboxed frame": { ...own, Origin: "null" },
			"a form": { ...own, "Content-Type": "text/plain" },
			"a form without a type": { Origin: "http://evil.example" },
			"a script that names nothing": JSON_TYPE,
			"a sibling host": { ...JSON_TYPE, "Sec-Fetch-Site": "same-site" },
			"another site that browsers name": { ...own, "Sec-Fetch-Site": "cross-site" },
		};
		for (const [name, headers] of Object.entries(never)) {
			expect([name, await cookies(headers)]).toEqual([name, new Set([false])]);
		}
		expect(await cookies(own)).toEqual(new Set([true]));
		expect(await cookies({ ...own, "Sec-Fetch-Site": "same-origin" })).toEqual(new Set([true]));
		expect(await cookies({ ...JSON_TYPE, "Sec-Fetch-Site": "none" })).toEqual(new Set([true]));
	});

	test("of nothing, of nonsense or of an unknown session is no session", async () => {
		await using app = await anApp();
		for (const Cookie of ["", "carhythm_session=", "carhythm_session=x%00", `carhythm_session=${UNKNOWN}`]) {
			expect((await app.get("/api/v2/session/current", { Cookie })).status).toBe(204);
		}
	});

	test("is secure where the browser came by https, and only our own proxy is believed about that", async () => {
		await using proxied = await anApp({ config: { trust_proxy: true, session_expiry_days: 1000 } });
		const behind = await proxied.post("/api/v2/session/start", undefined, { "X-Forwarded-Proto": "https" });
		expect(behind.headers.get("set-cookie")).toContain("; Secure");
		expect(behind.headers.get("strict-transport-security")).toBe("max-age=31536000");
		// Browsers keep no cookie for longer than 400 days.
		expect(behind.headers.get("set-cookie")).toContain("Max-Age=34560000");
		await using direct = await anApp();
		const claimed = await direct.post("/api/v2/session/start", undefined, { "X-Forwarded-Proto": "https" });
		expect(claimed.headers.get("set-cookie")).not.toContain("Secure");
		expect(claimed.headers.get("strict-transport-security")).toBeNull();
	});

	test("is renewed by a sync, but an old tab does not take the browser away from the new session", async () => {
		await using app = await anApp();
		const old = await app.start();
		const batch = { sent_at: app.now(), operations: [] };
		const renewed = await app.post(`/api/v2/session/${old}/sync`, batch);
		expect(renewed.headers.get("set-cookie")).toContain(old);
		const fresh = await app.start({ replaces: old });
		const late = await app.post(`/api/v2/session/${old}/sync`, batch, {
			Cookie: `carhythm_session=${fresh}`,
		});
		expect(late.headers.get("set-cookie")).toBeNull();
		const back = await app.post(`/api/v2/session/${old}/restore`);
		expect(back.headers.get("set-cookie")).toContain(old);
	});

	test("alone writes nothing: no address without a session id takes a write but the start", async () => {
		await using app = await anApp();
		const id = await app.start();
		const reply = await app.post(
			"/api/v2/answers/submit",
			{ question_id: app.question("team"), answer: SAMPLER_ANSWERS.team },
			{ Cookie: `carhythm_session=${id}` },
		);
		expect(reply.status).toBe(422);
	});
});
