import { isDeepStrictEqual } from "node:util";
import type { Answer } from "@carhythm/core";
import type { Page } from "@playwright/test";
import type { ProductServer } from "../server.ts";
import { type OwnBrowser, openOwnBrowser } from "../support/own-browser.ts";
import { aDoomedStudent, answerAndDie, canGoOn, comeBack, type DoomedStudent } from "./doomed-student.ts";
import { DEATHS, type Death, type MortalProfile } from "./mortal-profile.ts";
import type { Plan } from "./plan.ts";
import type { Arm } from "./weaken.ts";

/** What came of a number of kills. */
export type KillFigures = {
	kills: number;
	students: number;
	/** Answers of which the page said, before the kill, that they are safe. */
	promised: number;
	/** Of these, what waited in the browser's storage when it was opened again, and came to the server from there. */
	in_outbox: number;
	/** Of these, what the server had by then. */
	on_server: number;
	/** Promised, and not in the server's history in the end. */
	lost: number;
	/** In the server's history more than once. */
	twice: number;
	/** Students with answers whom the new browser did not welcome back, or to fewer answers than were promised. */
	unwelcome: number;
	/** What is known of each that was lost. */
	losses: { student: number; question: string; answer: Answer; plan: Plan }[];
};

const SEEN = { viewport: { width: 390, height: 844 }, locale: "en-GB" };

type Options = {
	server: ProductServer;
	plans: readonly Plan[];
	arm?: Arm;
	/** How the browsers end; killed unless said. */
	death?: Death;
	/** Browsers at the same time. */
	lanes?: number;
	onKill?: (figures: KillFigures) => void;
};

/** Whether all that was promised was kept, once. */
export function isClean({ lost, twice, unwelcome }: KillFigures): boolean {
	return lost === 0 && twice === 0 && unwelcome === 0;
}

/** Kills one browser after the other, each time opening a new one on the same profile, and looks what is left. */
export async function runKills(options: Options): Promise<KillFigures> {
	const { server, plans, arm, death = "kill", lanes = 2, onKill } = options;
	const figures: KillFigures = {
		kills: 0,
		students: 0,
		promised: 0,
		in_outbox: 0,
		on_server: 0,
		lost: 0,
		twice: 0,
		unwelcome: 0,
		losses: [],
	};
	const keys = await questionKeys(server);
	const left = plans.values();
	const lane = { server, figures, keys, left, arm, death, onKill };
	// All of them end before one that failed is told, so that none asks a server that is gone.
	const ended = await Promise.allSettled(Array.from({ length: lanes }, () => runLane(lane)));
	for (const end of ended) if (end.status === "rejected") throw end.reason;
	return figures;
}

type Lane = Pick<Options, "server"> & {
	arm: Arm | undefined;
	death: Death;
	onKill: Options["onKill"] | undefined;
	figures: KillFigures;
	keys: ReadonlyMap<number, string>;
	/** Shared by all lanes. */
	left: Iterator<Plan, undefined>;
};

/** One profile. A new browser first shows what is left of the last one, and then is the next to be killed. */
async function runLane(lane: Lane): Promise<void> {
	const profile = DEATHS[lane.death]();
	try {
		let student: DoomedStudent | null = null;
		for (let isOver = false; !isOver; ) {
			const plan = lane.left.next().value;
			const browser = await openOwnBrowser(profile.folder, SEEN);
			try {
				student = await oneLife(lane, { browser, profile }, student, plan);
			} finally {
				await browser.context.close();
			}
			isOver = plan === undefined;
		}
	} finally {
		profile.remove();
	}
}

/** @returns the student who was cut short */
async function oneLife(
	{ server, figures, keys, arm, onKill }: Lane,
	{ browser, profile }: { browser: OwnBrowser; profile: MortalProfile },
	before: DoomedStudent | null,
	plan: Plan | undefined,
): Promise<DoomedStudent | null> {
	const { page } = browser;
	let student = before;
	if (student !== null) {
		const isBack = await lookAfter(page, student, figures, keys);
		if (!isBack || plan === undefined || !(await canGoOn(page, student))) {
			await lookIntoHistory(student, figures);
			student = null;
		}
	}
	if (plan === undefined) return null;
	if (student === null) {
		figures.students += 1;
		student = await aDoomedStudent(page, server, figures.students);
	}
	await answerAndDie(browser, student, plan, { arm, die: () => profile.end(browser) });
	figures.kills += 1;
	onKill?.(figures);
	return student;
}

/** Looks into the new browser's storage before the page does, then lets the student come back. */
async function lookAfter(
	page: Page,
	student: DoomedStudent,
	figures: KillFigures,
	keys: ReadonlyMap<number, string>,
): Promise<boolean> {
	await page.goto(`${student.origin}/favicon.svg`);
	for (const { question_id, answer } of await page.evaluate(answersInOutbox)) {
		const question = keys.get(question_id);
		for (const one of student.given) {
			if (one.question === question && isDeepStrictEqual(one.answer, answer)) one.waited = true;
		}
	}
	const back = await comeBack(page, student);
	const promised = student.given.filter((one) => one.promised).map(({ question }) => question);
	if (back === null || back.answers_shown < new Set(promised).size) figures.unwelcome += 1;
	return back !== null;
}

/** Counts what the operator sees of a student whose story is over. */
async function lookIntoHistory(
	{ server, memory, given }: DoomedStudent,
	figures: KillFigures,
): Promise<void> {
	const events = (await server.history(memory.display_id)).filter(({ kind }) => kind === "answer");
	for (const { question, answer, promised, waited, plan } of given) {
		const times = events.filter(
			(event) => event.question === question && isDeepStrictEqual(event.value, answer),
		).length;
		if (times > 1) figures.twice += 1;
		if (!promised) continue;
		figures.promised += 1;
		if (times === 0) {
			figures.lost += 1;
			figures.losses.push({ student: figures.students, question, answer, plan });
		} else if (waited) figures.in_outbox += 1;
		else figures.on_server += 1;
	}
}

async function questionKeys(server: ProductServer): Promise<Map<number, string>> {
	const { assessment } = await server.api<{
		assessment: { chapters: { pages: { questions: { key: string; id: number }[] }[] }[] };
	}>("/api/v2/assessments/latest");
	const questions = assessment.chapters.flatMap(({ pages }) => pages.flatMap((page) => page.questions));
	return new Map(questions.map(({ key, id }) => [id, key]));
}

/** Runs in a page of the origin that is not the app, so that nothing is sent meanwhile. */
async function answersInOutbox(): Promise<{ question_id: number; answer: Answer }[]> {
	type Stored = { command: { kind: string; question_id: number; answer: Answer } };
	const databases = await indexedDB.databases();
	if (!databases.some(({ name }) => name === "carhythm")) return [];
	const database = await new Promise<IDBDatabase>((resolve, reject) => {
		const request = indexedDB.open("carhythm");
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
	const stored = await new Promise<Stored[]>((resolve, reject) => {
		const request = database.transaction("outbox").objectStore("outbox").getAll();
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});
	database.close();
	return stored.map(({ command }) => command).filter(({ kind }) => kind === "answer");
}
