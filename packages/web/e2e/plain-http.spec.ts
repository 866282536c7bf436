import { expect } from "@playwright/test";
import { createStudent } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

/** A name as a school's own network has them. For `localhost` browsers make an exception. */
const NAME = "school.test";

test.use({
	launchOptions: [
		async ({ launchOptions }, use) => {
			const { args = [] } = launchOptions;
			await use({ ...launchOptions, args: [...args, `--host-resolver-rules=MAP ${NAME} localhost`] });
		},
		{ scope: "worker" },
	],
});

test("on plain http in a local network everything works: answering, two tabs, no network, coming back", async ({
	page,
	context,
	server,
	questionnaire,
	calm,
}) => {
	calm.watch(page);
	const address = server.url.replace("localhost", NAME);
	const student = createStudent(page, { server: { ...server, url: address }, questionnaire });
	const { words } = student;
	await student.visit();
	const missing = () => ({
		isSecure: isSecureContext,
		there: [
			...["locks", "clipboard", "serviceWorker", "storage"].filter((name) => name in navigator),
			...["randomUUID", "subtle"].filter((name) => name in crypto),
		],
	});
	expect(await page.evaluate(missing)).toEqual({ isSecure: false, there: [] });

	await student.begin();
	await student.answerUntil(5);
	await expect(page.getByText(words.save.saved, { exact: true })).toBeVisible();

	const beside = await context.newPage();
	calm.watch(beside);
	const tab = createStudent(beside, {
		server: { ...server, url: address },
		questionnaire,
		memory: student.memory,
	});
	await tab.visit();
	await tab.isWelcomedBackAt(5);
	await tab.continueSession();
	await tab.answer();
	await beside.close();

	await context.setOffline(true);
	await page.bringToFront();
	await student.answerUntil(9);
	await expect(page.getByText(words.save.on_device.offline)).toBeVisible();
	await context.setOffline(false);
	await expect(page.getByText(words.save.saved, { exact: true })).toBeVisible({ timeout: 30_000 });

	await page.reload();
	await student.isWelcomedBackAt(9);
	await student.continueSession();
	await student.answerUntil(11);
	await expect(page.getByText(words.save.saved, { exact: true })).toBeVisible();
	await student.press(words.pause);
	await student.press(words.pause_sheet.other_device);
	// Nothing may be copied for the student here, so the link can be copied by hand.
	await expect(page.getByRole("textbox", { name: words.hand_off.link })).toHaveValue(
		new RegExp(`^${address}/#`),
	);
	expect(student.memory.given.size).toBe(10);
	await expectServerHolds(server, student);
});
