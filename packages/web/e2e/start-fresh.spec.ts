import { expect, type Page } from "@playwright/test";
import type { Memory } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds, statusOf } from "./support/verify.ts";

test("Start Fresh is confirmed, sets the old session aside, and can be undone", async ({
	student,
	server,
}) => {
	const { page, words, memory } = student;
	await student.visit();
	await student.begin();
	await student.answerUntil(6);
	await page.reload();
	await student.isWelcomedBackAt(6);

	await student.press(words.resume.fresh);
	const confirmation = page.getByRole("dialog", { name: words.resume.confirm_title });
	await expect(confirmation).toContainText(
		"Your 5 answers will be set aside, not deleted. You can return to them for 7 days.",
	);
	await student.press(words.resume.confirm_no);
	await student.isWelcomedBackAt(6);
	expect((await statusOf(server, memory.session_id)).status).toBe("active");

	await student.press(words.resume.fresh);
	await expect(confirmation).toBeVisible();
	await page.keyboard.press("Escape");
	await student.isWelcomedBackAt(6);

	await student.press(words.resume.fresh);
	const fresh = await newSession(page, () => student.press(words.resume.confirm_yes));
	await expect(page.getByText("5 answers set aside. You can return to them for 7 days.")).toBeVisible();
	expect(await statusOf(server, memory.session_id)).toMatchObject({
		status: "user_abandoned_not_completed",
		progress: { questions_answered: 5, total_xp: 50 },
	});
	expect(await statusOf(server, fresh.session_id)).toMatchObject({
		status: "active",
		progress: { questions_answered: 0, total_xp: 0 },
	});
	await expectServerHolds(server, student);

	await student.press(words.resume.undo);
	await student.seesQuestion(6);
	expect((await statusOf(server, memory.session_id)).status).toBe("active");
	expect((await statusOf(server, fresh.session_id)).status).toBe("user_abandoned_not_completed");
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});

test("after Start Fresh nothing of the old answers is seen, and the next visit returns to the new session", async ({
	student,
	server,
}) => {
	const { page, words } = student;
	await student.visit();
	await student.begin();
	await student.answerUntil(4);
	await page.reload();
	await student.press(words.resume.fresh);
	const fresh = await newSession(page, () => student.press(words.resume.confirm_yes));
	await student.press(words.chapter.begin);
	for (let number = 1; number < 4; number += 1) {
		await student.seesQuestion(number);
		await expect(page.getByRole("radio", { checked: true })).toHaveCount(0);
		await student.press(words.skip);
	}
	await student.seesQuestion(4);
	Object.assign(student.memory, fresh, { given: new Map(), times: new Map() });
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);

	await page.reload();
	await student.isWelcomedBackAt(5);
	await expect(page.getByRole("dialog").getByRole("definition").first()).toHaveText("1");
});

/** The ids of the session that begins while something is done. */
async function newSession(
	page: Page,
	doing: () => Promise<void>,
): Promise<Pick<Memory, "session_id" | "display_id">> {
	const started = page.waitForResponse((response) => response.url().endsWith("/api/v2/session/start"));
	await doing();
	const { session_id, display_id } = (await (await started).json()) as Memory;
	return { session_id, display_id };
}
