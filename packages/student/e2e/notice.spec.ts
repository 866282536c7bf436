import { expect } from "@playwright/test";
import { startServer } from "./server.ts";
import { findings } from "./support/axe.ts";
import { dialog } from "./support/devices.ts";
import { OWN_DATA } from "./support/own-data-words.ts";
import type { Student } from "./support/student.ts";
import { test as base } from "./support/test.ts";

const CONTROLLER = { en: "Example School", ar: "مدرسة المثال" };
const CONTACT = { en: "privacy@school.example", ar: "privacy@school.example" };
const SCHOOL = JSON.stringify({ controller: CONTROLLER, contact: CONTACT });

type Consent = { kind: string; language: string; withdrawn_at: string | null } | null;

const test = base.extend<{ settings: Record<string, string> }>({
	settings: [{}, { option: true }],
	server: async ({ assessment, settings }, use) => {
		const server = await startServer({ assessment, settings });
		await use(server);
		await server.dispose();
	},
});

/** Answers the first question, which is on the screen. */
async function answerFirst(student: Student) {
	await student.answer();
	await student.seesSaveLine(student.words.save.saved);
}

for (const language of ["en", "ar"] as const) {
	test.describe(`in ${language}`, () => {
		test.use({ language, assessment: "sampler" });
		const texts = OWN_DATA[language];

		test("the notice is on the welcome page before the first answer, computed from the settings, and what was seen is recorded", async ({
			student,
			server,
		}) => {
			const { page, words, memory } = student;
			await student.visit();
			await expect(page.getByText(words.welcome.keep_days(30))).toBeVisible();
			await expect(page.getByText(words.welcome.kept(60, 730), { exact: true })).toBeVisible();
			await student.press(words.welcome.your_data);
			const sheet = dialog(page, texts.title);
			await expect(sheet).toContainText(texts.responsible_unknown);
			await expect(sheet).toContainText(texts.kept_completed(730));
			await expect(sheet).toContainText(texts.rights_delete(7));
			expect(await findings(page)).toEqual([]);
			await sheet.getByRole("button", { name: words.close, exact: true }).click();
			await student.begin();
			const { consent } = await server.api<{ consent: Consent }>(`/api/v2/session/${memory.session_id}`);
			expect(consent).toMatchObject({ kind: "seen", language });
		});

		test.describe("where agreement is required, with an age", () => {
			test.use({ settings: { PRIVACY_NOTICE: SCHOOL, CONSENT_REQUIRED: "true", AGE_THRESHOLD: "16" } });

			test("no session begins without it; taken back, nothing more is taken in until it is given again", async ({
				student,
				server,
			}) => {
				const { page, words, memory } = student;
				const read = async () =>
					(await server.api<{ consent: Consent }>(`/api/v2/session/${memory.session_id}`)).consent;
				await student.visit();
				await expect(page.getByText(words.welcome.responsible(CONTROLLER[language]))).toBeVisible();
				await student.press(words.welcome.start);
				const sheet = dialog(page, texts.ask_title);
				await expect(sheet).toContainText(CONTROLLER[language]);
				await expect(sheet).toContainText(CONTACT[language]);
				await sheet.getByRole("button", { name: texts.go, exact: true }).click();
				await expect(sheet.getByRole("alert")).toHaveText(texts.choose_first);
				await sheet.getByRole("radio", { name: texts.age_under(16) }).check();
				await sheet.getByRole("checkbox", { name: texts.agree_guardian }).check();
				expect(await findings(page)).toEqual([]);
				// Another answer about the age is another agreement.
				await sheet.getByRole("radio", { name: texts.age_over(16) }).check();
				await expect(sheet.getByRole("checkbox", { name: texts.agree })).not.toBeChecked();
				await sheet.getByRole("checkbox", { name: texts.agree }).check();
				const started = page.waitForResponse((response) => response.url().endsWith("/api/v2/session/start"));
				await sheet.getByRole("button", { name: texts.agree_go }).click();
				Object.assign(memory, await (await started).json());
				await student.press(words.chapter.begin);
				await student.seesQuestion(1);
				await answerFirst(student);
				expect(await read()).toMatchObject({ kind: "consent", language, withdrawn_at: null });

				await student.press(words.pause);
				await student.press(words.your_data);
				await student.press(texts.withdraw);
				await student.press(texts.withdraw_yes);
				const withdrawn = dialog(page, texts.withdrawn_title);
				await expect(withdrawn).toBeVisible();
				expect(await findings(page)).toEqual([]);
				expect((await read())?.withdrawn_at).not.toBe(null);
				await page.reload();
				await student.isWelcomedBackAt(2);
				await page.getByRole("button", { name: words.resume.continue, exact: true }).click();
				await withdrawn.getByRole("button", { name: texts.agree_again }).click();
				const again = dialog(page, texts.required_title);
				await again.getByRole("radio", { name: texts.age_over(16) }).check();
				await again.getByRole("checkbox", { name: texts.agree }).check();
				await again.getByRole("button", { name: texts.agree_go }).click();
				await student.seesQuestion(2);
				await student.answer();
				await student.seesSaveLine(words.save.saved);
				expect(await read()).toMatchObject({ kind: "consent", withdrawn_at: null });
			});
		});
	});
}

test.describe("where agreement is required", () => {
	test.use({ assessment: "sampler", settings: { PRIVACY_NOTICE: SCHOOL, CONSENT_REQUIRED: "true" } });

	test("a session that another front end began is asked for it before its first answer here", async ({
		student,
		server,
	}) => {
		const { page, words } = student;
		const texts = OWN_DATA.en;
		const { session_id } = await server.api<{ session_id: string }>("/api/v2/session/start", {});
		const { code } = await server.api<{ code: string }>(`/api/v2/session/${session_id}/handoff`, {});
		await page.goto(`${server.url}/#continue=${code}`);
		await student.press(words.enter_code.go);
		const sheet = dialog(page, texts.required_title);
		await sheet.getByRole("checkbox", { name: texts.agree }).check();
		await sheet.getByRole("button", { name: texts.agree_go }).click();
		await student.seesQuestion(1);
		await answerFirst(student);
	});
});

test.describe("in a lab that keeps results for ever", () => {
	test.use({ assessment: "sampler", settings: { SHARED_DEFAULT: "true", RETENTION_COMPLETED_DAYS: "0" } });

	test("the page takes the computer for a shared one, and promises what the server is set to", async ({
		student,
	}) => {
		const { page, words } = student;
		await student.visit();
		await expect(page.getByRole("checkbox", { name: words.shared_computer.label })).toBeChecked();
		await expect(page.getByText(words.welcome.kept(60, null), { exact: true })).toBeVisible();
		await student.begin();
		await student.press(words.pause);
		await expect(dialog(page, words.pause_sheet.title)).toContainText(words.pause_sheet.shared);
	});
});
