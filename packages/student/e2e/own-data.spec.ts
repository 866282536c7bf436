import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import type { ProductServer } from "./server.ts";
import { findings } from "./support/axe.ts";
import { aPhone, dialog, followLink, showCode } from "./support/devices.ts";
import { OWN_DATA } from "./support/own-data-words.ts";
import { remains } from "./support/remains.ts";
import type { Student } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

async function eraseAt(server: ProductServer, { memory }: Student): Promise<string | null> {
	const reply = await server.api<{ erase_at: string | null }>(`/api/v2/session/${memory.session_id}/erase`);
	return reply.erase_at;
}

async function downloaded(page: Page, press: () => Promise<void>): Promise<{ name: string; text: string }> {
	const download = page.waitForEvent("download");
	await press();
	const file = await download;
	return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language });
		const texts = OWN_DATA[language];

		test("answers are downloaded and deleted in Pause; the next visit offers to keep them, and keeps them", async ({
			studentAt,
			server,
		}) => {
			const student = await studentAt(3);
			const { page, words, memory } = student;
			await student.seesSaveLine(words.save.saved);
			await student.press(words.pause);
			await student.press(words.your_data);
			const menu = dialog(page, texts.title);
			await expect(menu).toBeVisible();
			expect(await findings(page)).toEqual([]);
			const json = await downloaded(page, () => student.press(texts.download_json));
			expect(json.name).toBe(`carhythm-${memory.display_id}.json`);
			const { answers } = JSON.parse(json.text) as { answers: { question: string }[] };
			expect(answers.map(({ question }) => question).sort()).toEqual([...memory.given.keys()].sort());
			await expect(menu).toContainText(texts.downloaded);
			const html = await downloaded(page, () => student.press(texts.download_page));
			expect(html.text).toContain(`<html lang="${language}"`);
			expect(json.text + html.text).not.toContain(memory.session_id);

			await student.press(texts.delete);
			const confirm = dialog(page, texts.delete_title);
			await expect(confirm).toContainText(texts.delete_body(7));
			expect(await findings(page)).toEqual([]);
			await student.press(texts.delete_no);
			expect(await eraseAt(server, student)).toBe(null);
			await student.press(texts.delete);
			await student.press(texts.delete_yes);
			const erased = dialog(page, texts.erased_title);
			await expect(erased).toBeVisible();
			expect(await findings(page)).toEqual([]);
			expect(await eraseAt(server, student)).not.toBe(null);

			await page.reload();
			await expect(erased).toBeVisible();
			await student.press(texts.keep);
			await student.isWelcomedBackAt(3);
			expect(await eraseAt(server, student)).toBe(null);
			await student.continueSession();
			await student.seesQuestion(3);
			await student.answer();
			await student.seesSaveLine(words.save.saved);
			await expectServerHolds(server, student);
		});
	});
}

test("what another device had queued waits while answers are to be deleted, and arrives when they are kept", async ({
	studentAt,
	server,
	browser,
}) => {
	const texts = OWN_DATA.en;
	const student = await studentAt(3);
	await student.seesSaveLine(student.words.save.saved);
	const { link } = await showCode(student);
	const { page, phone, context } = await aPhone(browser, student, server);
	await followLink(page, phone.words, link);
	await phone.seesQuestion(3);
	await phone.seesSaveLine(phone.words.save.saved);
	await context.setOffline(true);
	await phone.answer();
	await phone.seesSaveLine(phone.words.save.on_device.offline);

	await server.api(`/api/v2/session/${student.memory.session_id}/erase`, {});
	// The first device, where the sheet says that it goes on elsewhere, hears of it at once.
	await expect(dialog(student.page, texts.erased_title)).toBeVisible();
	await context.setOffline(false);
	const onPhone = dialog(page, texts.erased_title);
	await expect(onPhone).toContainText(texts.erased_pending);

	await student.press(texts.keep);
	await expect(onPhone).toBeHidden();
	await phone.isWelcomedBackAt(4);
	await phone.continueSession();
	await phone.seesSaveLine(phone.words.save.saved);
	await expectServerHolds(server, phone);
	await context.close();
});

test("answers to be deleted hold up no others: a new assessment in the same browser is saved", async ({
	studentAt,
	server,
}) => {
	const texts = OWN_DATA.en;
	const student = await studentAt(3);
	const { page, words, memory } = student;
	await student.seesSaveLine(words.save.saved);
	await page.context().setOffline(true);
	await student.answer();
	await student.seesSaveLine(words.save.on_device.offline);
	await server.api(`/api/v2/session/${memory.session_id}/erase`, {});
	await page.context().setOffline(false);
	await expect(dialog(page, texts.erased_title)).toContainText(texts.erased_pending);
	const started = page.waitForResponse((response) => response.url().endsWith("/api/v2/session/start"));
	await student.press(words.resume.new);
	Object.assign(memory, await (await started).json(), { given: new Map(), times: new Map() });
	await student.press(words.chapter.begin);
	await student.seesQuestion(1);
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});

test("once the answers are erased the browser holds nothing of them either", async ({
	studentAt,
	server,
}) => {
	const texts = OWN_DATA.en;
	const student = await studentAt(3);
	const { page, words, memory } = student;
	await student.seesSaveLine(words.save.saved);
	await student.press(words.pause);
	await student.press(words.your_data);
	await student.press(texts.delete);
	await student.press(texts.delete_yes);
	await expect(dialog(page, texts.erased_title)).toBeVisible();
	await server.run("session", "erase", memory.display_id, "--yes");
	await page.reload();
	await expect(page.getByRole("button", { name: words.welcome.start, exact: true })).toBeVisible();
	expect(await remains(page)).not.toContain(memory.display_id);
});

test.describe("with results", () => {
	test.use({ assessment: "sampler" });

	test("finished answers are deleted below the results, and kept they are there again", async ({
		student,
	}) => {
		const texts = OWN_DATA.en;
		const { page, words } = student;
		await student.visit();
		await student.begin();
		await student.answerToTheEnd();
		await student.finish();
		await student.press(words.your_data);
		await student.press(texts.delete);
		await student.press(texts.delete_yes);
		await expect(dialog(page, texts.erased_title)).toBeVisible();
		await student.press(texts.keep);
		await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();
	});
});
