import { expect } from "@playwright/test";
import { findings } from "./support/axe.ts";
import { interests, seeResultsOf } from "./support/finished.ts";
import { test } from "./support/test.ts";

const CLEAR = {
	...interests({ R: 2, I: 5, A: 2, S: 4, E: 5, C: 2 }),
	"went-well": "Building a boat.\nWith friends.",
};
/** Every trait and facet at its low end, where the sentences are longest, and an essay of 600 characters. */
const MUCH_TO_SAY = {
	...atTheirLowEnd("self", 20, [4, 6, 7, 8, 10, 14, 15, 16, 17, 18, 20]),
	...atTheirLowEnd("work", 23, [6, 11, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23]),
	"went-well": "boat ".repeat(120),
};
const PDF_PAGE = /\/Type\s*\/Page\b(?!s)/g;

function atTheirLowEnd(name: string, count: number, reversed: readonly number[]): Record<string, number> {
	return Object.fromEntries(
		Array.from({ length: count }, (_, n) => [
			`${name}-${String(n + 1).padStart(2, "0")}`,
			reversed.includes(n + 1) ? 5 : 1,
		]),
	);
}

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language });

		test("results begin with what stands out, and end with what was given", async ({ student, server }) => {
			const { page, words } = student;
			await seeResultsOf(server, student, CLEAR);
			const said =
				language === "en"
					? "You lean towards finding things out, and towards leading and winning people over."
					: "تميل إجاباتك إلى البحث والاكتشاف، وإلى القيادة والإقناع.";
			await expect(page.locator(".results-headline")).toHaveText(said);
			await expect(page.locator(".results-summary")).toContainText(
				language === "en"
					? "Investigative and Enterprising came out in front, too close together to put in order."
					: "في المقدمة البحثي والريادي، والتقارب بينها لا يسمح بترتيبها.",
			);
			// Tied ones stand together, before the next.
			const first = page.locator(".interests-rows > ul").first();
			await expect(first.locator(".scale-row")).toHaveText(
				language === "en" ? ["Investigative", "Enterprising"] : ["البحثي", "الريادي"],
			);
			await expect(first).toContainText(words.results.tied);
			await expect(page.getByText("With friends.")).toBeVisible();
			await expect(page.getByRole("heading", { name: words.results.choices })).toBeVisible();
		});

		test("each chart has a table beside it that screen readers always have", async ({ student, server }) => {
			const { page, words } = student;
			await seeResultsOf(server, student, { ...CLEAR, "self-01": null });
			await expect(page.getByRole("table")).toHaveCount(3);
			const [interestTable, traitTable] = [page.getByRole("table").first(), page.getByRole("table").nth(1)];
			// Five of five: the end of the range; √2 × 0.13 below it is 0.816.
			await expect(interestTable.getByRole("row").nth(2)).toContainText(
				language === "en" ? "100%82% and 100%4 of 4" : "١٠٠",
			);
			await expect(traitTable.getByRole("row").nth(1)).toContainText(
				language === "en" ? "Preliminary" : "نتيجة أولية",
			);
			await page.getByRole("button", { name: words.results.show_table }).first().click();
			await expect(interestTable).toBeInViewport({ ratio: 0.5 });
		});

		test("ideas are occupations with the reason why, for the preparation that is wanted", async ({
			student,
			server,
		}) => {
			const { page, words } = student;
			const { ideas } = words.results;
			await seeResultsOf(server, student, CLEAR);
			const jobs = page.locator(".job");
			await expect(jobs.first()).toBeVisible();
			expect(await jobs.count()).toBeLessThanOrEqual(10);
			expect(await jobs.count()).toBeGreaterThanOrEqual(5);
			const names = language === "en" ? ["Investigative", "Enterprising"] : ["البحثي", "الريادي"];
			for (const job of await jobs.all()) {
				const text = await job.innerText();
				expect(text).toContain(ideas.both_high(""));
				expect(
					names.filter((name) => text.includes(name)),
					text,
				).not.toEqual([]);
			}
			await page.getByRole("button", { name: ideas.zones.degree, exact: true }).click();
			await expect(jobs.first()).toContainText(ideas.prepared[4]);
			for (const job of await jobs.all()) await expect(job).toContainText(ideas.prepared[4]);
			if (language === "ar") expect(await page.locator(".jobs").innerText()).not.toMatch(/[A-Za-z]/);
			await expect(page.getByText("O*NET 30.2")).not.toHaveCount(0);
			await page.getByText(ideas.how).click();
			expect(await findings(page)).toEqual([]);
			await page.emulateMedia({ colorScheme: "dark" });
			expect(await findings(page, ["color-contrast"])).toEqual([]);
			await page.setViewportSize({ width: 320, height: 640 });
			expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
		});

		test("flat interests get no ideas, and no occupations are fetched", async ({ student, server }) => {
			const { page, words } = student;
			const fetched: string[] = [];
			page.on("request", (request) => fetched.push(request.url()));
			await seeResultsOf(server, student, interests({ E: 4 }));
			await expect(page.getByText(words.results.ideas.flat)).toBeVisible();
			await expect(page.locator(".job")).toHaveCount(0);
			expect(fetched.filter((url) => url.includes("occupations"))).toEqual([]);
		});

		test("occupations that cannot be fetched are fetched again when asked for", async ({
			student,
			server,
		}) => {
			const { page, words } = student;
			await page.route("**/occupations-*", (route) => route.abort());
			await seeResultsOf(server, student, CLEAR);
			await expect(page.getByText(words.results.ideas.failed)).toBeVisible();
			await page.unroute("**/occupations-*");
			await student.press(words.try_again);
			await expect(page.locator(".job").first()).toBeVisible();
		});

		test("interests with too few answers get no ideas and no order", async ({ student, server }) => {
			const { page, words } = student;
			await seeResultsOf(server, student, { ...CLEAR, "activity-01": null, "activity-07": null });
			await expect(page.getByText(words.results.ideas.partial)).toBeVisible();
			await expect(page.getByText(words.results.no_interests)).toBeVisible();
			await expect(page.getByText(words.results.too_few).first()).toBeVisible();
		});

		test("printed, the results are two pages of A4", async ({ student, server }) => {
			const { page } = student;
			await seeResultsOf(server, student, { ...CLEAR, ...MUCH_TO_SAY });
			await expect(page.locator(".job").first()).toBeVisible();
			await expect(page.locator(".clear-words li")).toHaveCount(11);
			await page.evaluate(() => document.fonts.ready);
			const path = process.env["CARHYTHM_LOOK"] && `${process.env["CARHYTHM_LOOK"]}/print-${language}.pdf`;
			const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: false, ...(path && { path }) });
			expect(pdf.toString("latin1").match(PDF_PAGE)).toHaveLength(2);
		});
	});
}
