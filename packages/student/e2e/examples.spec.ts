import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "@playwright/test";
import { serveFolder } from "./support/static-site.ts";
import { test as base } from "./support/test.ts";

// The front ends in `examples`, built from the packed engine and served from another origin than the API.

const BUILD = fileURLToPath(new URL("../../../scripts/examples.mjs", import.meta.url));

const test = base.extend<object, { examples: string }>({
	examples: [
		// biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern which fixtures are wanted.
		async ({}, use) => {
			const folder = mkdtempSync(join(tmpdir(), "carhythm-e2e-examples-"));
			await promisify(execFile)(process.execPath, [BUILD, folder]);
			const site = await serveFolder(folder);
			await use(site.url);
			site.close();
			rmSync(folder, { recursive: true, force: true });
		},
		{ scope: "worker" },
	],
});

test.use({ assessment: "sampler" });

test("plain HTML: answers outlive a reload and a dead network, and the next visit begins where the last one ended", async ({
	page,
	context,
	server,
	examples,
}) => {
	await page.goto(`${examples}/plain-html/?api=${server.url}`);
	const goOn = page.getByRole("button", { name: "Go on" });
	const save = page.getByRole("status");
	await expect(page.getByText("Question 1 of")).toBeVisible();
	await goOn.click();
	await expect(page.getByText("Question 2 of")).toBeVisible();
	await expect(save).toHaveText("Saved");

	await page.reload();
	await expect(page.getByText("Question 2 of")).toBeVisible();

	await context.setOffline(true);
	await page.getByRole("button", { name: "Back" }).click();
	await page.getByRole("slider").fill("1");
	await goOn.click();
	await expect(save).toHaveText("On this device, not sent yet");
	await context.setOffline(false);
	await expect(save).toHaveText("Saved");
	const [answer] = await server.answers();
	expect(answer).toMatchObject({ value: 1 });
});

test("React: welcome back, start fresh, and a wrong address that is told as one", async ({
	page,
	server,
	examples,
}) => {
	const address = `${examples}/react/?api=${server.url}`;
	await page.goto(address);
	await page.getByRole("button", { name: "Start", exact: true }).click();
	await expect(page.getByText("Question 1 of")).toBeVisible();
	await page.getByRole("button", { name: "4", exact: true }).click();
	await expect(page.getByText("Question 2 of")).toBeVisible();
	await expect(page.getByRole("status")).toHaveText("Saved");

	await page.reload();
	await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
	await expect(page.getByText("1 answers are here.")).toBeVisible();
	await page.getByRole("button", { name: "Go on" }).click();
	await expect(page.getByText("Question 2 of")).toBeVisible();

	await page.reload();
	await page.getByRole("button", { name: "Start fresh" }).click();
	await expect(page.getByText("Question 1 of")).toBeVisible();

	await page.goto(`${examples}/react/?api=${examples}`);
	await page.getByRole("button", { name: /^Start/ }).click();
	await expect(page.getByText("no CaRhythm server")).toBeVisible();
});
