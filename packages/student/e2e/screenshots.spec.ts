import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, type TestInfo } from "@playwright/test";
import { test } from "./support/test.ts";
import { answerElsewhere } from "./support/verify.ts";

/**
 * With CARHYTHM_SCREENSHOTS=1 the pictures of the README are made anew; else they only show that the screens
 * are reached.
 */
const WRITES = process.env["CARHYTHM_SCREENSHOTS"] === "1";
const IMAGES = fileURLToPath(new URL("../../../docs/images", import.meta.url));

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language, viewport: PHONE, deviceScaleFactor: 1.5, timezoneId: "UTC" });

		test("the pictures of the README", async ({ student, server }, testInfo) => {
			const { page, words } = student;
			const take = (name: string) => photograph(page, `${name}-${language}`, testInfo);
			await student.visit();
			await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
			await take("welcome");
			await student.begin();
			await student.answerUntil(31);
			await page.getByRole("radio").nth(3).focus();
			await page.keyboard.press("Space");
			await student.seesSaveLine(words.save.saved);
			await take("question");
			await page.setViewportSize(DESKTOP);
			await take("question-desktop");
			await page.setViewportSize(PHONE);

			await page.reload();
			await student.isWelcomedBackAt(31);
			await take("resume");
			await page.emulateMedia({ colorScheme: "dark" });
			await take("resume-dark");
			await page.emulateMedia({ colorScheme: "light" });
			await student.continueSession();
			await student.seesQuestion(31);

			await answerElsewhere(server, student);
			await page.reload();
			await student.continueSession();
			await student.seesQuestion(71);
			await student.press(words.next);
			await student.finish();
			await expect(page.locator(".scale-row").first()).toBeVisible();
			await take("results");
		});
	});
}

async function photograph(page: Page, name: string, testInfo: TestInfo): Promise<void> {
	if (WRITES) mkdirSync(IMAGES, { recursive: true });
	const path = WRITES ? join(IMAGES, `${name}.png`) : testInfo.outputPath(`${name}.png`);
	await page.evaluate(async () => {
		await document.fonts.ready;
		if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
	});
	const picture = await page.screenshot({ path, animations: "disabled", caret: "hide" });
	expect(picture.byteLength).toBeGreaterThan(5_000);
}
