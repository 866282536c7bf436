import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { aProfile, openOwnBrowser } from "./support/own-browser.ts";
import { createStudent } from "./support/student.ts";
import { localeOf, test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

/** What a person sets who forbids all sites to keep anything. */
const BLOCKED = { profile: { default_content_setting_values: { cookies: 2 } } };

test("in a browser that blocks all cookies and site data answers reach the server, and the page says so", async ({
	server,
	questionnaire,
	viewport,
	language,
	calm,
}) => {
	const profile = aProfile();
	mkdirSync(join(profile.folder, "Default"));
	writeFileSync(join(profile.folder, "Default", "Preferences"), JSON.stringify(BLOCKED));
	const { page, context } = await openOwnBrowser(profile.folder, { viewport, locale: localeOf(language) });
	calm.watch(page);
	const student = createStudent(page, { server, questionnaire });
	const { words } = student;
	await student.visit();
	const refusal = () => navigator.locks.request("any", async () => "given").catch(({ name }) => name);
	expect(await page.evaluate(refusal)).toBe("SecurityError");
	await expect(page.getByText(words.welcome.memory_only)).toBeVisible();

	await student.begin();
	await student.answerUntil(4);
	await student.seesSaveLine(words.save.saved);
	expect(student.memory.given.size).toBe(3);
	await expectServerHolds(server, student);

	// What other devices do is heard of as well.
	const { code } = await server.api<{ code: string }>(
		`/api/v2/session/${student.memory.session_id}/handoff`,
		{},
	);
	await server.api("/api/v2/session/handoff/redeem", { code });
	await expect(page.getByText(words.elsewhere.title)).toBeVisible();
	await context.close();
	profile.remove();
});
