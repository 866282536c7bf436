import { expect } from "@playwright/test";
import { orderOnScreen } from "./question-types/ordering.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

test.use({ assessment: "sampler" });

test("the language changes in the middle of every question and keeps what is there", async ({
	student,
	server,
	questionnaire,
}) => {
	const { page } = student;
	await student.visit();
	await student.readIn("ar");
	await expect(page.getByRole("heading", { name: "عيّنة", level: 1 })).toBeVisible();
	await student.readIn("en");
	await student.begin();

	await student.answer({ type: "slider", value: 4 });
	await student.press(student.words.back);
	await student.seesQuestion(1);
	await expect(page.getByRole("radio", { name: "Agree", exact: true })).toBeChecked();
	await student.readIn("ar");
	await student.seesQuestion(1);
	await expect(page.getByRole("radio", { name: "أوافق", exact: true })).toBeChecked();
	await student.press(student.words.next);

	await student.seesQuestion(2);
	await student.prepare({ type: "slider", value: 35 });
	await student.readIn("en");
	await expect(page.getByRole("slider")).toHaveValue("35");
	await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", "35");
	await student.readIn("ar");
	await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", "٣٥");
	await student.answer({ type: "slider", value: 35 });

	await student.seesQuestion(3);
	await student.prepare({ type: "mcq", selected_options: ["reading", "talking"] });
	await student.readIn("en");
	await expect(page.getByRole("checkbox", { name: "By reading" })).toBeChecked();
	await expect(page.getByRole("checkbox", { name: "By talking it over" })).toBeChecked();
	await expect(page.getByRole("checkbox", { checked: true })).toHaveCount(2);
	await student.answer({ type: "mcq", selected_options: ["reading", "talking"] });

	await student.seesQuestion(4);
	const ranked = (await orderOnScreen(page)).reverse();
	await student.prepare({ type: "ordering", ordered_items: ranked });
	await student.readIn("ar");
	await student.seesQuestion(4);
	const asked = questionnaire.questions[3]!;
	const arabic = ranked.map((text) =>
		asked.type === "ordering" ? asked.items.find((item) => item.text.en === text)?.text.ar : undefined,
	);
	expect(await orderOnScreen(page)).toEqual(arabic);
	await student.answer({ type: "ordering", ordered_items: arabic.map(String) });

	await student.seesQuestion(5);
	await page.getByRole("textbox").fill("كلمة and a word");
	await student.readIn("en");
	await expect(page.getByRole("textbox")).toHaveValue("كلمة and a word");
	await student.press(student.words.back);
	await student.seesQuestion(4);
	expect(await orderOnScreen(page)).toEqual(ranked);
	await student.press(student.words.next);
	await student.answer({ type: "essay", text: "كلمة and a word" });
	await student.seesSaveLine(student.words.save.saved);

	await expectServerHolds(server, student);
});

test("a session begun in Arabic comes back in Arabic on an English browser", async ({ student, context }) => {
	const { page } = student;
	await student.visit();
	await student.readIn("ar");
	await student.begin();
	await student.answer();
	await student.seesSaveLine("حُفظ");
	await context.clearCookies();
	await page.evaluate(() => localStorage.clear());
	await page.reload();
	await student.isWelcomedBackAt(2);
	await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
});
