import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/test.ts";
import { TOURS } from "./support/tours.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// The tests of this file have nothing in common, and are the longest.
test.describe.configure({ mode: "parallel" });

for (const language of ["en", "ar"] as const) {
	for (const colorScheme of ["light", "dark"] as const) {
		test.describe(`in ${language}, ${colorScheme}`, () => {
			for (const { name, assessment, walk } of TOURS) {
				test.describe(name, () => {
					test.use({ language, colorScheme, assessment });

					test("axe finds nothing on any screen", async ({ student, server }) => {
						test.setTimeout(180_000);
						let screens = 0;
						await walk(student, server, async (screen) => {
							screens += 1;
							expect.soft(await findings(student.page), screen).toEqual([]);
						});
						expect(screens).toBeGreaterThan(0);
					});
				});
			}
		});
	}
}

for (const colorScheme of ["light", "dark"] as const) {
	test.describe(`the documentation, ${colorScheme}`, () => {
		test.use({ colorScheme });

		test("axe finds nothing, closed or open", async ({ page, server }) => {
			await page.goto(`${server.url}/docs`);
			expect(await findings(page)).toEqual([]);
			await page.locator("summary").nth(1).click();
			await page.locator("summary").nth(8).click();
			expect(await findings(page)).toEqual([]);
		});
	});
}

async function findings(page: Page): Promise<string[]> {
	await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
	const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
	return violations.flatMap(({ id, help, nodes }) =>
		nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
	);
}
