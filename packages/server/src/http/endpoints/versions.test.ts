import { Profile, type Scoring } from "@carhythm/core";
import { expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import type { AssessmentFile } from "../../assessments/file.ts";
import { readAssessmentFile } from "../../assessments/read-file.ts";
import { contentFolder } from "../../paths.ts";
import { anOperationId } from "../../testing/stores/a-store.ts";

test("a session under way when a new version comes keeps its own: for answers, on return, on another device and in its result", async () => {
	await using app = await anApp();
	const file = await sampler();
	await app.assessments.add(file, liking("team", false));
	const start = await app.post("/api/v2/session/start");
	const { session_id, assessment } = start.body as { session_id: string; assessment: { version_id: number } };
	const index = (await app.assessments.byId(assessment.version_id))?.index;
	await app.submit(session_id, "team", { type: "slider", value: 4 });
	await app.submit(session_id, "energy", { type: "slider", value: 55 });
	// As an operator does it: beside the running server.
	await app.assessments.add(changed(file), liking("team", true));

	// What the new version no longer has, or no longer takes, is answered as it was asked.
	for (const key of ["energy", "learn-by", "matters", "dream"] as const) {
		const reply = await app.submit(session_id, key, SAMPLER_ANSWERS[key]);
		expect([key, reply.status, reply.body["code"]]).toEqual([key, 200, undefined]);
	}
	const question_id = app.question("dream");
	const move = {
		operation_id: anOperationId(),
		client_time: app.now(),
		command: { kind: "move", question_id },
	};
	const synced = await app.post(`/api/v2/session/${session_id}/sync`, {
		sent_at: app.now(),
		operations: [move],
	});
	const whole = { questions_answered: 5, total_questions: 5, percentage: 100, total_xp: 50 };
	expect(synced.body).toMatchObject({ results: [{ status: "applied" }], session: { progress: whole } });

	const asItWas = { assessment, progress: whole, session: { session_id, place: { question_id } } };
	expect((await app.get(`/api/v2/session/${session_id}`)).body).toMatchObject(asItWas);
	const Cookie = `carhythm_session=${session_id}`;
	expect((await app.get("/api/v2/session/current", { Cookie })).body).toMatchObject(asItWas);
	const { body } = await app.post(`/api/v2/session/${session_id}/handoff`);
	const redeemed = await app.post("/api/v2/session/handoff/redeem", { code: body["code"] });
	expect(redeemed.body).toMatchObject(asItWas);
	const version = await app.get(`/api/v2/assessments/${assessment.version_id}`);
	expect(version.body["assessment"]).toEqual(index?.assessment);
	const page_id = index?.by_question.get(question_id)?.page.id;
	const page = await app.get(`/api/v2/session/${session_id}/answered-questions?page_id=${page_id}`);
	expect(page.body).toMatchObject({ answered_question_ids: [question_id] });
	expect((await app.get(`/api/v2/questions?page_id=${page_id}`)).body).toMatchObject({
		questions: [{ id: question_id }],
	});

	expect((await app.post(`/api/v2/session/${session_id}/complete`)).status).toBe(200);
	expect(await resultOf(app, session_id)).toEqual({ version: 2, mean: 4, items: 1 });
});

test("a session that begins after a new version came is held to that", async () => {
	await using app = await anApp();
	const file = await sampler();
	await app.assessments.add(file, liking("team", false));
	await app.start();
	await app.assessments.add(changed(file), liking("team", true));
	const session_id = await app.start();
	expect((await app.submit(session_id, "team", { type: "slider", value: 4 })).body).toMatchObject({
		progress: { total_questions: 4 },
	});
	for (const [key, code] of [
		["energy", "question_not_found"],
		["dream", "question_not_found"],
		["learn-by", "question_not_found"],
	] as const) {
		expect([key, (await app.submit(session_id, key, SAMPLER_ANSWERS[key])).body["code"]]).toEqual([
			key,
			code,
		]);
	}
	await app.post(`/api/v2/session/${session_id}/complete`);
	expect(await resultOf(app, session_id)).toEqual({ version: 3, mean: 2, items: 1 });
});

async function sampler(): Promise<AssessmentFile> {
	const read = await readAssessmentFile(`${contentFolder()}/sampler/assessment.json`);
	if (!read.ok) throw new Error("The sampler does not load.");
	return read.file;
}

/** One question worded anew, one with another range, one with a choice less, and one gone with its page. */
function changed(file: AssessmentFile): AssessmentFile {
	const copy = structuredClone(file);
	copy.chapters.at(-1)?.pages.pop();
	for (const question of copy.chapters.flatMap(({ pages }) => pages.flatMap(({ questions }) => questions))) {
		if (question.key === "team") question.text = { en: "Worded anew.", ar: "بصياغة جديدة." };
		if (question.type === "slider" && question.key === "energy") question.max = 50;
		if (question.type === "mcq") question.choices = question.choices.filter(({ value }) => value !== "doing");
	}
	return copy;
}

/** A key with one scale of one question. */
function liking(question: string, reverse: boolean): Scoring {
	const name = { en: "Liking", ar: "ميل" };
	const scale = { key: "liking", name, kind: "scale", group: "all", method: "mean" } as const;
	return {
		groups: [{ key: "all", name }],
		instruments: [],
		scales: [{ ...scale, items: [{ question, reverse }] }],
	};
}

async function resultOf(app: TestApp, session_id: string) {
	const { body } = await app.get(`/api/v2/scores/${session_id}`);
	const { assessment, scales } = Profile.parse(body["results"]);
	const [scale] = scales;
	return {
		version: assessment.version,
		mean: scale?.status === "complete" ? scale.mean : null,
		items: scale?.items_answered,
	};
}
