import { randomUUID } from "node:crypto";
import type { Answer } from "@carhythm/core";
import { expect } from "@playwright/test";
import type { ProductServer } from "../server.ts";
import type { Student } from "./student.ts";

/** Other devices, somebody else's browser and shared computers, in every state that they bring. */
export async function useManyDevices(
	student: Student,
	server: ProductServer,
	look: (screen: string) => Promise<void>,
): Promise<void> {
	const { page, words } = student;
	const dialog = (name: string) => page.getByRole("dialog", { name });
	await student.visit();
	await student.press(words.enter_code.have);
	await expect(dialog(words.enter_code.title)).toBeVisible();
	await look("code, empty");
	await page.getByRole("textbox").fill("000-000-000");
	await student.press(words.enter_code.go);
	await expect(page.getByRole("alert")).toHaveText(words.refusal.hand_off_code_invalid);
	await look("code, wrong");
	await student.press(words.enter_code.cancel);

	await page.getByRole("checkbox").check();
	await look("welcome, on a shared computer");
	await student.begin();
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await student.press(words.pause);
	await look("pause, on a shared computer");
	await student.press(words.leave_others.open);
	await expect(dialog(words.leave_others.title)).toBeVisible();
	await look("leave other devices");
	const moved = page.waitForResponse((response) => response.url().endsWith("/leave-others"));
	await student.press(words.leave_others.yes);
	const { session } = (await (await moved).json()) as { session: { session_id: string } };
	student.memory.session_id = session.session_id;
	await expect(page.getByText(words.leave_others.done)).toBeVisible();
	await look("pause, other devices left");
	await student.press(words.pause_sheet.other_device);
	await expect(page.getByRole("timer")).toBeVisible();
	await look("code for another device");
	await page.context().grantPermissions(["clipboard-write"]);
	await student.press(words.hand_off.copy);
	await expect(page.getByText(words.hand_off.copied).first()).toBeAttached();
	await look("code for another device, link copied");

	const code = await page.locator(".hand-off-code").innerText();
	await student.press(words.close);
	await answerUnaware(student, server);
	await expect(page.getByText(words.two_answers.elsewhere(1))).toBeVisible();
	await look("a question with two answers, elsewhere");
	await page.getByRole("button", { name: words.two_answers.look(1) }).click();
	await expect(page.getByRole("region", { name: words.two_answers.here })).toBeVisible();
	await look("a question with two answers");
	await student.press(words.two_answers.keep);
	await expect(page.getByRole("region", { name: words.two_answers.here })).toBeHidden();

	await server.api("/api/v2/session/handoff/redeem", { code, label: "Firefox (Android)" });
	await expect(dialog(words.elsewhere.title)).toBeVisible();
	await look("continued elsewhere");
	await page.reload();
	await expect(page.getByRole("button", { name: words.elsewhere.here })).toBeVisible();
	await look("welcome back, continued elsewhere");
	await student.press(words.not_you.open);
	await expect(dialog(words.not_you.title)).toBeVisible();
	await look("not you");
	await student.press(words.not_you.yes);
	await expect(page.getByText(words.not_you.done)).toBeVisible();
	await look("welcome, after forgetting");
	await page.goto(`${server.url}/#continue=${code}`);
	await expect(dialog(words.enter_code.title_link)).toBeVisible();
	await look("code of a link");
}

/** A device that never saw the answer to the first question gives another one. */
async function answerUnaware({ memory: { session_id } }: Student, server: ProductServer): Promise<void> {
	const { session } = await server.api<{ session: { answers: Record<string, { answer: Answer }> } }>(
		`/api/v2/session/${session_id}`,
	);
	const [[id, standing] = []] = Object.entries(session.answers);
	if (standing?.answer.type !== "slider") throw new Error("The first question is a scale.");
	const answer = { type: "slider", value: standing.answer.value === 1 ? 2 : 1 };
	const now = new Date().toISOString();
	await server.api(`/api/v2/session/${session_id}/sync`, {
		sent_at: now,
		operations: [
			{
				operation_id: randomUUID(),
				client_time: now,
				after: null,
				command: { kind: "answer", question_id: Number(id), answer },
			},
		],
	});
}
