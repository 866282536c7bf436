import { expect, type Page } from "@playwright/test";
import { type Language, type Text, WORDS } from "../support/words.ts";
import { choose, seesChosen } from "./choices.ts";
import { type AskedBase, type PageObject, seedOf } from "./page-object.ts";

type Asked = AskedBase & { type: "slider"; min: number; max: number; step: number; labels: readonly Text[] };

/** The handle of a slider is this wide; its middle stands on the value. */
const HANDLE = 32;

export const slider: PageObject<"slider", Asked> = {
	type: "slider",
	putIn: (page, language, question, { value }) =>
		question.labels.length > 0
			? choose(page, question.labels[stepOf(question, value)]?.[language])
			: slide(page, language, question, value),
	async putInByKeys({ page, press, tabTo }, _language, question, { value }) {
		const steps = Math.round(stepOf(question, value));
		if (question.labels.length === 0) {
			await tabTo(page.getByRole("slider"));
			await press("Home");
			await press("ArrowUp", steps);
			await expect(page.getByRole("slider")).toHaveValue(String(value));
			return "next";
		}
		await tabTo(page.getByRole("radio").first());
		await press("Space");
		await press("ArrowDown", steps);
		await expect(page.getByRole("radio").nth(steps)).toBeChecked();
		return "enter";
	},
	async seesAnswer(page, language, question, { value }) {
		const label = question.labels[stepOf(question, value)]?.[language];
		if (label !== undefined) return seesChosen(page, "radio", [label]);
		await expect(page.getByRole("slider")).toHaveValue(String(value));
		const text = WORDS[language].answer.range_value(value);
		await expect(page.getByRole("slider")).toHaveAttribute("aria-valuetext", text);
		return expect(page.locator("output")).toHaveText(text);
	},
	answerFor(question, _language, turn) {
		const steps = Math.round(stepOf(question, question.max)) + 1;
		return { type: "slider", value: question.min + question.step * (seedOf(question, turn) % steps) };
	},
	exportedValue: (_question, { value }) => value,
};

function stepOf({ min, step }: Asked, value: number): number {
	return (value - min) / step;
}

async function slide(page: Page, language: Language, question: Asked, value: number): Promise<"waits"> {
	const handle = page.getByRole("slider");
	const box = await handle.boundingBox();
	if (!box) throw new Error("The slider is not on the screen.");
	const share = (value - question.min) / (question.max - question.min);
	const along = language === "ar" ? 1 - share : share;
	await handle.click({ position: { x: HANDLE / 2 + (box.width - HANDLE) * along, y: box.height / 2 } });
	await expect(handle).toHaveValue(String(value));
	return "waits";
}
