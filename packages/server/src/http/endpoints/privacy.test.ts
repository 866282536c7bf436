import { addDays } from "@carhythm/core";
import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { readConfig } from "../../config.ts";
import { verifyOperatorLog } from "../../db/operator-log/read.ts";
import { purge } from "../../db/retention/purge.ts";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { rulesAt } from "../../retention.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const erase = (id: string, end = "") => `/api/v2/session/${id}/erase${end}`;

/** What the server does by itself at night. */
function night({ database, now }: TestApp) {
	const config = readConfig({}, {});
	return purge(database, {
		rules: () => rulesAt(config, now()),
		actor: { kind: "server", name: "carhythm serve" },
		eraseKept,
		memory: null,
	});
}

test("a session that its student wants erased takes in nothing, can be read, and is gone after seven days", async () => {
	await using app = await anApp();
	const id = await app.start();
	await app.submit(id, "dream", SAMPLER_ANSWERS.dream);
	expect((await app.get(erase(id))).body).toMatchObject({ erase_at: null });
	const operation_id = anOperationId();
	const erase_at = addDays(app.now(), 7);
	const asked = await app.post(erase(id), { operation_id });
	expect([asked.status, asked.body]).toMatchObject([200, { success: true, erase_at }]);
	app.pass({ days: 1 });
	for (const body of [{ operation_id }, { operation_id: anOperationId() }, undefined]) {
		expect((await app.post(erase(id), body)).body).toMatchObject({ erase_at });
	}
	expect((await app.get(erase(id))).body).toMatchObject({ erase_at });

	const sync = { sent_at: app.now(), operations: [] };
	const person = { email: "a@b.example", full_name: "A", age_group: "", country: "", origin_country: "" };
	const refused = [
		await app.submit(id, "dream", { type: "essay", text: "more" }),
		await app.post(`/api/v2/session/${id}/sync`, sync),
		await app.post(`/api/v2/session/${id}/complete`, {}),
		await app.post(`/api/v2/session/${id}/restore`, {}),
		await app.post(`/api/v2/session/${id}/handoff`, {}),
		await app.post("/api/v2/student/info", { session_id: id, ...person }),
		await app.post("/api/v2/feedback/submit", { session_id: id, rating: 5 }),
	];
	for (const { status, body } of refused) {
		expect([status, body["code"]]).toEqual([409, "session_to_be_erased"]);
	}
	const { body } = await app.get(`/api/v2/session/${id}`);
	expect(body["session"]).toMatchObject({ status: "active", answered: 1 });

	app.pass({ days: 6 });
	await night(app);
	expect((await app.get(erase(id))).status).toBe(200);
	app.pass({ seconds: 1 });
	expect(await night(app)).toMatchObject({ removed: { asked_for: 1, unfinished: 0 } });
	expect((await app.get(erase(id))).status).toBe(404);
	expect((await app.get(`/api/v2/session/${id}`)).status).toBe(404);
	expect(await verifyOperatorLog(app.database)).toMatchObject({ ok: true, head: { events: 2 } });
});

test("undoing keeps the session, which goes on; the request that was undone asks for nothing when it comes again", async () => {
	await using app = await anApp();
	const id = await app.start();
	const first = anOperationId();
	await app.post(erase(id), { operation_id: first });
	const device = anOperationId();
	const operations = [
		{
			operation_id: anOperationId(),
			client_time: app.now(),
			command: { kind: "answer", question_id: app.question("dream"), answer: SAMPLER_ANSWERS.dream },
		},
	];
	const queued = { sent_at: app.now(), device_id: device, operations };
	expect((await app.post(`/api/v2/session/${id}/sync`, queued)).status).toBe(409);
	app.pass({ days: 2 });
	for (const _ of [1, 2]) {
		const undone = await app.post(erase(id, "/undo"), {});
		expect([undone.status, undone.body["erase_at"]]).toEqual([200, null]);
	}
	const sent = await app.post(`/api/v2/session/${id}/sync`, { ...queued, sent_at: app.now() });
	expect(sent.body["results"]).toMatchObject([{ status: "applied" }]);
	expect((await app.post(erase(id), { operation_id: first })).body).toMatchObject({ erase_at: null });
	app.pass({ days: 8 });
	await night(app);
	expect((await app.get(`/api/v2/session/${id}`)).status).toBe(200);
	const again = await app.post(erase(id), { operation_id: anOperationId() });
	expect(again.body["erase_at"]).toBe(addDays(app.now(), 7));
});

test("starting fresh is open to a student whose session is to be erased", async () => {
	await using app = await anApp();
	const id = await app.start();
	await app.post(erase(id));
	const fresh = await app.post("/api/v2/session/start", { replaces: id, operation_id: anOperationId() });
	expect(fresh.status).toBe(200);
	expect((await app.submit(String(fresh.body["session_id"]), "dream", SAMPLER_ANSWERS.dream)).status).toBe(
		200,
	);
});

test("erasing and undoing is limited for one session, because each leaves rows behind", async () => {
	await using app = await anApp();
	const id = await app.start();
	for (let n = 0; n < 20; n += 1) {
		expect((await app.post(erase(id))).status).toBe(200);
		await app.post(erase(id, "/undo"));
	}
	const refused = await app.post(erase(id));
	expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "86400"]);
	expect((await app.post(erase("3f0c2a9e-6f0b-4a44-9d0e-0d2f7f1f6a11"))).status).toBe(404);
	expect((await app.get("/api/v2/session/what/export")).status).toBe(404);
});

test("the export of a session has all that its student gave, and neither its id nor how it is scored", async () => {
	await using app = await anApp();
	const id = await app.start({ language: "ar" });
	await app.submit(id, "dream", { type: "essay", text: "first" });
	app.pass({ seconds: 60 });
	await app.submit(id, "dream", { type: "essay", text: "second" });
	await app.submit(id, "learn-by", SAMPLER_ANSWERS["learn-by"]);
	const draft = { kind: "draft", question_id: app.question("matters"), draft: SAMPLER_ANSWERS.matters };
	const operations = [{ operation_id: anOperationId(), client_time: app.now(), command: draft }];
	await app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations });
	const person = {
		email: "amal@b.example",
		full_name: "Amal",
		age_group: "16",
		country: "X",
		origin_country: "Y",
	};
	await app.post("/api/v2/student/info", { session_id: id, ...person });
	await app.post("/api/v2/feedback/submit", { session_id: id, rating: 4, suggestions: "More." });
	const late = { ...draft, kind: "answer", answer: SAMPLER_ANSWERS.matters, draft: undefined };
	const after = [{ operation_id: anOperationId(), client_time: app.now(), command: late }];
	await app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations: after });

	const { status, body } = await app.get(`/api/v2/session/${id}/export`);
	expect(status).toBe(200);
	expect(body).toMatchObject({
		carhythm_session: 1,
		exported_at: app.now(),
		session: { status: "completed", assessment: "sampler", language: "ar", erase_at: null },
		person,
		answers: [
			{ question: "learn-by", answer: SAMPLER_ANSWERS["learn-by"] },
			{ question: "dream", answer: { type: "essay", text: "second" }, answered_at: app.now() },
		],
		drafts: [{ question: "matters", draft: SAMPLER_ANSWERS.matters }],
		history_left_out: 0,
		device: null,
		feedback: { rating: 4, suggestions: "More.", experience_text: null },
		result: expect.any(Object),
	});
	const history = body["history"] as { kind: string; outcome: string; value: unknown }[];
	expect(history.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(
		expect.arrayContaining(["answer applied", "draft applied", "complete applied", "answer late"]),
	);
	expect(JSON.stringify(history)).toContain("first");
	expect(JSON.stringify(body)).not.toContain(id);
	expect(JSON.stringify(body)).not.toMatch(/operation_id|fingerprint|reverse|scoring/);
	expect(JSON.stringify(app.log())).not.toMatch(/Amal|amal@b|second/);
});

test("what of a person the operator does not want is not stored, whatever a client sends", async () => {
	await using app = await anApp({ config: { personal_fields: ["age_group"] } });
	const id = await app.start();
	const person = {
		email: "amal@b.example",
		full_name: "Amal",
		age_group: "16",
		country: "X",
		origin_country: "Y",
	};
	expect((await app.post("/api/v2/student/info", { session_id: id, ...person })).status).toBe(200);
	await app.post("/api/v2/resend-results", { session_id: id, new_email: "amal@b.example" });
	const { body } = await app.get(`/api/v2/session/${id}/export`);
	expect(body["person"]).toEqual({
		email: "",
		full_name: "",
		age_group: "16",
		country: "",
		origin_country: "",
	});
	const rows = await app.database.db.selectFrom("student_responses").selectAll().execute();
	expect(JSON.stringify(rows)).not.toMatch(/amal|Amal/);
});

test("a page may promise what the server is set to, and nothing without it", async () => {
	await using unset = await anApp();
	const nothing = { unfinished: null, set_aside: null, completed: null, person: null, feedback: null };
	expect((await unset.get("/api/v2/settings/privacy")).body).toEqual({
		session_expiry_days: 30,
		kept_days: nothing,
		erase_undo_days: 7,
		personal_fields: ["email", "full_name", "age_group", "country", "origin_country"],
		shared_default: false,
		notice: expect.objectContaining({ controller: null, consent_required: false }),
	});
	const retention = readConfig({ retention_completed_days: "0" }, { RETENTION_UNFINISHED_DAYS: "45" });
	await using app = await anApp({ config: { retention, shared_default: true } });
	expect((await app.get("/api/v2/settings/privacy")).body).toMatchObject({
		kept_days: { unfinished: 75, set_aside: 30, completed: null, person: 365, feedback: 730 },
		shared_default: true,
	});
});
