import { expect, type Locator, type Page } from "@playwright/test";
import { type Language, type Text, WORDS } from "../support/words.ts";
import { type AskedBase, type Keys, type PageObject, seedOf } from "./page-object.ts";

type Asked = AskedBase & { type: "ordering"; items: readonly { text: Text }[] };

export const ordering: PageObject<"ordering", Asked> = {
	type: "ordering",
	putIn: (page, language, _question, { ordered_items }) => rank(page, language, ordered_items),
	putInByKeys: (keys, language, _question, { ordered_items }) => rankByKeys(keys, language, ordered_items),
	seesAnswer: (page, _language, _question, { ordered_items }) =>
		expect(rowsOf(page).locator(".ordering-text")).toHaveText(ordered_items),
	answerFor(question, language, turn) {
		const { items } = question;
		const by = seedOf(question, turn) % items.length;
		const turned = [...items.slice(by), ...items.slice(0, by)].reverse();
		return { type: "ordering", ordered_items: turned.map(({ text }) => text[language]) };
	},
	exportedValue: ({ items }, { ordered_items }) =>
		ordered_items.map((given) => items.findIndex(({ text }) => [text.en, text.ar].includes(given)) + 1),
};

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

async function rankByKeys(
	{ page, press, tabTo }: Keys,
	language: Language,
	wanted: readonly string[],
): Promise<"next" | "accept"> {
	const list = page.getByRole("list", { name: WORDS[language].answer.order_list });
	const shown = () => list.locator(".ordering-text").allInnerTexts();
	let moved = false;
	for (const [place, text] of wanted.entries()) {
		const from = (await shown()).indexOf(text);
		if (from === place) continue;
		moved = true;
		const row = list.getByRole("listitem").filter({ has: page.getByText(text, { exact: true }) });
		await tabTo(row.getByRole("button").first());
		await press("Space");
		await press("ArrowUp", from - place);
		await press("Space");
		expect((await shown()).indexOf(text)).toBe(place);
	}
	return moved ? "next" : "accept";
}
