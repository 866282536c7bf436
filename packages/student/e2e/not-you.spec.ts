import type { Answer } from "@carhythm/core";
import { expect } from "@playwright/test";
import type { ProductServer } from "./server.ts";
import { dialog } from "./support/devices.ts";
import { cookieOf, remains } from "./support/remains.ts";
import type { Student } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test.use({ assessment: "sampler" });

const ESSAY = "Nobody else shall read of the lighthouse.";

/** All five questions, the last of them in the student's own words. */
async function answerAll(student: Student): Promise<void> {
	await student.visit();
	await student.begin();
	await student.answer({ type: "slider", value: 4 });
	await student.answer({ type: "slider", value: 85 });
	await student.answerUntil(5);
	await student.answer({ type: "essay", text: ESSAY });
	await student.seesSaveLine(student.words.save.saved);
}

test("who opens the browser next sees how far somebody came, and nothing of what they answered", async ({
	student,
	questionnaire,
}) => {
	const { page } = student;
	await answerAll(student);
	await page.reload();
	await student.isWelcomedBackAt(5);
	const seen = [await page.locator("body").innerText(), await page.content()].join("\n");
	const words = questionnaire.questions.flatMap((asked) => {
		if (asked.type === "slider") return asked.labels.map(({ en }) => en);
		if (asked.type === "mcq") return asked.choices.map(({ label }) => label.en);
		return asked.type === "ordering" ? asked.items.map(({ text }) => text.en) : [ESSAY];
	});
	expect(words).toHaveLength(14);
	for (const word of words) expect(seen).not.toContain(word);
	expect(await page.locator("body").innerText()).not.toMatch(/\b85\b/);
	await expect(page.locator("input, textarea, [aria-valuetext]")).toHaveCount(0);
});

type Situation = {
	/** Where the next person finds the earlier one's answers. */
	name: string;
	language: "en" | "ar";
	bring: (student: Student, server: ProductServer) => Promise<unknown>;
	sees: (words: Student["words"]) => string;
	/** Whether another server has come, so that there is nobody who keeps anything. */
	isUnknown?: true;
};

const SITUATIONS: readonly Situation[] = [
	{ name: "welcome back", language: "en", bring: async () => {}, sees: ({ resume }) => resume.title },
	{
		name: "set aside",
		language: "ar",
		bring: ({ memory }, server) => server.api(`/api/v2/session/${memory.session_id}/abandon`, {}),
		sees: ({ resume }) => resume.abandoned_title,
	},
	{
		name: "expired",
		language: "en",
		bring: (_, server) => server.restart({ days_later: 31 }),
		sees: ({ resume }) => resume.expired_title,
	},
	{
		name: "unknown to the server",
		language: "ar",
		bring: (_, server) => server.restartAnew(),
		sees: ({ resume }) => resume.unknown_title,
		isUnknown: true,
	},
	{
		name: "results",
		language: "en",
		bring: (student) => student.finish(),
		sees: ({ results }) => results.title,
	},
];

for (const { name, language, bring, sees, isUnknown } of SITUATIONS) {
	test.describe(`${name}, in ${language}`, () => {
		test.use({ language });

		test("“Not you?” makes the browser forget all of it, and the server keep it", async ({
			student,
			server,
			context,
		}) => {
			const { page, words, memory } = student;
			await answerAll(student);
			expect(await remains(page)).toContain(ESSAY);
			await bring(student, server);
			await page.reload();
			await expect(page.getByRole("heading", { name: sees(words) })).toBeVisible();

			const open = page.getByRole("button", { name: words.not_you.open, exact: true });
			const asked = dialog(page, words.not_you.title);
			await open.click();
			await asked.getByRole("button", { name: words.not_you.no, exact: true }).click();
			await expect(page.getByRole("heading", { name: sees(words) })).toBeVisible();
			await open.click();
			if (isUnknown) await expect(asked).toContainText(words.not_you.body_delete(5));
			const yes = isUnknown ? words.not_you.yes_delete : words.not_you.yes;
			await asked.getByRole("button", { name: yes, exact: true }).click();
			await expect(page.getByText(words.not_you.done)).toBeVisible();

			expect(await cookieOf(context)).toBeUndefined();
			const left = await remains(page);
			for (const trace of [memory.session_id, memory.display_id, ESSAY]) expect(left).not.toContain(trace);
			const seesNothing = async () => {
				await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
				await expect(page.getByRole("dialog")).toBeHidden();
			};
			await page.goBack();
			await seesNothing();
			await page.reload();
			await seesNothing();
			if (!isUnknown) await expectServerHolds(server, student);
		});
	});
}

test("answers that no server knows are waiting to be sent: “Not you?” says what it means, and deletes them", async ({
	student,
	server,
	context,
}) => {
	const { page, words } = student;
	await answerAll(student);
	await context.setOffline(true);
	const changed: Answer = { type: "essay", text: `${ESSAY} Nor of the sea.` };
	await student.press(words.back);
	await student.answer(changed);
	await student.seesSaveLine(words.save.on_device.offline);
	await server.restartAnew();
	await context.setOffline(false);
	await page.reload();
	await expect(dialog(page, words.resume.unknown_title)).toBeVisible();
	await student.press(words.not_you.open);
	await student.press(words.not_you.yes_delete);
	await expect(page.getByText(words.not_you.done)).toBeVisible();
	expect(await remains(page)).not.toContain(ESSAY);
});

test("a shared computer can be left from the results too, and shows them to nobody", async ({
	student,
	server,
	context,
}) => {
	const { page, words, memory } = student;
	await student.visit();
	await page.getByRole("checkbox", { name: words.shared_computer.label }).check();
	await student.begin();
	await student.answerToTheEnd();
	await student.finish();
	await student.press(words.pause_sheet.leave);
	await student.press(words.shared_computer.leave_yes_results);
	await expect(page.getByText(words.shared_computer.left)).toBeVisible();
	expect(await cookieOf(context)).toBeUndefined();
	expect(await remains(page)).not.toContain(memory.session_id);
	await page.reload();
	await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
	await expectServerHolds(server, student);
});
