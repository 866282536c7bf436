import { expect } from "@playwright/test";
import { postByForm } from "./support/other-site.ts";
import { cookieOf } from "./support/remains.ts";
import { createStudent } from "./support/student.ts";
import { test } from "./support/test.ts";

/** A school's own network, by plain http: there a browser does not say which site a request comes from. */
const SCHOOL = "school.test";
const SIBLING = "games.school.test";
const STRANGER = "evil.test";

test.use({
	launchOptions: [
		async ({ launchOptions }, use) => {
			const { args = [] } = launchOptions;
			const rules = [SCHOOL, SIBLING, STRANGER].map((name) => `MAP ${name} localhost`).join(",");
			await use({ ...launchOptions, args: [...args, `--host-resolver-rules=${rules}`] });
		},
		{ scope: "worker" },
	],
});

for (const attacker of [STRANGER, SIBLING]) {
	test(`a page at ${attacker} cannot plant its own session in a student's browser, nor take the student's away`, async ({
		page,
		context,
		server,
		questionnaire,
		calm,
	}) => {
		calm.watch(page);
		const address = server.url.replace("localhost", SCHOOL);
		const student = createStudent(page, { server: { ...server, url: address }, questionnaire });

		// The attacker's own session: whoever repeats the operation id is handed it.
		const operation_id = "7b0a52b4-6a5e-4b57-9b27-1a5a3a0f9e11";
		const planted = await server.api<{ session_id: string }>("/api/v2/session/start", { operation_id });
		const form = JSON.stringify({ operation_id, language: "en" });

		await postByForm(page, `http://${attacker}`, `${address}/api/v2/session/start`, form);
		expect(await cookieOf(context)).toBeUndefined();

		await student.visit();
		await student.begin();
		await student.answer();
		await student.seesSaveLine(student.words.save.saved);
		expect(student.memory.session_id).not.toBe(planted.session_id);
		expect(await cookieOf(context)).toBe(student.memory.session_id);

		await postByForm(page, `http://${attacker}`, `${address}/api/v2/session/start`, form);
		await postByForm(page, `http://${attacker}`, `${address}/api/v2/session/forget`, "{}");
		expect(await cookieOf(context)).toBe(student.memory.session_id);
		const { session } = await server.api<{ session: { answers: object } }>(
			`/api/v2/session/${planted.session_id}`,
		);
		expect(session.answers).toEqual({});
	});
}
