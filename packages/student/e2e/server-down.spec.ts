import { expect } from "@playwright/test";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

/** Seconds for which the server is gone. */
const OUTAGE_SECONDS = Number(process.env["CARHYTHM_E2E_OUTAGE"] ?? 4);
/** The longest pause between two attempts, and some. */
const PATIENCE_MS = 90_000;

test("the server dies in the middle and comes back: all answers arrive once", async ({ student, server }) => {
	test.setTimeout(90_000 + OUTAGE_SECONDS * 1000 + PATIENCE_MS);
	const { page, words, memory } = student;
	await student.visit();
	await student.begin();
	await student.answerUntil(6);
	await server.kill();
	const died = Date.now();
	await student.answer();
	await expect(page.getByText(/^On this device only\./)).toBeVisible();
	let number = 8;
	do {
		await student.answerUntil(number);
		number += 1;
	} while (Date.now() - died < OUTAGE_SECONDS * 1000 && number < 60);
	await expect(page.getByText(/^On this device only\./)).toBeVisible();
	await expect
		.poll(() => Date.now() - died, { timeout: OUTAGE_SECONDS * 1000 + 1000 })
		.toBeGreaterThanOrEqual(OUTAGE_SECONDS * 1000);

	await server.restart();
	await expect(page.getByText(words.save.saved, { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
	expect(memory.given.size).toBeGreaterThan(5);
	await expectServerHolds(server, student);
});
