import { expect } from "@playwright/test";
import { test } from "./support/test.ts";
import { expectServerHolds, statusOf } from "./support/verify.ts";

test("offline from question 10 to 25, then online: the server holds every answer once", async ({
	studentAt,
	server,
	context,
}) => {
	const student = await studentAt(10);
	const { words, memory } = student;
	await context.setOffline(true);
	await student.answer();
	await student.seesSaveLine("On this device only. It will be sent when you are online.");
	await student.answerUntil(25);
	await student.seesSaveLine("On this device only. It will be sent when you are online.");
	expect(memory.given.size).toBe(24);

	await context.setOffline(false);
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});

test("without a network the page cannot be opened anew, and nothing is lost by trying", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(3);
	const { page, words } = student;
	// The real thing: what a page that goes away sends passes by the browser's emulation of being offline.
	await server.kill();
	await student.answer();
	await student.seesSaveLine(words.save.on_device.offline);
	await expect(page.reload()).rejects.toThrow("ERR_CONNECTION_REFUSED");

	await server.restart();
	await student.visit();
	await student.isWelcomedBackAt(4);
	await student.continueSession();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});

test("without a network the language can still be changed", async ({ studentAt, server, context }) => {
	const student = await studentAt(3);
	await context.setOffline(true);
	await student.answer();
	await student.readIn("ar");
	await student.seesQuestion(4);
	await student.seesSaveLine("على هذا الجهاز فقط. سيُرسل عند عودة الاتصال.");
	await student.answer();

	await context.setOffline(false);
	await student.seesSaveLine("حُفظ");
	await expectServerHolds(server, student);
});

test.describe("with the sampler", () => {
	test.use({ assessment: "sampler" });

	test("finishing without a network: the results come as soon as it is back", async ({
		studentAt,
		server,
		context,
	}) => {
		const student = await studentAt(5);
		const { page, words, memory } = student;
		await context.setOffline(true);
		await student.answerToTheEnd();
		await student.press(words.review.finish);
		await expect(page.getByRole("heading", { name: "You are through.", level: 1 })).toBeVisible();
		await expect(page.getByText(words.results.pending)).toBeVisible();
		expect((await statusOf(server, memory.session_id)).status).toBe("active");

		await context.setOffline(false);
		await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();
		expect((await statusOf(server, memory.session_id)).status).toBe("completed");
		await expectServerHolds(server, student);
	});
});
