import { appendFileSync, globSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { whyNoPowerCuts } from "../../server/test/campaigns/a-disk.ts";
import { runKills } from "./kills/kills.ts";
import { plansOf, plansOfControl } from "./kills/plan.ts";
import { test } from "./support/own-browser.ts";
import { CAREER_RHYTHM } from "./support/questions.ts";
import { createStudent } from "./support/student.ts";
import { expectServerHolds } from "./support/verify.ts";

test("the browser is killed at question 30: welcomed back to it, in the same language", async ({
	openBrowser,
	server,
}) => {
	const first = await openBrowser();
	const before = createStudent(first.page, { server });
	await before.visit();
	await before.begin();
	await before.answerUntil(28);
	await before.readIn("ar");
	await before.answerUntil(30);
	// The move to a question is stored right after the question is shown: a browser killed in between comes
	// back to the one before.
	const lastMove = async () =>
		(await server.history(before.memory.display_id)).findLast(({ kind }) => kind === "move")?.question;
	await expect.poll(lastMove).toBe(CAREER_RHYTHM.questions[29]?.key);
	await first.kill();

	const second = await openBrowser();
	const after = createStudent(second.page, { server, language: "ar", memory: before.memory });
	await after.visit();
	await after.isWelcomedBackAt(30);
	const facts = second.page.getByRole("dialog").getByRole("definition");
	await expect(facts.nth(0)).toHaveText("٢٩");
	await expect(facts.nth(1)).toHaveText("٢٩٠");
	await after.continueSession();
	await after.seesQuestion(30);
	await after.answer();
	await after.seesSaveLine(after.words.save.saved);
	await expectServerHolds(server, after);
});

test("the browser is killed while answers are on this device only: they are sent on the next visit", async ({
	openBrowser,
	studentWithUnsent,
	server,
}) => {
	const { browser: first, student: before } = await studentWithUnsent({ online_until: 4, offline_until: 9 });
	await first.kill();
	expect(await server.answers()).toHaveLength(3);

	const second = await openBrowser();
	const after = createStudent(second.page, { server, memory: before.memory });
	await after.visit();
	await after.isWelcomedBackAt(9);
	const facts = second.page.getByRole("dialog").getByRole("definition");
	await expect(facts.nth(0)).toHaveText("8");
	await expect(facts.nth(1)).toHaveText("80");
	await after.continueSession();
	await after.seesQuestion(9);
	await after.seesSaveLine("Saved");
	await expectServerHolds(server, after);
});

test("a power cut has left zeros behind what the browser had written: what comes after them is as safe as what was before", async ({
	openBrowser,
	server,
}, testInfo) => {
	const first = await openBrowser();
	const before = createStudent(first.page, { server });
	await before.visit();
	await before.begin();
	await before.answerUntil(3);
	await before.seesSaveLine("Saved");
	await first.kill();
	const logs = globSync(join(first.profile, "Default/IndexedDB/*.leveldb/*.log"));
	testInfo.skip(logs.length === 0, "not run: this browser keeps no log of IndexedDB where it is looked for");
	// Of a write that was not brought to the disk the file's length can be there, and the bytes not.
	for (const log of logs) appendFileSync(log, Buffer.alloc(172));

	const second = await openBrowser();
	const between = createStudent(second.page, { server, memory: before.memory });
	await between.visit();
	await between.continueSession();
	await second.context.setOffline(true);
	await between.answerUntil(6);
	await between.seesSaveLine("On this device only. It will be sent when you are online.");
	await second.kill();

	const third = await openBrowser();
	const after = createStudent(third.page, { server, memory: before.memory });
	await after.visit();
	await after.isWelcomedBackAt(6);
	await after.continueSession();
	await after.seesSaveLine("Saved");
	await expectServerHolds(server, after);
});

test.describe("with the sampler", () => {
	test.use({ assessment: "sampler" });

	test("the browser is killed right after “saved on this device”, 20 times: every answer is there, once", async ({
		server,
	}) => {
		test.setTimeout(300_000);
		const figures = await runKills({ server, plans: plansOf(20, 20) });
		console.log(`20 kills of the browser, seed 20: ${JSON.stringify(figures)}`);
		expect(figures).toMatchObject({ kills: 20, lost: 0, twice: 0, unwelcome: 0 });
		expect(figures.promised).toBeGreaterThanOrEqual(20);
		expect(figures.in_outbox).toBeGreaterThan(0);
	});

	test("control: a storage that says it too early is found out", async ({ server }) => {
		let lost = 0;
		// Now and then a browser commits in the moment between the words and its death.
		for (let seed = 1; lost === 0 && seed <= 5; seed += 1) {
			({ lost } = await runKills({ server, plans: plansOfControl(seed, 2), arm: "early" }));
		}
		expect(lost).toBeGreaterThan(0);
	});

	test("the power is cut right after “saved on this device”, 8 times: every answer is there, once", async ({
		server,
	}, testInfo) => {
		const why = whyNoPowerCuts();
		testInfo.skip(why !== null, `not run: ${why}`);
		test.setTimeout(180_000);
		const figures = await runKills({ server, plans: plansOf(21, 8), death: "power" });
		console.log(`8 power cuts under the browser, seed 21: ${JSON.stringify(figures)}`);
		expect(figures).toMatchObject({ kills: 8, lost: 0, twice: 0, unwelcome: 0 });
		expect(figures.in_outbox).toBeGreaterThan(0);
	});

	test("control: a storage that leaves the write to the system is found out by a power cut", async ({
		server,
	}, testInfo) => {
		const why = whyNoPowerCuts();
		testInfo.skip(why !== null, `not run: ${why}`);
		let lost = 0;
		// Now and then the system brings it to the disk in that moment.
		for (let seed = 1; lost === 0 && seed <= 5; seed += 1) {
			({ lost } = await runKills({ server, plans: plansOfControl(seed, 2), arm: "relaxed", death: "power" }));
		}
		expect(lost).toBeGreaterThan(0);
	});

	test("a half-typed essay survives a killed browser", async ({ openBrowser, server, questionnaire }) => {
		const first = await openBrowser();
		const before = createStudent(first.page, { server, questionnaire });
		await before.visit();
		await before.begin();
		await before.answerUntil(5);
		await before.seesSaveLine("Saved");
		await first.context.setOffline(true);
		await first.page.getByRole("textbox").pressSequentially("Half a sen");
		await before.seesSaveLine("On this device only. It will be sent when you are online.");
		await first.kill();

		const second = await openBrowser();
		const after = createStudent(second.page, { server, questionnaire, memory: before.memory });
		await after.visit();
		await after.isWelcomedBackAt(5);
		await after.continueSession();
		await expect(second.page.getByRole("textbox")).toHaveValue("Half a sen");
		await after.seesSaveLine("Saved");
		await expectServerHolds(server, after);
	});
});
