import { expect } from "@playwright/test";
import type { ProductServer } from "../server.ts";
import type { Student } from "./student.ts";

/** Other devices, somebody else's browser and shared computers, in every state that they bring. */
export async function useManyDevices(
	student: Student,
	server: ProductServer,
	look: (screen: string) => Promise<void>,
): Promise<void> {
	const { page, words } = student;
	const dialog = (name: string) => page.getByRole("dialog", { name });
	await student.visit();
	await student.press(words.enter_code.have);
	await expect(dialog(words.enter_code.title)).toBeVisible();
	await look("code, empty");
	await page.getByRole("textbox").fill("000-000-000");
	await student.press(words.enter_code.go);
	await expect(page.getByRole("alert")).toHaveText(words.refusal.hand_off_code_invalid);
	await look("code, wrong");
	await student.press(words.enter_code.cancel);

	await page.getByRole("checkbox").check();
	await look("welcome, on a shared computer");
	await student.begin();
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await student.press(words.pause);
	await look("pause, on a shared computer");
	await student.press(words.pause_sheet.other_device);
	await expect(page.getByRole("timer")).toBeVisible();
	await look("code for another device");
	await page.context().grantPermissions(["clipboard-write"]);
	await student.press(words.hand_off.copy);
	await expect(page.getByText(words.hand_off.copied).first()).toBeAttached();
	await look("code for another device, link copied");

	const code = await page.locator(".hand-off-code").innerText();
	await server.api("/api/v2/session/handoff/redeem", { code, label: "Firefox (Android)" });
	await expect(dialog(words.elsewhere.title)).toBeVisible();
	await look("continued elsewhere");
	await page.reload();
	await expect(page.getByRole("button", { name: words.elsewhere.here })).toBeVisible();
	await look("welcome back, continued elsewhere");
	await student.press(words.not_you.open);
	await expect(dialog(words.not_you.title)).toBeVisible();
	await look("not you");
	await student.press(words.not_you.yes);
	await expect(page.getByText(words.not_you.done)).toBeVisible();
	await look("welcome, after forgetting");
	await page.goto(`${server.url}/#continue=${code}`);
	await expect(dialog(words.enter_code.title_link)).toBeVisible();
	await look("code of a link");
}
