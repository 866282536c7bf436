import type { Text } from "../support/words.ts";
import { choose, seesChosen } from "./choices.ts";
import { type AskedBase, type PageObject, seedOf } from "./page-object.ts";

type Asked = AskedBase & {
	type: "mcq";
	multiple: boolean;
	choices: readonly { value: string; label: Text }[];
};

export const mcq: PageObject<"mcq", Asked> = {
	type: "mcq",
	async putIn(page, language, { multiple, choices }, { selected_options }) {
		const [first] = selected_options;
		if (!multiple) return choose(page, choices.find(({ value }) => value === first)?.label[language]);
		for (const { value, label } of choices) {
			const box = page.getByRole("checkbox", { name: label[language], exact: true });
			await box.setChecked(selected_options.includes(value));
		}
		return "waits";
	},
	async putInByKeys({ page, press, tabTo }, language, { multiple, choices }, { selected_options }) {
		if (!multiple) {
			const steps = choices.findIndex(({ value }) => value === selected_options[0]);
			await tabTo(page.getByRole("radio").first());
			await press("Space");
			await press("ArrowDown", steps);
			return "enter";
		}
		for (const { value, label } of choices) {
			if (!selected_options.includes(value)) continue;
			await tabTo(page.getByRole("checkbox", { name: label[language], exact: true }));
			await press("Space");
		}
		return "next";
	},
	seesAnswer(page, language, { multiple, choices }, { selected_options }) {
		const chosen = choices.filter(({ value }) => selected_options.includes(value));
		const labels = chosen.map(({ label }) => label[language]);
		return seesChosen(page, multiple ? "checkbox" : "radio", labels);
	},
	answerFor(question, _language, turn) {
		const { choices, multiple } = question;
		const first = seedOf(question, turn) % choices.length;
		const wanted = multiple ? [first, (first + 2) % choices.length] : [first];
		return {
			type: "mcq",
			selected_options: choices.filter((_, i) => wanted.includes(i)).map(({ value }) => value),
		};
	},
	exportedValue: ({ multiple }, { selected_options }) => (multiple ? selected_options : selected_options[0]),
};
