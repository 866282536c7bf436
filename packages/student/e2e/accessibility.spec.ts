import { expect } from "@playwright/test";
import { findings } from "./support/axe.ts";
import { test } from "./support/test.ts";
import { TOURS } from "./support/tours.ts";

/** The rules that can tell dark from light: nothing but colours differs between the two. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

for (const language of ["en", "ar"] as const) {
	for (const { name, assessment, walk } of TOURS) {
		test.describe(`in ${language}, ${name}`, () => {
			test.use({ language, assessment });

			test("axe finds nothing on any screen, light or dark", async ({ student, server }) => {
				test.setTimeout(180_000);
				let screens = 0;
				await walk(student, server, async (screen) => {
					screens += 1;
					await student.page.emulateMedia({ colorScheme: "dark" });
					expect.soft(await findings(student.page, COLOUR_RULES), `${screen}, dark`).toEqual([]);
					await student.page.emulateMedia({ colorScheme: "light" });
					expect.soft(await findings(student.page), screen).toEqual([]);
				});
				expect(screens).toBeGreaterThan(0);
			});
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
