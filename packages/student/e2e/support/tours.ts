import type { Answer } from "@carhythm/core";
import { expect } from "@playwright/test";
import type { ProductServer } from "../server.ts";
import { answerFor } from "./answering.ts";
import type { Student } from "./student.ts";
import { useManyDevices } from "./tour-devices.ts";
import { saveToFile } from "./tour-rescue.ts";
import { answerElsewhere } from "./verify.ts";

/** Is called on every screen of a tour, with the screen's name. */
type Look = (screen: string) => Promise<void>;

export type Tour = (student: Student, server: ProductServer, look: Look) => Promise<void>;

/** The ways through the product that together show every screen in every state a student can bring it into. */
export const TOURS: readonly {
	name: string;
	assessment: "career-rhythm" | "sampler";
	walk: Tour;
}[] = [
	{ name: "taking an assessment", assessment: "sampler", walk: takeAll },
	{ name: "writing, pausing and finishing", assessment: "sampler", walk: writeAndFinish },
	{ name: "coming back", assessment: "career-rhythm", walk: comeBack },
	{ name: "full results", assessment: "career-rhythm", walk: seeResults },
	{ name: "results with gaps", assessment: "career-rhythm", walk: seeGaps },
	{ name: "trouble", assessment: "sampler", walk: meetTrouble },
	{ name: "many devices", assessment: "sampler", walk: useManyDevices },
	{ name: "a rescue file", assessment: "sampler", walk: saveToFile },
];

async function takeAll(student: Student, _server: ProductServer, look: Look): Promise<void> {
	const { page, words, language } = student;
	await student.visit();
	await expect(page.getByRole("button", { name: words.welcome.start })).toBeVisible();
	await look("welcome");
	await student.start();
	await look("first chapter");
	await student.press(words.chapter.begin);

	const scale = await student.seesQuestion(1);
	await look("labelled scale, untouched");
	await page.getByRole("radio").first().focus();
	await page.keyboard.press("Space");
	await look("labelled scale, chosen");
	await student.press(words.next);
	const range = await student.seesQuestion(2);
	await look("slider, untouched");
	await student.prepare(answerFor(range, language));
	await look("slider, set");
	await student.press(words.next);

	await expect(page.getByRole("button", { name: words.chapter.continue(2) })).toBeVisible();
	await look("second chapter");
	await student.press(words.chapter.continue(2));
	const many = await student.seesQuestion(3);
	await look("several choices, untouched");
	await student.prepare(answerFor(many, language));
	await look("several choices, ticked");
	await student.press(words.next);

	await student.seesQuestion(4);
	await look("ranking, untouched");
	await page.getByRole("list").getByRole("button").first().focus();
	await page.keyboard.press("Space");
	await look("ranking, picked up");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Space");
	await look("ranking, moved");
	await student.press(words.back);
	await student.press(words.back);
	await look("chapter, seen again");
	await student.press(words.back);
	await student.press(words.back);
	await student.seesQuestion(scale.index + 1);
	await look("answered question, seen again");
}

async function writeAndFinish(student: Student, server: ProductServer, look: Look): Promise<void> {
	const { page, words, memory } = student;
	const essay = page.getByRole("textbox");
	await student.visit();
	await student.begin();
	await student.answerUntil(5);
	await look("essay, empty");
	await essay.fill("One calm morning.");
	await student.seesSaveLine(words.save.saved);
	await look("essay, half-typed");
	await page.context().setOffline(true);
	await essay.fill("A very long day. ".repeat(25));
	await student.seesSaveLine(words.save.on_device.offline);
	await look("essay, too long, offline");
	await student.press(words.next);
	await expect(page.getByRole("alert")).toBeVisible();
	await look("essay, refused as too long");
	await student.press(words.pause);
	await expect(page.getByRole("dialog")).toBeVisible();
	await look("pause, answers on this device");
	await student.press(words.pause_sheet.continue);
	await page.context().setOffline(false);
	await essay.fill("A long day.");
	await student.seesSaveLine(words.save.saved);
	await server.api(`/api/v2/session/${memory.session_id}/abandon`, {});
	await expect(page.getByRole("textbox", { name: words.resume.written_last })).toBeVisible();
	await look("set aside while writing");
	await student.press(words.resume.restore);
	await student.seesQuestion(5);
	await student.press(words.pause);
	await expect(page.getByRole("dialog")).toContainText(words.pause_sheet.all_saved(4));
	await look("pause, all saved");
	await student.press(words.pause_sheet.continue);

	await student.answerToTheEnd();
	await look("last look, everything answered");
	await page.context().setOffline(true);
	await student.press(words.review.finish);
	await expect(page.getByText(words.results.pending)).toBeVisible();
	await look("results wait for the network");
	await page.context().setOffline(false);
	await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();
	await look("results of an assessment without scales");
}

async function comeBack(student: Student, server: ProductServer, look: Look): Promise<void> {
	const { page, words, memory } = student;
	await student.visit();
	await student.begin();
	await student.answerUntil(4);
	await student.seesSaveLine(words.save.saved);
	await page.reload();
	await student.isWelcomedBackAt(4);
	await look("welcome back");
	await student.press(words.resume.fresh);
	await expect(page.getByRole("dialog", { name: words.resume.confirm_title })).toBeVisible();
	await look("start fresh, confirmation");
	await student.press(words.resume.confirm_yes);
	await expect(page.getByText(words.resume.set_aside(3))).toBeVisible();
	await look("start fresh, with undo");
	await student.press(words.chapter.begin);
	await student.seesQuestion(1);
	await look("first question, with undo");
	await student.press(words.resume.undo);
	await student.seesQuestion(4);
	await look("back at the question, with what it asks");
	await server.kill();
	await page.getByRole("radio").first().focus();
	await page.keyboard.press("Space");
	await expect(page.getByText(words.save.on_device.offline)).toBeVisible();
	await look("server gone");
	await server.restart();
	await expect(page.getByText(words.save.saved, { exact: true })).toBeVisible({ timeout: 30_000 });

	await server.api(`/api/v2/session/${memory.session_id}/abandon`, {});
	await page.reload();
	await expect(page.getByRole("dialog", { name: words.resume.abandoned_title })).toBeVisible();
	await look("set aside elsewhere");
	await student.press(words.resume.new);
	await expect(page.getByRole("button", { name: words.chapter.begin })).toBeVisible();
	await student.press(words.chapter.begin);
	await student.seesQuestion(1);
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await server.restart({ days_later: 31 });
	await page.reload();
	await expect(page.getByRole("dialog", { name: words.resume.expired_title })).toBeVisible();
	await look("expired");
	await server.restartAnew();
	await page.reload();
	await expect(page.getByRole("dialog", { name: words.resume.unknown_title })).toBeVisible();
	await look("unknown to the server");
	await student.press(words.not_you.open);
	await expect(page.getByRole("dialog", { name: words.not_you.title })).toBeVisible();
	await look("unknown to the server, not you");
}

async function seeResults(student: Student, server: ProductServer, look: Look): Promise<void> {
	const { page, words } = student;
	await student.visit();
	await student.begin();
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await answerElsewhere(server, student);
	await page.reload();
	await student.continueSession();
	await student.seesQuestion(71);
	await student.press(words.next);
	await expect(page.getByRole("heading", { name: words.review.title_done })).toBeVisible();
	await look("last look over three chapters");
	await student.finish();
	await look("results");
	await page.getByRole("button", { name: words.results.show_table }).first().click();
	await page.getByText(words.results.details).first().click();
	await look("results, as a table");
	await student.press(words.feedback.send);
	await expect(page.getByText(words.feedback.empty)).toBeVisible();
	await look("feedback, nothing filled in");
	await page.getByRole("radio", { name: words.feedback.ratings[3] ?? "", exact: true }).check();
	await page.getByRole("textbox").first().fill("Quiet and clear.");
	await student.press(words.feedback.send);
	await expect(page.getByText(words.feedback.thanks)).toBeVisible();
	await look("feedback, sent");
	await student.press(words.results.again);
	await expect(page.getByRole("dialog", { name: words.results.again_title })).toBeVisible();
	await look("take it again, confirmation");
	await student.press(words.results.again_no);
	await student.press(words.not_you.open);
	await expect(page.getByRole("dialog", { name: words.not_you.title })).toBeVisible();
	await look("results, not you");
}

async function seeGaps(student: Student, server: ProductServer, look: Look): Promise<void> {
	const { page, words } = student;
	await student.visit();
	await student.begin();
	await student.answer();
	await student.seesSaveLine(words.save.saved);
	await answerElsewhere(server, student, (asked) => asked.index > 0 && asked.index < 24);
	await page.reload();
	await student.continueSession();
	await student.seesQuestion(24);
	await student.press(words.next);
	await student.seesQuestion(25);
	await look("ranking of six");
	await student.answer();
	await look("several choices, nine");
	await student.press(words.skip);
	await expect(page.getByText(words.chapter.open(1))).toBeVisible();
	await look("chapter passed with a gap");

	await answerElsewhere(server, student, (asked) => asked.type === "essay");
	await page.reload();
	await student.continueSession();
	await student.seesQuestion(71);
	await student.press(words.back);
	await student.seesQuestion(70);
	await look("one choice of five");
	await student.press(words.skip);
	await student.seesQuestion(71);
	await student.press(words.next);
	await expect(page.getByRole("heading", { name: words.review.title_open(45) })).toBeVisible();
	await look("last look, with open questions");
	await student.press(words.review.finish_anyway);
	await expect(page.getByRole("heading", { name: words.results.title, level: 1 })).toBeVisible();
	await look("results with gaps");
}

async function meetTrouble(student: Student, server: ProductServer, look: Look): Promise<void> {
	const { page, words } = student;
	await page.goto(`${server.url}/nowhere`);
	await look("no such page");
	await page.route("**/api/**", (route) => route.abort());
	await student.visit();
	await expect(page.getByRole("heading", { name: words.unreachable_title })).toBeVisible();
	await look("server cannot be reached");
	await page.unroute("**/api/**");
	await student.press(words.try_again);
	await student.begin();

	await page.route("**/sync", (route) => {
		const sent = route.request().postDataJSON() as { operations: { command: { answer?: Answer } }[] };
		for (const { command } of sent.operations) {
			if (command.answer?.type === "slider") command.answer.value = 99;
		}
		return route.continue({ postData: JSON.stringify(sent) });
	});
	await student.answer();
	await expect(page.getByText(words.refused.summary(1))).toBeVisible();
	await look("an answer was not accepted");
	await student.press(words.refused.show);
	await expect(page.getByRole("dialog", { name: words.refused.title })).toBeVisible();
	await look("list of what was not accepted");
	await page.unroute("**/sync");
	await student.press(words.refused.go);
	await student.seesQuestion(1);

	let release = () => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	await page.route("**/api/**", async (route) => {
		await held;
		await route.continue();
	});
	await page.reload();
	await expect(page.getByText(words.loading)).toBeVisible();
	await look("answers are looked for");
	release();
	await page.unrouteAll({ behavior: "wait" });
	// The reply may set the cookie again, so that it must be in before the cookies are cleared.
	await expect(page.getByText(words.loading)).toBeHidden();

	await page.addInitScript(() => {
		Object.defineProperty(window, "indexedDB", { get: () => undefined });
	});
	await page.context().clearCookies();
	await student.visit();
	await expect(page.getByText(words.welcome.memory_only)).toBeVisible();
	await look("welcome, where nothing can be stored");
	await student.begin();
	await page.context().setOffline(true);
	await student.answer();
	await expect(page.getByText(words.save.memory_only.offline)).toBeVisible();
	await look("in this page only");
}
