import { toInstant, toMillis } from "@carhythm/core";
import { expect } from "@playwright/test";
import type { ProductServer } from "./server.ts";
import { dialog } from "./support/devices.ts";
import type { Memory } from "./support/student.ts";
import { test } from "./support/test.ts";
import { expectServerHolds } from "./support/verify.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const SLOWEST_TEST_MS = 5 * 60 * 1000;

type Kept = { expires_at: string; session: { last_activity: string } };

async function keptOnServer(server: ProductServer, { session_id }: Memory) {
	const { expires_at, session } = await server.api<Kept>(`/api/v2/session/${session_id}`);
	return {
		until: toInstant(Date.parse(expires_at)),
		last_activity: toInstant(Date.parse(session.last_activity)),
	};
}

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		// The dates that are expected are written here, those that are seen in the browser.
		test.use({ language, timezoneId: new Intl.DateTimeFormat().resolvedOptions().timeZone });

		test("the page says until when answers are kept, and a visit without an answer renews it", async ({
			student,
			server,
		}) => {
			const { page, words, memory } = student;
			await page.clock.install();
			await student.visit();
			await student.begin();
			await student.answerUntil(3);
			await student.seesSaveLine(words.save.saved);
			const before = await keptOnServer(server, memory);
			const today = toInstant(Date.now());
			await student.press(words.pause);
			const pause = dialog(page, words.pause_sheet.title);
			await expect(pause).toContainText(words.pause_sheet.kept(before.until, today));

			await server.restart({ days_later: 20 });
			await page.clock.setSystemTime(Date.now() + 20 * DAY_MS);
			const later = toInstant(Date.now() + 20 * DAY_MS);
			await page.reload();
			await student.isWelcomedBackAt(3);
			const { kept_before, kept_after, last, when } = words.resume;
			const sheet = page.getByRole("dialog");
			await expect(sheet).toContainText(`${kept_before} ${words.date(before.until, later)}${kept_after}`);
			await expect(sheet).toContainText(`${last} ${when(before.last_activity, later)}.`);
			expect(await keptOnServer(server, memory)).toEqual(before);

			await student.continueSession();
			await student.seesQuestion(3);
			await student.seesSaveLine(words.save.saved);
			const { until } = await keptOnServer(server, memory);
			const renewed_ms = toMillis(until) - toMillis(before.until);
			expect(renewed_ms).toBeGreaterThanOrEqual(20 * DAY_MS);
			expect(renewed_ms).toBeLessThan(20 * DAY_MS + SLOWEST_TEST_MS);
			await student.press(words.pause);
			await expect(pause).toContainText(words.pause_sheet.kept(until, later));
			await expectServerHolds(server, student);
		});
	});
}
