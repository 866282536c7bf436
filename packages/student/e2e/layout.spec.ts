import { expect, type Page } from "@playwright/test";
import { test } from "./support/test.ts";
import { TOURS } from "./support/tours.ts";

/** A small phone, a phone, a laptop, and the laptop at 200 % zoom: half as many pixels of the page's own. */
const SIZES = [
	{ width: 320, height: 640 },
	{ width: 1280, height: 800 },
	{ width: 640, height: 400 },
	{ width: 390, height: 844 },
];
const PHONE = 390;

/** On a busy machine a page takes more than two frames to be drawn in its new size. */
const softly = expect.configure({ soft: true, timeout: 5000 });

for (const language of ["en", "ar"] as const) {
	for (const { name, assessment, walk } of TOURS) {
		test.describe(`in ${language}, ${name}`, () => {
			test.use({ language, assessment });

			test("everything fits, targets are large enough, nothing moves", async ({ student, server }) => {
				test.setTimeout(180_000);
				const { page } = student;
				await walk(student, server, async (screen) => {
					expect.soft(await page.evaluate(movements), `${screen}: movement`).toEqual([]);
					for (const size of SIZES) {
						await page.setViewportSize(size);
						const where = `${screen} at ${size.width} pixels`;
						await softly.poll(() => settled(page, overflow), `${where}: too wide`).toEqual([]);
						if (size.width <= PHONE) {
							await softly.poll(() => settled(page, smallTargets), `${where}: too small`).toEqual([]);
						}
					}
				});
			});
		});
	}
}

test("the documentation fits on a phone", async ({ page, server }) => {
	await page.goto(`${server.url}/docs`);
	for (const size of SIZES) {
		await page.setViewportSize(size);
		// Its wide tables scroll by themselves, as tables may.
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		expect.soft(width, `at ${size.width} pixels`).toBeLessThanOrEqual(size.width);
	}
});

/** Asks once the page has been drawn in its new size. */
async function settled(page: Page, ask: () => string[]): Promise<string[]> {
	await page.evaluate(
		() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
	);
	return page.evaluate(ask);
}

/** Runs in the page: what sticks out of it sideways. */
function overflow(): string[] {
	const found: string[] = [];
	const { scrollWidth, clientWidth } = document.documentElement;
	if (scrollWidth > clientWidth) found.push(`the page is ${scrollWidth} wide in ${clientWidth}`);
	for (const dialog of document.querySelectorAll("dialog[open]")) {
		if (dialog.scrollWidth > dialog.clientWidth) found.push("the dialog scrolls sideways");
	}
	for (const element of document.querySelectorAll("body *")) {
		const { left, right, width } = element.getBoundingClientRect();
		const isHidden =
			width <= 1 || element.closest("[aria-hidden=true], .unseen, pre, .table, noscript") !== null;
		if (!isHidden && (left < -1 || right > clientWidth + 1)) {
			found.push(`${element.tagName.toLowerCase()}.${element.className} from ${left} to ${right}`);
		}
	}
	return found;
}

/** Runs in the page: what is too small for a thumb. A link inside of a sentence may be as high as its line. */
function smallTargets(): string[] {
	const least = 44;
	const scope = document.querySelector("dialog[open]") ?? document.body;
	const targets = scope.querySelectorAll<HTMLElement>("button, a[href], input, select, textarea, summary");
	return Array.from(targets)
		.map((target) => target.closest("label") ?? target)
		.filter((target) => target.checkVisibility({ visibilityProperty: true }))
		.filter((target) => getComputedStyle(target).display !== "inline")
		.filter((target) => target.getBoundingClientRect().height < least - 0.5)
		.map((target) => {
			const { width, height } = target.getBoundingClientRect();
			return `${target.innerText || target.ariaLabel}: ${width} × ${height}`;
		});
}

/**
 * Runs in the page, where less motion is asked for: what moves all the same. Showing up and vanishing is no
 * motion.
 */
function movements(): string[] {
	return document
		.getAnimations()
		.filter(({ effect }) => effect instanceof KeyframeEffect && effect.getComputedTiming().duration !== 0)
		.filter(({ effect }) =>
			(effect as KeyframeEffect)
				.getKeyframes()
				.some((frame) =>
					["transform", "translate", "scale", "rotate", "left", "top"].some((name) => name in frame),
				),
		)
		.map((animation) => (animation instanceof CSSAnimation ? animation.animationName : "a movement"));
}
