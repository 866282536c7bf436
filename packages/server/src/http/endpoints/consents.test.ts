import type { PrivacyReply } from "@carhythm/core";
import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { readConfig } from "../../config.ts";
import { purge } from "../../db/retention/purge.ts";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { rulesAt } from "../../retention.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

const SCHOOL = {
	controller: { en: "Example School", ar: "مدرسة المثال" },
	contact: { en: "privacy@school.example", ar: "privacy@school.example" },
};

/** The settings of an operator who asks for agreement. */
function settings(environment: Record<string, string> = {}, notice: unknown = SCHOOL) {
	return readConfig({}, { PRIVACY_NOTICE: JSON.stringify(notice), ...environment });
}

async function noticeOf(app: TestApp, query = "") {
	const { body } = await app.get(`/api/v2/settings/privacy${query}`);
	return (body as unknown as PrivacyReply).notice as NonNullable<PrivacyReply["notice"]>;
}

const consent = (id: string, end = "") => `/api/v2/session/${id}/consent${end}`;
const codeOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [
	status,
	body["code"],
];

test("without settings the notice names no controller, asks nothing, and a client that knows nothing of it goes on as before", async () => {
	await using app = await anApp();
	expect(await noticeOf(app)).toEqual({
		version: expect.stringMatching(/^[0-9a-f]{12}$/),
		controller: null,
		contact: null,
		purpose: null,
		more: [],
		consent_required: false,
		age_gate: null,
	});
	const id = await app.start();
	expect((await app.submit(id, "dream", SAMPLER_ANSWERS.dream)).status).toBe(200);
	const { body } = await app.get(`/api/v2/session/${id}`);
	expect(body).toMatchObject({ consent: null, held_back: null, erase_at: null });
});

test("the notice is the operator's, with what is said of one assessment, and its version changes with every promise", async () => {
	const purpose = { en: "For the sampler.", ar: "للعينة." };
	const texts = { ...SCHOOL, assessments: { sampler: { purpose } } };
	await using app = await anApp({ config: { notice: settings({}, texts) } });
	const own = await noticeOf(app, "?assessment=sampler");
	expect(own).toMatchObject({ ...SCHOOL, purpose });
	expect(await noticeOf(app, "?assessment=unknown")).toEqual(own);

	const versions = new Set<string>();
	const retention = settings({ RETENTION_COMPLETED_DAYS: "100" });
	for (const config of [
		{},
		{ notice: settings() },
		{ notice: settings({ CONSENT_REQUIRED: "true" }) },
		{ notice: settings(), retention },
	]) {
		await using other = await anApp({ config });
		versions.add((await noticeOf(other)).version);
	}
	expect(versions.size).toBe(4);
});

test("where agreement is required no answer is taken before it, on whatever way, and each is taken after it", async () => {
	await using app = await anApp({ config: { notice: settings({ CONSENT_REQUIRED: "true" }) } });
	const { version } = await noticeOf(app);
	const id = await app.start();
	const operations = [
		{
			operation_id: anOperationId(),
			client_time: app.now(),
			command: { kind: "answer", question_id: app.question("dream"), answer: SAMPLER_ANSWERS.dream },
		},
	];
	const sync = () => app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations });
	const person = { email: "a@b.example", full_name: "A", age_group: "", country: "", origin_country: "" };
	for (const refused of [
		await app.submit(id, "dream", SAMPLER_ANSWERS.dream),
		await sync(),
		await app.post(`/api/v2/session/${id}/sync`, { sent_at: app.now(), operations: [] }),
		await app.post(`/api/v2/session/${id}/complete`, {}),
		await app.post("/api/v2/student/info", { session_id: id, ...person }),
		await app.post("/api/v2/feedback/submit", { session_id: id, rating: 5 }),
	]) {
		expect(codeOf(refused)).toEqual([409, "consent_required"]);
	}
	expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({
		held_back: "consent_required",
		session: { answered: 0, status: "active" },
	});
	for (const given of [
		{ version: "000000000000", language: "en", kind: "consent" },
		// Having seen it is no agreement, and the notice asks for no age.
		{ version, language: "en", kind: "seen" },
		{ version, language: "en", kind: "guardian" },
	]) {
		expect(codeOf(await app.post(consent(id), given))).toEqual([409, "notice_outdated"]);
	}
	expect((await app.post(consent(id), { version, language: "fr", kind: "consent" })).status).toBe(422);
	const given = { version, language: "ar", kind: "consent", operation_id: anOperationId() };
	for (const _ of [1, 2]) {
		const reply = await app.post(consent(id), given);
		expect([reply.status, reply.body["consent"]]).toEqual([
			200,
			{ version, language: "ar", kind: "consent", at: app.now(), withdrawn_at: null },
		]);
	}
	expect((await sync()).body["results"]).toMatchObject([{ status: "applied" }]);
	expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({ held_back: null });
	const rows = await app.database.db.selectFrom("session_consents").selectAll().execute();
	expect(rows).toHaveLength(1);
});

test("an agreement given with the start opens the session at once; with an old notice nothing begins", async () => {
	await using app = await anApp({ config: { notice: settings({ CONSENT_REQUIRED: "true" }) } });
	const { version } = await noticeOf(app);
	const given = { version, language: "en", kind: "consent" };
	const stale = await app.post("/api/v2/session/start", { consent: { ...given, version: "old" } });
	expect(codeOf(stale)).toEqual([409, "notice_outdated"]);
	const operation_id = anOperationId();
	const first = await app.post("/api/v2/session/start", { operation_id, consent: given });
	// A repeated start is answered from what is stored, whatever has become of the notice since.
	const again = await app.post("/api/v2/session/start", {
		operation_id,
		consent: { ...given, version: "old" },
	});
	expect(again.body).toEqual(first.body);
	const id = String(first.body["session_id"]);
	expect((await app.submit(id, "dream", SAMPLER_ANSWERS.dream)).status).toBe(200);
	const { count } = await app.database.db
		.selectFrom("student_responses")
		.select((select) => select.fn.countAll().as("count"))
		.executeTakeFirstOrThrow();
	expect(Number(count)).toBe(1);
});

test("an agreement is as easily taken back: nothing more is taken in, until there is another one or everything is erased", async () => {
	await using app = await anApp({ config: { notice: settings({ CONSENT_REQUIRED: "true" }) } });
	const { version } = await noticeOf(app);
	const given = { version, language: "en", kind: "consent" };
	const id = await app.start({ consent: given });
	await app.submit(id, "dream", SAMPLER_ANSWERS.dream);
	app.pass({ days: 1 });
	const operation_id = anOperationId();
	const withdrawn = await app.post(consent(id, "/withdraw"), { operation_id });
	expect(withdrawn.body["consent"]).toMatchObject({ withdrawn_at: app.now() });
	expect(codeOf(await app.submit(id, "dream", { type: "essay", text: "more" }))).toEqual([
		409,
		"consent_withdrawn",
	]);
	expect((await app.get(`/api/v2/session/${id}`)).body).toMatchObject({
		held_back: "consent_withdrawn",
		session: { answered: 1 },
	});
	app.pass({ seconds: 5 });
	expect((await app.post(consent(id), given)).status).toBe(200);
	// The withdrawal that comes once more takes nothing back.
	expect((await app.post(consent(id, "/withdraw"), { operation_id })).body["consent"]).toMatchObject({
		withdrawn_at: null,
	});
	expect((await app.submit(id, "dream", { type: "essay", text: "more" })).status).toBe(200);
	const { body } = await app.get(`/api/v2/session/${id}/export`);
	expect(body["consents"]).toMatchObject([
		{ version, kind: "consent", withdrawn_at: expect.any(String) },
		{ version, kind: "consent", at: app.now(), withdrawn_at: null },
	]);
	// What was declared to is kept with it.
	const notices = await app.database.db.selectFrom("notice_versions").selectAll().execute();
	expect(notices).toMatchObject([{ version }]);
	expect(JSON.parse(notices[0]?.content ?? "")).toMatchObject({ notice: SCHOOL, session_expiry_days: 30 });

	await app.post(`/api/v2/session/${id}/erase`, {});
	expect(codeOf(await app.post(consent(id, "/withdraw"), {}))).toEqual([409, "session_to_be_erased"]);
	await app.post(`/api/v2/session/${id}/erase/undo`, {});
	for (let n = 0; n < 20; n += 1) {
		await app.post(consent(id, "/withdraw"), {});
		await app.post(consent(id), given);
	}
	expect(codeOf(await app.post(consent(id), given))).toEqual([429, "too_many_requests"]);
});

test("below the age a guardian agrees or the school answers, and no age is stored", async () => {
	const ways = [
		{ AGE_BASIS: "guardian", CONSENT_REQUIRED: "true", kinds: ["consent", "guardian"], not: "school" },
		{ AGE_BASIS: "school", kinds: ["seen", "school"], not: "consent" },
	];
	for (const { kinds, not, ...environment } of ways) {
		const notice = settings({ AGE_THRESHOLD: "16", ...environment } as Record<string, string>);
		await using app = await anApp({ config: { notice } });
		const { version, age_gate } = await noticeOf(app);
		expect(age_gate).toEqual({ threshold: 16, basis: environment.AGE_BASIS });
		for (const kind of kinds) {
			const id = await app.start();
			expect(codeOf(await app.submit(id, "dream", SAMPLER_ANSWERS.dream))).toEqual([409, "consent_required"]);
			expect(codeOf(await app.post(consent(id), { version, language: "en", kind: not }))).toEqual([
				409,
				"notice_outdated",
			]);
			expect((await app.post(consent(id), { version, language: "en", kind })).status).toBe(200);
			expect((await app.submit(id, "dream", SAMPLER_ANSWERS.dream)).status).toBe(200);
			const taken = await app.post(consent(id, "/withdraw"), {});
			const isAgreement = kind === "consent" || kind === "guardian";
			expect(codeOf(taken)).toEqual(isAgreement ? [200, undefined] : [409, "consent_not_given"]);
		}
	}
});

test("a session may be taken to another device before there is an agreement, and started afresh", async () => {
	await using app = await anApp({ config: { notice: settings({ CONSENT_REQUIRED: "true" }) } });
	const id = await app.start();
	const { body } = await app.post(`/api/v2/session/${id}/handoff`, {});
	const redeemed = await app.post("/api/v2/session/handoff/redeem", {
		code: body["code"],
		device_id: anOperationId(),
	});
	expect([redeemed.status, redeemed.body["held_back"]]).toEqual([200, "consent_required"]);
	expect((await app.post("/api/v2/session/start", { replaces: id })).status).toBe(200);
});

test("erasing a session leaves nothing of what its student declared", async () => {
	await using app = await anApp();
	const { version } = await noticeOf(app);
	const id = await app.start({ consent: { version, language: "en", kind: "seen" } });
	const found = await app.store.sessions.find(id as never);
	expect(found?.consent).toMatchObject({ kind: "seen", language: "en" });
	const rows = () => app.database.db.selectFrom("session_consents").selectAll().execute();
	expect(await rows()).toMatchObject([{ response_id: found?.response_id, notice_version: version }]);
	await app.post(`/api/v2/session/${id}/erase`);
	app.pass({ days: 8 });
	await purge(app.database, {
		rules: () => rulesAt(readConfig({}, {}), app.now()),
		actor: { kind: "server", name: "carhythm serve" },
		eraseKept,
		memory: null,
	});
	expect(await rows()).toEqual([]);
	expect((await app.get(`/api/v2/session/${id}`)).status).toBe(404);
});
