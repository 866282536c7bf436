import { type Browser, expect, type Page } from "@playwright/test";
import type { ProductServer } from "../server.ts";
import { createStudent, type Student } from "./student.ts";
import { localeOf } from "./test.ts";

const IPHONE =
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";

/** A second device: a browser that shares nothing with the first. */
export async function aPhone(browser: Browser, student: Student, server: ProductServer) {
	const context = await browser.newContext({
		userAgent: IPHONE,
		locale: localeOf(student.language),
		reducedMotion: "reduce",
		viewport: { width: 390, height: 844 },
	});
	const page = await context.newPage();
	const { memory, language } = student;
	return { context, page, phone: createStudent(page, { server, language, memory }) };
}

export const dialog = (page: Page, name: string) => page.getByRole("dialog", { name });

/** Opens the sheet with the code on the device where the student is. */
export async function showCode({ page, words }: Student): Promise<{ code: string; link: string }> {
	await page.getByRole("button", { name: words.pause, exact: true }).click();
	await page.getByRole("button", { name: words.pause_sheet.other_device }).click();
	const sheet = dialog(page, words.hand_off.title);
	await expect(sheet.getByRole("img", { name: words.hand_off.picture })).toBeVisible();
	await expect(sheet.getByRole("timer")).toBeVisible();
	const code = await sheet.locator(".hand-off-code").innerText();
	expect(code).toMatch(/^\w{3}-\w{3}-\w{3}$/);
	return { code, link: `${new URL(page.url()).origin}/#continue=${code}` };
}

/** On the other device: the link of the picture. */
export async function followLink(page: Page, words: Student["words"], link: string): Promise<void> {
	await page.goto(link);
	await dialog(page, words.enter_code.title_link).getByRole("button", { name: words.enter_code.go }).click();
}

export async function seesWhereItWent({ page, words }: Student): Promise<void> {
	// The five seconds that are promised.
	await expect(dialog(page, words.elsewhere.title)).toBeVisible({ timeout: 5000 });
	await expect(dialog(page, words.elsewhere.title)).toContainText("Safari (iPhone)");
}
