import { expect } from "@playwright/test";
import { orderOnScreen } from "./question-types/ordering.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test.use({ assessment: "sampler" });

test("a half-typed essay comes back after a reload without a pause, and stays when the language changes", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(5);
	const { page } = student;
	const essay = page.getByRole("textbox");
	await essay.pressSequentially("A day at the sea, and then");
	await page.reload();

	await student.isWelcomedBackAt(5);
	await student.continueSession();
	await expect(essay).toHaveValue("A day at the sea, and then");
	await student.readIn("ar");
	await expect(essay).toHaveValue("A day at the sea, and then");
	await essay.pressSequentially(" …");
	await student.readIn("en");
	await expect(essay).toHaveValue("A day at the sea, and then …");
	await student.seesSaveLine(student.words.save.saved);
	await expectServerHolds(server, student);

	await page.context().setOffline(true);
	await essay.fill("Another day");
	await student.seesSaveLine("On this device only. It will be sent when you are online.");
	await page.context().setOffline(false);
	await student.seesSaveLine(student.words.save.saved);
	await student.answer({ type: "essay", text: "Another day, by the sea." });
	await student.seesSaveLine(student.words.save.saved);
	await expectServerHolds(server, student);
});

test("an answer whose text is deleted is taken back", async ({ studentAt, server }) => {
	const student = await studentAt(5);
	const { page, words } = student;
	await student.answer({ type: "essay", text: "A private word." });
	await student.press(words.back);
	await expect(page.getByRole("textbox")).toHaveValue("A private word.");
	await page.getByRole("textbox").fill("");
	await student.press(words.next);
	await expect(page.getByRole("textbox")).toBeHidden();
	await student.seesSaveLine(words.save.saved);
	expect((await server.answers()).map(({ question }) => question)).not.toContain("dream");
});

test("what was ticked and ranked but not yet given comes back after a reload", async ({
	studentAt,
	server,
}) => {
	const student = await studentAt(3);
	const { page, words } = student;
	await student.prepare({ type: "mcq", selected_options: ["watching"] });
	await page.reload();
	await student.isWelcomedBackAt(3);
	await student.continueSession();
	await expect(page.getByRole("checkbox", { name: "By watching" })).toBeChecked();
	await expect(page.getByRole("checkbox", { name: "By doing" })).not.toBeChecked();
	await student.answer();

	const ranked = (await orderOnScreen(page)).reverse();
	await student.prepare({ type: "ordering", ordered_items: ranked });
	await page.reload();
	await student.isWelcomedBackAt(4);
	await student.continueSession();
	await expect(page.getByRole("list", { name: words.answer.order_list }).getByRole("listitem")).toContainText(
		ranked,
	);
	await student.seesSaveLine(words.save.saved);
	await expectServerHolds(server, student);
});
