import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds on a screen; by all rules of WCAG 2.2 AA, or by those that are named. */
export async function findings(page: Page, rules: readonly string[] = []): Promise<string[]> {
	// Colours count when everything has appeared. Nobody waits for that: a page in the background would stand
	// still for ever.
	await page.evaluate(() => {
		for (const animation of document.getAnimations()) animation.finish();
	});
	const axe = new AxeBuilder({ page });
	const chosen = rules.length > 0 ? axe.withRules([...rules]) : axe.withTags(RULES);
	const { violations } = await chosen.analyze();
	return violations.flatMap(({ id, help, nodes }) =>
		nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
	);
}
