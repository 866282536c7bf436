import { expect } from "@playwright/test";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

const LONG_ENOUGH = "11:00";

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language });

		test("the server stays away: answers go into a file, the operator takes it in, nothing counts twice", async ({
			student,
			server,
		}, testInfo) => {
			const { page, words, memory } = student;
			await page.clock.install();
			await student.visit();
			await student.begin();
			await student.answerUntil(4);
			await expect(page.getByText(words.save.saved, { exact: true })).toBeVisible();
			await server.kill();
			await student.answerUntil(9);
			const open = page.getByRole("button", { name: words.rescue.open, exact: true });
			await expect(page.getByText(words.save.on_device.offline)).toBeVisible();
			await expect(open).toBeHidden();
			await student.press(words.pause);
			await expect(page.getByRole("button", { name: words.rescue.title, exact: true })).toBeHidden();
			await student.press(words.pause_sheet.continue);

			await page.clock.fastForward(LONG_ENOUGH);
			await expect(open).toBeVisible();
			await open.click();
			const sheet = page.getByRole("dialog", { name: words.rescue.title });
			await expect(sheet).toContainText(words.rescue.personal);
			await expect(sheet).toContainText(memory.display_id);
			const downloading = page.waitForEvent("download");
			await sheet.getByRole("button", { name: words.rescue.save, exact: true }).click();
			const download = await downloading;
			expect(download.suggestedFilename()).toBe(`carhythm-${memory.display_id}.json`);
			const file = testInfo.outputPath("rescue.json");
			await download.saveAs(file);
			await expect(sheet).toContainText(download.suggestedFilename());
			await sheet.getByRole("button", { name: words.close, exact: true }).click();
			await student.press(words.pause);
			await expect(page.getByRole("button", { name: words.rescue.title, exact: true })).toBeVisible();

			const report = await server.run("import-rescue", file);
			expect(report).toContain(`session ${memory.display_id}: `);
			expect(report).not.toContain(memory.session_id);
			await expectServerHolds(server, student);
			expect(await server.run("import-rescue", file)).toMatch(/: 0 taken in, [1-9]\d* known already/);
			await expectServerHolds(server, student);

			await server.restart();
			await expect(page.getByText(words.pause_sheet.all_saved(8))).toBeVisible({ timeout: 60_000 });
			await expectServerHolds(server, student);
		});
	});
}
