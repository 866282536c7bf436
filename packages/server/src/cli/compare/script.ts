import { OperatorError } from "../../operator-error.ts";
import { chooseAnswer, questionsOf, type ServedQuestion } from "./chosen-answers.ts";
import type { Comparison } from "./comparison.ts";
import { ANSWERED_TWICE } from "./expected-differences.ts";
import { valueAt } from "./json-difference.ts";
import { type ComparedSession, SESSION_ID } from "./types.ts";

/** A page of the questionnaire with its questions in English, as the old server serves it. */
type ServedPage = { id: number; questions: readonly ServedQuestion[] };

/** How many sessions {@link compareOwnSessions} starts on each server. */
export const OWN_SESSIONS = 5;

/** A UUID that no session has. */
const UNKNOWN_SESSION = "00000000-0000-4000-8000-00000000c0de";

/** As the form of the existing front end sends it. The address belongs to nobody (RFC 2606). */
const PERSON = {
	session_id: SESSION_ID,
	email: "carhythm-compare@example.com",
	full_name: "CaRhythm compare",
	age_group: "",
	country: "",
	origin_country: "",
};

/**
 * Compares what is asked, in both languages, page by page.
 * @returns the pages in order
 * @throws OperatorError when the old server has no questionnaire
 */
export async function compareContent({ compare }: Comparison): Promise<ServedPage[]> {
	const get = (path: string, step: string) => compare({ method: "GET", path: `/api/v2/${path}`, step });
	await get("health", "health");
	await get("settings/theme", "theme");
	const modules = await get("modules", "modules");
	const pages: ServedPage[] = [];
	let page_id = valueAt(modules.old.body, 0, "id");
	while (typeof page_id === "number" && !pages.some(({ id }) => id === page_id)) {
		const english = await get(`questions?page_id=${page_id}&language=en`, "questions in English");
		await get(`questions?page_id=${page_id}&language=ar`, "questions in Arabic");
		pages.push({ id: page_id, questions: questionsOf(english.old.body) });
		page_id = valueAt(english.old.body, "navigation", "next_page_id");
	}
	const [first] = pages;
	if (!first || pages.every(({ questions }) => questions.length === 0)) {
		throw new OperatorError(
			"failed",
			"The old server has no questionnaire: its /api/v2/modules or /api/v2/questions is empty. Is it running on the copy of the database?",
		);
	}
	await get(`questions?page_id=${first.id}`, "questions without a language");
	await get(`questions?page_id=${first.id}&language=fr`, "questions in another language");
	await get("questions?page_id=999999999", "unknown page");
	await get("questions", "questions without a page");
	return pages;
}

/** Compares how requests for unknown sessions and malformed requests are refused. */
export async function compareRefusals({ compare }: Comparison): Promise<void> {
	const step = "unknown session";
	for (const path of READS) {
		await compare({ method: "GET", path: path.replace(SESSION_ID, UNKNOWN_SESSION), step });
	}
	await compare({ method: "GET", path: "/api/v2/session/no-uuid/validate", step: "malformed session id" });
	const session_id = UNKNOWN_SESSION;
	const answer = { type: "slider", value: 1 };
	const writes: readonly (readonly [path: string, body?: object])[] = [
		[`session/${UNKNOWN_SESSION}/abandon`],
		["answers/submit", { session_id, question_id: 1, answer }],
		["student/info", { ...PERSON, session_id }],
		["resend-results", { session_id }],
		["feedback/submit", { session_id, rating: 5 }],
	];
	for (const [path, body] of writes) {
		await compare({ method: "POST", path: `/api/v2/${path}`, step, ...(body && { body: { ...body } }) });
	}
	const bodies = { "answers/submit": {}, "student/info": { ...PERSON, session_id, email: "no address" } };
	for (const [path, body] of Object.entries(bodies)) {
		await compare({ method: "POST", path: `/api/v2/${path}`, step: "invalid body", body });
	}
	const body = { session_id, rating: 6 };
	await compare({ method: "POST", path: "/api/v2/feedback/submit", step: "invalid body", body });
}

/** Starts {@link OWN_SESSIONS} sessions on each server and compares everything that a student does with them. */
export async function compareOwnSessions(
	comparison: Comparison,
	pages: readonly ServedPage[],
): Promise<void> {
	await completeWholeSession(comparison, pages);
	await completeWithOtherAnswers(comparison, pages);
	await completeSessionWithGaps(comparison, pages);
	await abandonSession(comparison, pages);
	await answerTwice(comparison, pages);
}

/** Compares the reads of a session. GETs only. */
export async function compareReads(
	comparison: Comparison,
	session: ComparedSession,
	{ step, pages = [] }: { step: string; pages?: readonly ServedPage[] },
): Promise<void> {
	const ofPages = pages.map(({ id }) => `/api/v2/session/${SESSION_ID}/answered-questions?page_id=${id}`);
	for (const path of [...READS, ...ofPages]) {
		await comparison.compare({ method: "GET", path, step, session });
	}
}

/** The summary comes last: its labels are held against the profile that was read before. */
const READS = [
	`/api/v2/session/${SESSION_ID}/validate`,
	`/api/v2/session/${SESSION_ID}/progress`,
	`/api/v2/session/${SESSION_ID}/answered-questions`,
	`/api/v2/scores/${SESSION_ID}`,
	`/api/v2/scores/${SESSION_ID}/summary`,
];

/** Every question is answered; then everything that comes after the last page. */
async function completeWholeSession(comparison: Comparison, pages: readonly ServedPage[]): Promise<void> {
	const session = await comparison.startSession("whole session");
	const post = poster(comparison, session);
	await compareReads(comparison, session, { step: "whole session, nothing answered" });
	for (const [n, page] of pages.entries()) {
		const step = `whole session, page ${n + 1} of ${pages.length}`;
		for (const question of page.questions) await submit(comparison, session, { question, step });
		await compareReads(comparison, session, { step, pages: [page] });
	}
	await post("student/info", PERSON, "whole session, personal data");
	await compareReads(comparison, session, { step: "whole session, completed", pages });
	await post("student/info", { ...PERSON, age_group: "16-18" }, "whole session, personal data again");
	await post("resend-results", {}, "whole session, results again");
	await post("resend-results", { new_email: PERSON.email }, "whole session, results to another address");
	await sendFeedback(comparison, session);
	const [question] = pages.flatMap(({ questions }) => questions);
	if (question)
		await submit(comparison, session, { question, step: "whole session, answer after completing" });
	await post(`session/${SESSION_ID}/abandon`, undefined, "whole session, abandon after completing");
}

/** Other answers than in the first whole session: the options that were not chosen there have weights too. */
async function completeWithOtherAnswers(comparison: Comparison, pages: readonly ServedPage[]): Promise<void> {
	const session = await comparison.startSession("other answers");
	for (const question of pages.flatMap(({ questions }) => questions)) {
		await submit(comparison, session, { question, step: "other answers", variant: 1 });
	}
	await poster(comparison, session)("student/info", PERSON, "other answers, personal data");
	await compareReads(comparison, session, { step: "other answers, completed" });
}

/** Every fourth question of a page is left out, and the session is completed all the same. */
async function completeSessionWithGaps(comparison: Comparison, pages: readonly ServedPage[]): Promise<void> {
	const session = await comparison.startSession("session with gaps");
	for (const [n, page] of pages.entries()) {
		const step = `session with gaps, page ${n + 1} of ${pages.length}`;
		const answered = page.questions.filter((_, position) => position % 4 !== 3);
		for (const question of answered) await submit(comparison, session, { question, step });
		await compareReads(comparison, session, { step, pages: [page] });
	}
	await poster(comparison, session)("student/info", PERSON, "session with gaps, personal data");
	await compareReads(comparison, session, { step: "session with gaps, completed", pages });
}

/** The first page only, with rankings given in Arabic; then the student starts fresh. */
async function abandonSession(comparison: Comparison, pages: readonly ServedPage[]): Promise<void> {
	const session = await comparison.startSession("abandoned session");
	const post = poster(comparison, session);
	const [first] = pages;
	if (!first) return;
	const arabic = await comparison.compare({
		method: "GET",
		path: `/api/v2/questions?page_id=${first.id}&language=ar&session_id=${SESSION_ID}`,
		step: "abandoned session, questions in Arabic",
		session,
	});
	const questions = questionsOf(arabic.old.body);
	for (const question of questions)
		await submit(comparison, session, { question, step: "abandoned session" });
	await post("resend-results", {}, "abandoned session, results before the end");
	await post("feedback/submit", { rating: 1 }, "abandoned session, feedback");
	await post(`session/${SESSION_ID}/abandon`, undefined, "abandoned session, abandon");
	await post(`session/${SESSION_ID}/abandon`, undefined, "abandoned session, abandon again");
	await compareReads(comparison, session, { step: "abandoned session, abandoned", pages: [first] });
	const [question] = questions;
	if (question) await submit(comparison, session, { question, step: "abandoned session, answer afterwards" });
}

/** In a session of its own: the old server miscounts from here on. */
async function answerTwice(comparison: Comparison, pages: readonly ServedPage[]): Promise<void> {
	const session = await comparison.startSession(ANSWERED_TWICE);
	const [question] = pages.flatMap(({ questions }) => questions);
	if (!question) return;
	await submit(comparison, session, { question, step: "answered once" });
	await submit(comparison, session, { question, step: ANSWERED_TWICE });
	const path = `/api/v2/session/${SESSION_ID}/answered-questions`;
	await comparison.compare({ method: "GET", path, step: ANSWERED_TWICE, session });
	await poster(comparison, session)("student/info", PERSON, "nearly nothing answered, personal data");
}

/** A second feedback replaces only the fields that are not null. */
async function sendFeedback(comparison: Comparison, session: ComparedSession): Promise<void> {
	const post = poster(comparison, session);
	const first = { rating: 4, experience_text: " Written by carhythm compare. ", would_recommend: true };
	await post("feedback/submit", first, "whole session, feedback");
	const second = { rating: null, experience_text: null, would_recommend: false, suggestions: "None." };
	await post("feedback/submit", second, "whole session, second feedback");
}

async function submit(
	{ compare }: Comparison,
	session: ComparedSession,
	{ question, step, variant = 0 }: { question: ServedQuestion; step: string; variant?: number },
): Promise<void> {
	const answer = chooseAnswer(question, variant);
	if (!answer) return;
	const body = { session_id: SESSION_ID, question_id: question.id, answer };
	await compare({
		method: "POST",
		path: "/api/v2/answers/submit",
		step: `${step}, question ${question.id}`,
		body,
		session,
	});
}

/** Posts as the session's student; without a body where the existing front end sends none. */
function poster({ compare }: Comparison, session: ComparedSession) {
	return (path: string, body: object | undefined, step: string) =>
		compare({
			method: "POST",
			path: `/api/v2/${path}`,
			step,
			session,
			...(body && { body: { session_id: SESSION_ID, ...body } }),
		});
}
