import { expect } from "@playwright/test";
import type { AskedBase, PageObject } from "./page-object.ts";

type Asked = AskedBase & { type: "essay"; char_limit: number };

export const essay: PageObject<"essay", Asked> = {
	type: "essay",
	async putIn(page, _language, _question, { text }) {
		await page.getByRole("textbox").fill(text);
		return "waits";
	},
	async putInByKeys({ page, tabTo }, _language, _question, { text }) {
		await tabTo(page.getByRole("textbox"));
		await page.keyboard.type(text);
		return "next";
	},
	seesAnswer: (page, _language, _question, { text }) => expect(page.getByRole("textbox")).toHaveValue(text),
	answerFor: (_question, language, turn) => ({
		type: "essay",
		text:
			language === "en"
				? `We built a bridge, ${turn + 1} of many; calm people helped.`
				: `بنينا جسرًا، وكان الهدوء عونًا لنا (${turn + 1}).`,
	}),
	exportedValue: (_question, { text }) => text,
};
