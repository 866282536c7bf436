import type { Answer } from "@carhythm/core";
import { expect, type Locator, type Page } from "@playwright/test";
import { type Asked, type Language, WORDS } from "./questions.ts";

/** The handle of a slider is this wide; its middle stands on the value. */
const HANDLE = 32;

/** Puts an answer in, by touching the page; returns whether the page then goes on by itself. */
export async function putIn(
	page: Page,
	language: Language,
	question: Asked,
	answer: Answer,
): Promise<"goes_on" | "waits"> {
	switch (question.type) {
		case "slider":
			if (answer.type !== "slider") throw new Error("A slider takes a number.");
			return question.labels.length > 0
				? choose(page, question.labels[(answer.value - question.min) / question.step]?.[language])
				: slide(page, language, question, answer.value);
		case "mcq": {
			if (answer.type !== "mcq") throw new Error("A choice takes options.");
			const [first] = answer.selected_options;
			if (!question.multiple)
				return choose(page, question.choices.find(({ value }) => value === first)?.label[language]);
			for (const { value, label } of question.choices) {
				const box = page.getByRole("checkbox", { name: label[language], exact: true });
				await box.setChecked(answer.selected_options.includes(value));
			}
			return "waits";
		}
		case "ordering":
			if (answer.type !== "ordering") throw new Error("A ranking takes an order.");
			return rank(page, language, answer.ordered_items);
		case "essay":
			if (answer.type !== "essay") throw new Error("An essay takes a text.");
			await page.getByRole("textbox").fill(answer.text);
			return "waits";
	}
}

async function choose(page: Page, label: string | undefined): Promise<"goes_on"> {
	if (label === undefined) throw new Error("There is no such choice.");
	await page.getByRole("radio", { name: label, exact: true }).click();
	return "goes_on";
}

async function slide(
	page: Page,
	language: Language,
	question: Extract<Asked, { type: "slider" }>,
	value: number,
): Promise<"waits"> {
	const slider = page.getByRole("slider");
	const box = await slider.boundingBox();
	if (!box) throw new Error("The slider is not on the screen.");
	const share = (value - question.min) / (question.max - question.min);
	const along = language === "ar" ? 1 - share : share;
	await slider.click({ position: { x: HANDLE / 2 + (box.width - HANDLE) * along, y: box.height / 2 } });
	await expect(slider).toHaveValue(String(value));
	return "waits";
}

/** The rows of a ranking as they stand, top first. */
export async function orderOnScreen(page: Page): Promise<string[]> {
	return rowsOf(page).locator(".ordering-text").allInnerTexts();
}

function rowsOf(page: Page): Locator {
	return page.locator("main").getByRole("listitem");
}

async function rank(page: Page, language: Language, wanted: readonly string[]): Promise<"goes_on" | "waits"> {
	const words = WORDS[language].answer;
	const shown = await orderOnScreen(page);
	const accept = page.getByRole("button", { name: words.order_accept });
	if (shown.join("\n") === wanted.join("\n") && (await accept.isVisible())) {
		await accept.click();
		return "goes_on";
	}
	for (const [place, text] of wanted.entries()) {
		const up = page.getByRole("button", { name: words.order_up(text), exact: true });
		const from = (await orderOnScreen(page)).indexOf(text);
		for (let step = from; step > place; step -= 1) {
			await up.click();
			await expect(rowsOf(page).nth(step - 1)).toContainText(text);
		}
	}
	return "waits";
}

/** The control on the screen shows this answer, whole and with nothing beside it. */
export async function seesAnswer(
	page: Page,
	language: Language,
	question: Asked,
	answer: Answer,
): Promise<void> {
	switch (answer.type) {
		case "slider": {
			if (question.type !== "slider") throw new Error("Only a slider takes a number.");
			const label = question.labels[(answer.value - question.min) / question.step]?.[language];
			if (label !== undefined) return seesChosen(page, "radio", [label]);
			await expect(page.getByRole("slider")).toHaveValue(String(answer.value));
			const text = WORDS[language].answer.range_value(answer.value);
			await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", text);
			return expect(page.locator("output")).toHaveText(text);
		}
		case "mcq": {
			if (question.type !== "mcq") throw new Error("Only a choice takes options.");
			const chosen = question.choices.filter(({ value }) => answer.selected_options.includes(value));
			const labels = chosen.map(({ label }) => label[language]);
			return seesChosen(page, question.multiple ? "checkbox" : "radio", labels);
		}
		case "ordering":
			return expect(rowsOf(page).locator(".ordering-text")).toHaveText(answer.ordered_items);
		case "essay":
			return expect(page.getByRole("textbox")).toHaveValue(answer.text);
	}
}

async function seesChosen(page: Page, role: "radio" | "checkbox", labels: readonly string[]): Promise<void> {
	for (const name of labels) await expect(page.getByRole(role, { name, exact: true })).toBeChecked();
	await expect(page.getByRole(role, { checked: true })).toHaveCount(labels.length);
}
