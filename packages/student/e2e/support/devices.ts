import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import jsQr from "jsqr";
import type { ProductServer } from "../server.ts";
import { createStudent, type Student } from "./student.ts";
import { hidePrivateWindow, localeOf } from "./test.ts";

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
	await context.addInitScript(hidePrivateWindow);
	const page = await context.newPage();
	const { memory, language } = student;
	return { context, page, phone: createStudent(page, { server, language, memory }) };
}

export const dialog = (page: Page, name: string) => page.getByRole("dialog", { name });

/** Opens the sheet with the code on the device where the student is, and scans it. */
export async function showCode(student: Student): Promise<{ code: string; link: string }> {
	const { page, words } = student;
	await page.getByRole("button", { name: words.pause, exact: true }).click();
	await page.getByRole("button", { name: words.pause_sheet.other_device }).click();
	return scanCode(student);
}

/** The code that is shown, in letters, and the link that a camera reads from its picture. */
export async function scanCode({ page, words }: Student): Promise<{ code: string; link: string }> {
	const sheet = dialog(page, words.hand_off.title);
	await expect(sheet.getByRole("timer")).toBeVisible();
	const code = await sheet.locator(".hand-off-code").innerText();
	expect(code).toMatch(/^\w{3}-\w{3}-\w{3}$/);
	const link = await readQr(sheet.getByRole("img", { name: words.hand_off.picture }));
	expect(link).toBe(`${new URL(page.url()).origin}/#continue=${code}`);
	return { code, link };
}

/** What somebody else's reader reads from a picture on the screen. */
async function readQr(picture: Locator): Promise<string> {
	const png = await picture.screenshot();
	const { width, height, greys } = await picture.page().evaluate(async (base64) => {
		const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
		const image = await createImageBitmap(new Blob([bytes]));
		const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
		canvas?.drawImage(image, 0, 0);
		const pixels = canvas?.getImageData(0, 0, image.width, image.height).data ?? [];
		// One letter a pixel: a long array would take seconds to come over.
		let greys = "";
		for (let at = 1; at < pixels.length; at += 4) greys += String.fromCharCode(pixels[at] ?? 0);
		return { width: image.width, height: image.height, greys };
	}, png.toString("base64"));
	const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
	for (let at = 0; at < greys.length; at += 1) pixels.fill(greys.charCodeAt(at), at * 4, at * 4 + 3);
	const found = jsQr(pixels, width, height);
	if (!found) throw new Error("There is no QR code in the picture.");
	return found.data;
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
