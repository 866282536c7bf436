import { describe, expect, test } from "vitest";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../../../test/an-app.ts";
import { READS, WRITES } from "../../../test/session-requests.ts";

/** The same moment after the end for each: how a session ends, and how long after its start the end is. */
const ENDS: readonly {
	how: string;
	days: number;
	end: (app: TestApp, session_id: string) => Promise<unknown>;
}[] = [
	{ how: "completed", days: 0, end: (app, id) => app.post(`/api/v2/session/${id}/complete`) },
	{ how: "set aside", days: 0, end: (app, id) => app.post(`/api/v2/session/${id}/abandon`) },
	{ how: "expired", days: 30, end: async () => {} },
];

describe("the end of a session id", () => {
	test.each(ENDS)(
		"comes 90 days after the session was $how: then it opens nothing",
		async ({ end, days }) => {
			await using app = await anApp();
			const id = await app.start();
			await app.submit(id, "team", SAMPLER_ANSWERS.team);
			await end(app, id);
			app.pass({ days: days + 90 });
			expect((await app.get(`/api/v2/session/${id}`)).status).toBe(200);
			const before = await stored(app);
			app.pass({ seconds: 1 });

			const unknown = "11111111-1111-4111-8111-111111111111";
			for (const ask of READS) expect(await ask(app, id)).toEqual(await ask(app, unknown));
			for (const write of WRITES) {
				const { status, body } = await write(app, id);
				expect([status, body["code"]]).toEqual([404, "session_not_found"]);
			}
			expect(await stored(app)).toEqual(before);
			// It is the id that has ended: whoever runs the server still has the session.
			expect((await app.sessions.load(id as never))?.state.answered).toBe(1);
		},
	);

	test("of an adopted session comes 90 days after the adoption, not after what the other program wrote", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.post(`/api/v2/session/${id}/complete`);
		app.pass({ days: 80 });
		await app.database.db.updateTable("session_details").set({ adopted_at: app.now() }).execute();
		app.pass({ days: 90 });
		expect((await app.get(`/api/v2/scores/${id}`)).status).toBe(200);
		app.pass({ seconds: 1 });
		expect((await app.get(`/api/v2/scores/${id}`)).status).toBe(404);
	});

	test("takes the session away from the browser's cookie as well", async () => {
		await using app = await anApp();
		const id = await app.start();
		await app.post(`/api/v2/session/${id}/complete`);
		const current = async () =>
			(await app.get("/api/v2/session/current", { Cookie: `carhythm_session=${id}` })).status;
		app.pass({ days: 90 });
		expect(await current()).toBe(200);
		app.pass({ seconds: 1 });
		expect(await current()).toBe(204);
	});
});

async function stored({ database }: TestApp) {
	return {
		sessions: await database.db.selectFrom("student_responses").selectAll().execute(),
		events: await database.db.selectFrom("session_events").select("id").execute(),
		feedback: await database.db.selectFrom("feedbacks").selectAll().execute(),
	};
}
