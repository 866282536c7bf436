import type { Answer } from "@carhythm/core";
import { expect, type Locator, type Page } from "@playwright/test";
import type { Asked } from "../question-types/index.ts";
import { putInByKeys } from "./answering.ts";
import { type Language, WORDS } from "./words.ts";

/** A tab order longer than this is a trap. */
const LONGEST_WAY = 40;

/** Someone without a mouse. After every key the focus must be somewhere, and seen. */
export type Keyboard = {
	press(key: string, times?: number): Promise<void>;
	type(text: string): Promise<void>;
	/** Presses Tab, or Shift+Tab where that is the way, until this has the focus. */
	tabTo(target: Locator): Promise<void>;
	/** Goes to a button and presses it. */
	use(name: string): Promise<void>;
	/** Puts an answer in, and goes on. */
	answer(language: Language, question: Asked, answer: Answer): Promise<void>;
	/** The focus is somewhere, and can be seen. */
	keepsFocus(): Promise<void>;
};

export function createKeyboard(page: Page): Keyboard {
	const keepsFocus = async () => {
		// A screen that changes may take the focus along a frame later.
		await expect.poll(() => page.evaluate(troubleWithFocus), { timeout: 2000 }).toBeNull();
	};
	const press = async (key: string, times = 1) => {
		for (let turn = 0; turn < times; turn += 1) {
			await page.keyboard.press(key);
			await keepsFocus();
		}
	};
	const tabTo = async (target: Locator) => {
		const key = (await isBehind(target)) ? "Shift+Tab" : "Tab";
		for (let way = 0; way < LONGEST_WAY; way += 1) {
			if (await hasFocus(target)) return;
			await press(key);
		}
		throw new Error(`${key} never came to ${target}.`);
	};
	const use = async (name: string) => {
		await tabTo(page.getByRole("button", { name, exact: true }));
		await page.keyboard.press("Enter");
	};
	return {
		press,
		tabTo,
		use,
		keepsFocus,
		async type(text) {
			await page.keyboard.type(text);
			await keepsFocus();
		},
		async answer(language, question, answer) {
			const words = WORDS[language];
			const on = await putInByKeys({ page, press, tabTo }, language, question, answer);
			if (on === "enter") await page.keyboard.press("Enter");
			else if (on === "next") await use(words.next);
			else await use(words.answer.order_accept);
		},
	};
}

/** Whether the way there is backwards, which people see. */
function isBehind(target: Locator): Promise<boolean> {
	return target.evaluate(
		(element) =>
			document.activeElement !== null &&
			(element.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0,
	);
}

function hasFocus(target: Locator): Promise<boolean> {
	return target.evaluate((element) => element === document.activeElement);
}

/** Runs in the page: what is wrong with the focus, or null. */
function troubleWithFocus(): string | null {
	const { activeElement: focused, body, documentElement } = document;
	if (!(focused instanceof HTMLElement) || focused === body || focused === documentElement) {
		return "The focus is lost.";
	}
	const name = `${focused.tagName.toLowerCase()} "${(focused.ariaLabel ?? focused.innerText).slice(0, 40)}"`;
	const label = focused.closest("label");
	const { left, top, width, height } = focused.getBoundingClientRect();
	const middle = { x: left + width / 2, y: top + height / 2 };
	const seen = document.elementFromPoint(middle.x, middle.y);
	if (seen === null) return `${name} has the focus off the screen.`;
	if (!focused.contains(seen) && !label?.contains(seen)) return `${name} has the focus under something else.`;
	// A heading gets the focus to be read out, and cannot be operated.
	if (focused.tabIndex === -1) return null;
	const styles = [focused, label, focused.closest(".range-track")].map((element) =>
		element ? getComputedStyle(element) : null,
	);
	const ring = styles.some((style) => style && style.outlineStyle !== "none" && style.outlineWidth !== "0px");
	const isRange = focused instanceof HTMLInputElement && focused.type === "range";
	return ring || isRange ? null : `${name} has the focus and does not show it.`;
}
