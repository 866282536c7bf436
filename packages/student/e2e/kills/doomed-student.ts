import { setTimeout as wait } from "node:timers/promises";
import type { Answer } from "@carhythm/core";
import { expect, type Page } from "@playwright/test";
import type { Asked } from "../question-types/index.ts";
import { orderOnScreen } from "../question-types/ordering.ts";
import type { ProductServer } from "../server.ts";
import { answerFor, putIn } from "../support/answering.ts";
import type { OwnBrowser } from "../support/own-browser.ts";
import { SAMPLER } from "../support/questions.ts";
import { createStudent, type Memory, type Student } from "../support/student.ts";
import { WORDS } from "../support/words.ts";
import type { Plan, Trouble } from "./plan.ts";
import { type Arm, weaken } from "./weaken.ts";

/** An answer that was put in. */
type Given = {
	question: string;
	answer: Answer;
	/** The page said that it is safe before the browser died. */
	promised: boolean;
	/** It was in the browser's storage, not yet sent, when a new browser opened it. */
	waited: boolean;
	/** What was planned when it was given. */
	plan: Plan;
};

/** A student who takes the sampler while one browser after the other is killed. */
export type DoomedStudent = {
	/** Of this student alone, so that nothing of the others is in the way. */
	origin: string;
	server: ProductServer;
	memory: Memory;
	given: Given[];
};

const { questions } = SAMPLER;
const words = WORDS.en;
const PROMISES: Record<Trouble, string> = {
	none: words.save.saved,
	offline: words.save.on_device.offline,
	server_down: words.save.on_device.server,
	reply_lost: words.save.on_device.offline,
};
/** A question is not answered more often, so that each of its answers has a value of its own. */
const MOST_TURNS = 2;

/** Begins, as student number so-and-so of a server. */
export async function aDoomedStudent(
	page: Page,
	server: ProductServer,
	number: number,
): Promise<DoomedStudent> {
	const origin = server.url.replace("localhost", `student-${number}.localhost`);
	const memory: Memory = { session_id: "", display_id: "", given: new Map(), times: new Map() };
	const doomed = { origin, server, memory, given: [] };
	const student = studentAt(page, doomed);
	await student.visit();
	await student.begin();
	return doomed;
}

/** The student as someone who can act on a page. */
function studentAt(page: Page, { origin, server, memory }: DoomedStudent): Student {
	return createStudent(page, { server: { ...server, url: origin }, questionnaire: SAMPLER, memory });
}

/** Whether the question on the screen has not been answered too often to be answered once more. */
export async function canGoOn(page: Page, doomed: DoomedStudent): Promise<boolean> {
	const asked = await questionOn(page);
	return asked !== undefined && turnOf(doomed, asked) < MOST_TURNS;
}

/** Answers as planned, and the browser dies the planned time after the page has said that the answer is safe. */
export async function answerAndDie(
	browser: OwnBrowser,
	doomed: DoomedStudent,
	plan: Plan,
	{ arm, die }: { arm: Arm | undefined; die: () => Promise<void> },
): Promise<void> {
	const { page } = browser;
	const other = plan.tabs === 2 ? await secondTab(browser, doomed, plan) : null;
	await makeTrouble(browser, doomed, plan.trouble);
	const promise = PROMISES[plan.trouble];
	for (let turn = 0; turn < plan.before; turn += 1) {
		const isTaken = await answerCalmly(page, doomed, promise, plan);
		if (!isTaken) break;
	}
	const pages = other === null ? [page] : [page, other];
	await Promise.all(pages.map((tab) => answerInDanger(tab, doomed, { promise, plan, arm })));
	await wait(plan.delay_ms);
	await die();
}

/** Answers and arrives at the next question, unless there is none or it can take no answer more. */
async function answerCalmly(
	page: Page,
	doomed: DoomedStudent,
	promise: string,
	plan: Plan,
): Promise<boolean> {
	const asked = await questionOn(page);
	const next = questions[(asked?.index ?? questions.length) + 1];
	if (asked === undefined || next === undefined || turnOf(doomed, next) >= MOST_TURNS) return false;
	const one = note(doomed, asked, plan);
	const student = studentAt(page, doomed);
	await student.answer(one.answer);
	await student.seesSaveLine(promise);
	one.promised = true;
	return true;
}

async function answerInDanger(
	page: Page,
	doomed: DoomedStudent,
	{ promise, plan, arm }: { promise: string; plan: Plan; arm: Arm | undefined },
): Promise<void> {
	const asked = await questionOn(page);
	if (asked === undefined) throw new Error("There is no question on the screen.");
	const one = note(doomed, asked, plan);
	if (one.answer.type === "ordering") {
		const shown = await orderOnScreen(page);
		if (shown.join() === one.answer.ordered_items.join()) one.answer.ordered_items.reverse();
	}
	// One touch gives a choice or a slider; the rest is given by Next.
	const oneTouch = asked.type === "slider" || (asked.type === "mcq" && !asked.multiple);
	if (!oneTouch) await putIn(page, "en", asked, one.answer);
	if (arm !== undefined) await weaken(page, arm);
	const isRange = asked.type === "slider" && asked.labels.length === 0;
	const heard = hears(page, promise, isRange ? "input" : "click");
	const acting = oneTouch
		? putIn(page, "en", asked, one.answer)
		: page.getByRole("button", { name: words.next, exact: true }).click();
	// The browser may die before the click is reported; a click that fails before that is told.
	await Promise.race([heard, acting.then(() => heard)]);
	acting.catch(() => {});
	one.promised = true;
}

function note(doomed: DoomedStudent, asked: Asked, plan: Plan): Given {
	const answer = answerFor(asked, "en", turnOf(doomed, asked));
	// The handle stands in the middle already, so that nobody can move it there.
	const isMiddle = asked.type === "slider" && answer.type === "slider" && isInMiddle(asked, answer.value);
	if (isMiddle && asked.labels.length === 0) answer.value += asked.step;
	const one = { question: asked.key, answer, promised: false, waited: false, plan };
	doomed.given.push(one);
	return one;
}

function isInMiddle({ min, max }: { min: number; max: number }, value: number): boolean {
	return value === (min + max) / 2;
}

function turnOf({ given }: DoomedStudent, { key }: Asked): number {
	return given.filter(({ question }) => question === key).length;
}

async function questionOn(page: Page): Promise<Asked | undefined> {
	const text = await page.getByRole("heading", { level: 1 }).innerText();
	return questions.find((asked) => asked.text.en === text);
}

/** Opens a second tab at the question after the one in the first; null when the chapter ends there. */
async function secondTab(
	{ page, context }: OwnBrowser,
	doomed: DoomedStudent,
	plan: Plan,
): Promise<Page | null> {
	const isNew = doomed.given.length === 0;
	// Nobody is welcomed back to nothing, and the second question ends its chapter.
	for (let turn = 0; isNew && turn < 2; turn += 1) await answerCalmly(page, doomed, words.save.saved, plan);
	const asked = await questionOn(page);
	const next = asked && questions[asked.index + 1];
	if (next?.chapter !== asked?.chapter || next === undefined || turnOf(doomed, next) >= MOST_TURNS) {
		return null;
	}
	const other = await context.newPage();
	const student = studentAt(other, doomed);
	await student.visit();
	await student.continueSession();
	await student.press(asked && turnOf(doomed, asked) > 0 ? words.next : words.skip);
	await student.seesQuestion(next.index + 1);
	await student.seesSaveLine(words.save.saved);
	await page.bringToFront();
	return other;
}

async function makeTrouble(
	{ context }: OwnBrowser,
	{ server }: DoomedStudent,
	trouble: Trouble,
): Promise<void> {
	if (trouble === "offline") await context.setOffline(true);
	if (trouble === "server_down") await context.route("**/sync", (route) => route.fulfill({ status: 503 }));
	if (trouble === "reply_lost") {
		await context.route("**/sync", async (route) => {
			const request = route.request();
			await server.api(new URL(request.url()).pathname, request.postDataJSON());
			// The browser may be gone by now.
			await route.abort("connectionreset").catch(() => {});
		});
	}
}

/** Resolves when, after the event that gives the answer, the page has begun to save and then says this. */
function hears(page: Page, promise: string, event: "click" | "input"): Promise<void> {
	return page.evaluate(
		([wanted, giving]) =>
			new Promise<void>((resolve) => {
				let isSaving = false;
				const look = () => {
					const said = document.querySelector(".save")?.textContent;
					if (said !== wanted) isSaving = true;
					else if (isSaving) resolve();
				};
				const listen = () => {
					new MutationObserver(look).observe(document.body, {
						subtree: true,
						childList: true,
						characterData: true,
					});
				};
				document.addEventListener(giving, listen, { capture: true, once: true });
			}),
		[promise, event] as const,
	);
}

/** Comes back in a new browser; null when nothing there knows the student. */
export async function comeBack(page: Page, doomed: DoomedStudent): Promise<{ answers_shown: number } | null> {
	const student = studentAt(page, doomed);
	await student.visit();
	const welcome = page.getByRole("dialog", { name: words.resume.title });
	const start = page.getByRole("button", { name: words.welcome.start, exact: true });
	await expect(welcome.or(start)).toBeVisible();
	if (await start.isVisible()) return null;
	const answers_shown = Number(await welcome.getByRole("definition").first().innerText());
	await student.continueSession();
	await student.seesSaveLine(words.save.saved);
	return { answers_shown };
}
