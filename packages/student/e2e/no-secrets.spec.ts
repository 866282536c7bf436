import { expect } from "@playwright/test";
import { startServer } from "./server.ts";
import { SAMPLER } from "./support/questions.ts";
import { createStudent } from "./support/student.ts";
import { test as base } from "./support/test.ts";

const test = base.extend({
	server: async ({ assessment }, use) => {
		const server = await startServer({ assessment, log_level: "trace" });
		await use(server);
		await server.dispose();
	},
});
test.use({ assessment: "sampler" });

test("the secret session id is in no title, address, Referer, history or log", async ({
	page,
	server,
	calm,
}) => {
	calm.watch(page);
	const seen: string[] = [];
	const look = async () => {
		const state = await page.evaluate(() => JSON.stringify([history.state, window.name]));
		seen.push(await page.title(), page.url(), state);
	};
	page.on("framenavigated", (frame) => seen.push(frame.url()));
	let requests = 0;
	page.on("request", async (request) => {
		requests += 1;
		seen.push((await request.allHeaders())["referer"] ?? "");
	});
	const student = createStudent(page, { server, questionnaire: SAMPLER });
	await student.visit();
	await student.begin();
	for (let number = 2; number <= 5; number += 1) {
		await student.answerUntil(number);
		await look();
	}
	await page.reload();
	await student.isWelcomedBackAt(5);
	await look();
	await student.continueSession();
	await student.answer({ type: "essay", text: "Nobody but the school reads this." });
	await look();
	await student.finish();
	await look();
	await page.getByRole("textbox").first().fill("Quietly good.");
	await student.press(student.words.feedback.send);
	await expect(page.getByText(student.words.feedback.thanks)).toBeVisible();
	await look();

	const { session_id } = student.memory;
	expect(session_id).toMatch(/^[0-9a-f-]{36}$/);
	expect(requests).toBeGreaterThan(10);
	expect(seen.join("\n")).not.toContain(session_id);

	const log = server.log();
	expect(log).toContain('"route":"/api/v2/session/{session_id}/sync"');
	for (const secret of [session_id, "Nobody but the school", "Quietly good"])
		expect(log).not.toContain(secret);
	const exported = await Promise.all([
		server.run("export", "--rows", "answers"),
		server.run("export", "--rows", "sessions", "--format", "jsonl"),
		server.run("session", "list", "--json"),
		server.run("session", "show", student.memory.display_id),
	]);
	expect(exported.join("\n")).not.toContain(session_id);
});
