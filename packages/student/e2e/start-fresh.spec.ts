import { expect, type Page } from "@playwright/test";
import type { Memory } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds, statusOf } from "./support/verify.ts";

test("Start Fresh is confirmed, sets the old session aside, and can be undone", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(6);
	const { page, words, memory } = student;
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

	// On a slow network the page hears first that the new session was set aside. That was asked for, and is no
	// question.
	const told = isToldOf(page, fresh);
	await page.route(
		stateOf(memory),
		async (route) => {
			await told;
			await route.continue();
		},
		{ times: 1 },
	);
	const sheets = await watchSheets(page);
	await student.press(words.resume.undo);
	await student.seesQuestion(6);
	expect(await sheets()).toBe("");
	expect((await statusOf(server, memory.session_id)).status).toBe("active");
	expect((await statusOf(server, fresh.session_id)).status).toBe("user_abandoned_not_completed");
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});

test("after Start Fresh nothing of the old answers is seen, and the next visit returns to the new session", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(4);
	const { page, words } = student;
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

test("Undo on a bad network ends at the old answers, and never offers the empty session in their place", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(4);
	const { page, words, memory } = student;
	await student.seesSaveLine(words.save.saved);
	await page.reload();
	await student.press(words.resume.fresh);
	const fresh = await newSession(page, () => student.press(words.resume.confirm_yes));
	await expect(page.getByText(words.resume.set_aside(3))).toBeVisible();

	const told = isToldOf(page, fresh);
	await page.route(
		stateOf(memory),
		async (route) => {
			await told;
			await route.abort();
		},
		{ times: 1 },
	);
	const sheets = await watchSheets(page);
	await student.press(words.resume.undo);
	await student.isWelcomedBackAt(4);
	expect(await sheets()).not.toContain(words.resume.abandoned_title);
	await student.continueSession();
	await student.seesQuestion(4);
	expect((await statusOf(server, memory.session_id)).status).toBe("active");
	await expectServerHolds(server, student);
});

test("what was set aside is offered on later visits, and is had back in turn with what came since", async ({
	studentAt,
}) => {
	const student = await studentAt(4);
	const { page, words } = student;
	await student.seesSaveLine(words.save.saved);
	await page.reload();
	await student.press(words.resume.fresh);
	await student.press(words.resume.confirm_yes);
	await expect(page.getByText(words.resume.set_aside(3))).toBeVisible();

	await page.reload();
	await expect(page.getByRole("main")).toContainText(/You set aside 3 answers, kept until \d+ \w+/);
	await student.press(words.welcome.start);
	await student.press(words.chapter.begin);
	await student.answer();
	await student.seesSaveLine(words.save.saved);

	await page.reload();
	await student.isWelcomedBackAt(2);
	const offer = page.getByRole("dialog").getByText("You set aside 3 answers");
	await expect(offer).toBeVisible();
	// Enter goes on with what is there.
	const goOn = page.getByRole("dialog").getByRole("button", { name: words.resume.continue, exact: true });
	await expect(goOn).toBeFocused();
	await student.press(words.resume.set_aside_return(3));
	await student.seesQuestion(4);
	await expect(page.getByText(words.resume.set_aside(1))).toBeVisible();

	await student.press(words.resume.undo);
	await student.seesQuestion(2);
	await expect(page.getByText(words.resume.set_aside(3))).toBeVisible();
});

const stateOf = ({ session_id }: Pick<Memory, "session_id">) => `**/api/v2/session/${session_id}`;

function isToldOf(page: Page, { session_id }: Pick<Memory, "session_id">): Promise<unknown> {
	return page.waitForResponse((response) => response.url().endsWith(`/api/v2/session/${session_id}`));
}

/** The words of every sheet that is shown from now on. */
async function watchSheets(page: Page): Promise<() => Promise<string>> {
	const seen = await page.evaluateHandle(() => {
		const texts: string[] = [];
		const note = () => texts.push(document.querySelector("dialog")?.innerText ?? "");
		new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
		return texts;
	});
	return () => seen.evaluate((texts) => texts.join("\n").trim());
}

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
