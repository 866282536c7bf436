import { expect } from "@playwright/test";
import type { ProductServer } from "../server.ts";
import type { Student } from "./student.ts";

/** The server stays away until a file makes sense, and the answers are saved to one. */
export async function saveToFile(
	student: Student,
	server: ProductServer,
	look: (screen: string) => Promise<void>,
): Promise<void> {
	const { page, words } = student;
	await page.clock.install();
	await student.visit();
	await student.begin();
	await expect(page.getByText(words.save.saved, { exact: true })).toBeVisible();
	await server.kill();
	await student.answer();
	await expect(page.getByText(words.save.on_device.offline)).toBeVisible();
	await page.clock.fastForward("11:00");
	await expect(page.getByRole("button", { name: words.rescue.open, exact: true })).toBeVisible();
	await look("question, waiting for long");
	await student.press(words.pause);
	await expect(page.getByRole("button", { name: words.rescue.title, exact: true })).toBeVisible();
	await look("pause, waiting for long");
	await student.press(words.rescue.title);
	await look("rescue file");
	const downloading = page.waitForEvent("download");
	await student.press(words.rescue.save);
	await downloading;
	// The answer, and the move to the next question.
	await expect(page.getByRole("dialog")).toContainText(words.rescue.saved(2));
	await look("rescue file, saved");
}
