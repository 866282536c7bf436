import { expect, type Page } from "@playwright/test";

// What sliders with labels and multiple choice look like alike.

export async function choose(page: Page, label: string | undefined): Promise<"goes_on"> {
	if (label === undefined) throw new Error("There is no such choice.");
	await page.getByRole("radio", { name: label, exact: true }).click();
	return "goes_on";
}

export async function seesChosen(
	page: Page,
	role: "radio" | "checkbox",
	labels: readonly string[],
): Promise<void> {
	for (const name of labels) await expect(page.getByRole(role, { name, exact: true })).toBeChecked();
	await expect(page.getByRole(role, { checked: true })).toHaveCount(labels.length);
}
