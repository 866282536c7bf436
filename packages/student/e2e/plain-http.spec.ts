import { expect } from "@playwright/test";
import { aPhone, followLink, seesWhereItWent, showCode } from "./support/devices.ts";
import { remains } from "./support/remains.ts";
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

test("on plain http in a local network everything works: answering, two tabs, no network, coming back, another device, starting fresh", async ({
	page,
	context,
	browser,
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
	const { link } = await showCode(student);
	// Nothing may be copied for the student here, so the link can be copied by hand.
	await expect(page.getByRole("textbox", { name: words.hand_off.link })).toHaveValue(
		new RegExp(`^${address}/#`),
	);
	expect(student.memory.given.size).toBe(10);
	await expectServerHolds(server, student);

	const other = await aPhone(browser, student, { ...server, url: address });
	calm.watch(other.page);
	await followLink(other.page, words, link);
	await other.phone.seesQuestion(11);
	await seesWhereItWent(student);
	await other.phone.answer();
	await other.phone.seesSaveLine(words.save.saved);
	await other.page.reload();
	await other.phone.isWelcomedBackAt(12);
	await other.phone.press(words.resume.fresh);
	await other.phone.press(words.resume.confirm_yes);
	await expect(other.page.getByText(words.resume.set_aside(11))).toBeVisible();
	await other.phone.press(words.resume.undo);
	await other.phone.seesQuestion(12);
	await expectServerHolds(server, other.phone);
	await other.context.close();
});

test("on plain http a shared computer keeps nothing", async ({
	page,
	context,
	server,
	questionnaire,
	calm,
}) => {
	calm.watch(page);
	const address = server.url.replace("localhost", NAME);
	const student = createStudent(page, { server: { ...server, url: address }, questionnaire });
	const { words, memory } = student;
	await student.visit();
	await page.getByRole("checkbox", { name: words.shared_computer.label }).check();
	await student.begin();
	await student.answerUntil(3);
	await student.seesSaveLine(words.save.saved);
	await page.reload();
	await student.isWelcomedBackAt(3);
	await student.continueSession();
	await student.press(words.pause);
	await student.press(words.pause_sheet.leave);
	await student.press(words.shared_computer.leave_yes);
	await expect(page.getByText(words.shared_computer.left)).toBeVisible();
	expect(await remains(page)).not.toContain(memory.session_id);
	expect(await context.cookies()).toEqual([]);
	await page.reload();
	await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
	await expect(page.getByRole("dialog")).toBeHidden();
	await expectServerHolds(server, student);
});
