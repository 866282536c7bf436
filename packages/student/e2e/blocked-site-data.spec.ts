import { expect } from "@playwright/test";
import { test } from "./support/own-browser.ts";
import { createStudent } from "./support/student.ts";
import { expectServerHolds } from "./support/verify.ts";

/** All sites are forbidden to keep anything. */
const BLOCKED = { profile: { default_content_setting_values: { cookies: 2 } } };

test("in a browser that blocks all cookies and site data answers reach the server, and the page says so", async ({
	openBrowser,
	server,
}) => {
	const { page } = await openBrowser(BLOCKED);
	const student = createStudent(page, { server });
	const { words, memory } = student;
	await student.visit();
	const refusal = () => navigator.locks.request("any", async () => "given").catch(({ name }) => name);
	expect(await page.evaluate(refusal)).toBe("SecurityError");
	await expect(page.getByText(words.welcome.memory_only)).toBeVisible();

	await student.begin();
	await student.answerUntil(4);
	await student.seesSaveLine(words.save.saved);
	expect(memory.given.size).toBe(3);
	await expectServerHolds(server, student);

	// What other devices do is heard of as well.
	const { code } = await server.api<{ code: string }>(`/api/v2/session/${memory.session_id}/handoff`, {});
	await server.api("/api/v2/session/handoff/redeem", { code });
	await expect(page.getByText(words.elsewhere.title)).toBeVisible();
});
