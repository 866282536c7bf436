import { randomBytes } from "node:crypto";
import { type Answer, mintOperationId, type Question, toInstant } from "@carhythm/core";
import { pino } from "pino";
import { createApp } from "../../app.ts";
import { createStore } from "../../db/create-store.ts";
import type { Database } from "../../db/dialect.ts";
import { highestLimits } from "../../limits.ts";
import { prepareDatabase } from "../../prepare-database.ts";

type Reply = Readonly<Record<string, unknown>>;

const anId = () => mintOperationId((count) => randomBytes(count));

/** The whole app on a database that is made ready as `carhythm serve` does it, and ways to ask it. */
async function serving(database: Database) {
	const said: string[] = [];
	await prepareDatabase(database, { migrate_on_start: true, backups_kept: 5 }, (line) => said.push(line));
	const now = () => toInstant(Date.now());
	const store = createStore(database, { now, randomBytes, expiry_days: 30 });
	const app = createApp({
		store,
		config: { cors_origins: [], session_expiry_days: 30, limits: highestLimits() },
		log: pino({ level: "silent" }),
		now,
		randomBytes,
		web_root: null,
	});
	const ask = async (path: string, body?: object): Promise<Reply> => {
		const init = body && {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(body),
		};
		const response = await app.request(`/api/v2/${path}`, init);
		const reply = response.status === 204 ? {} : ((await response.json()) as Reply);
		if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(reply)}`);
		return reply;
	};
	const version = await store.assessments.latestDefault();
	if (!version) throw new Error("There is no default assessment.");
	return {
		said,
		ask,
		questions: version.index.places.map(({ question }) => question),
		async start(more: object = {}): Promise<string> {
			return String((await ask("session/start", more))["session_id"]);
		},
		/** Commands of one device, with the times of its clock. @returns what became of each */
		async sync(session: string, device_id: string, ...commands: readonly object[]): Promise<string[]> {
			const operations = commands.map((command) => ({
				operation_id: anId(),
				client_time: now(),
				...("command" in command ? command : { command }),
			}));
			const { results } = await ask(`session/${session}/sync`, { sent_at: now(), device_id, operations });
			return (results as { status: string }[]).map(({ status }) => status);
		},
		close: () => store.notifier.close(),
	};
}

type Server = Awaited<ReturnType<typeof serving>>;

/** Takes one answer of a new student and gives it back. @throws Error when it does not */
export async function takeAnAnswer(database: Database): Promise<void> {
	const server = await serving(database);
	try {
		const session_id = await server.start();
		const [question] = server.questions;
		if (!question) return;
		const answer = anAnswer(question);
		await server.ask("answers/submit", { session_id, question_id: question.id, answer });
		const { session } = await server.ask(`session/${session_id}`);
		const { answers } = session as { answers: Record<string, { answer: Answer }> };
		if (answers[question.id]?.answer.type !== answer.type) throw new Error("The answer is not there.");
	} finally {
		server.close();
	}
}

/** Does with a database what students do: every kind of row comes into being. */
export async function liveIn(database: Database): Promise<void> {
	const server = await serving(database);
	const left = await activeSessions(database);
	try {
		if (server.questions.length === 0) return;
		await goOn(server, left);
		await severalDevices(server);
		await startFresh(server);
		await finish(server);
	} finally {
		server.close();
	}
}

async function activeSessions(database: Database): Promise<string[]> {
	const rows = await database.db
		.selectFrom("student_responses")
		.select("session_id")
		.where("status", "=", "active")
		.orderBy("id")
		.execute();
	return rows.map(({ session_id }) => session_id);
}

/** Sessions that were there before: one answers, clears and leaves other devices, one is set aside, one moves on. */
async function goOn(server: Server, [one, two, three]: readonly string[]): Promise<void> {
	const [first, second] = server.questions;
	if (!first || !second) return;
	if (one) {
		await server.sync(one, anId(), answering(first), answering(second), {
			kind: "clear",
			question_id: second.id,
		});
		await server.ask(`session/${one}/leave-others`, {});
	}
	if (two) await server.ask(`session/${two}/abandon`, {});
	if (three) await server.sync(three, anId(), { kind: "move", question_id: second.id, language: "ar" });
}

/** Drafts, a question that two devices answered unseen, codes for another device, used and not. */
async function severalDevices(server: Server): Promise<void> {
	const session = await server.start({ language: "ar" });
	const [first, second] = server.questions;
	if (!first || !second) return;
	const [phone, laptop, tablet] = [anId(), anId(), anId()];
	await server.sync(session, phone, { ...stamped(answering(first, 0)), after: null });
	await server.sync(session, laptop, { ...stamped(answering(first, 1)), after: null });
	await server.sync(session, phone, { kind: "draft", question_id: second.id, draft: anAnswer(second) });
	const { code } = await server.ask(`session/${session}/handoff`, {});
	await server.ask("session/handoff/redeem", { code, device_id: tablet, label: "Firefox (Android)" });
	await server.sync(session, tablet, answering(second, 1));
	await server.sync(session, phone, { kind: "draft", question_id: first.id, draft: anAnswer(first) });
	await server.ask(`session/${session}/handoff`, {});
}

/** A session that another one replaces; what its device still had comes too late. */
async function startFresh(server: Server): Promise<void> {
	const [first, second] = server.questions;
	if (!first || !second) return;
	const old = await server.start();
	const device = anId();
	await server.sync(old, device, answering(first, 0), answering(first, 1));
	await server.start({ replaces: old, operation_id: anId() });
	const late = await server.sync(old, device, answering(second));
	if (late[0] !== "late") throw new Error(`An answer to a session that had ended is ${late[0]}, not late.`);
}

/** Everything answered, the person, the result, what they think of it. */
async function finish(server: Server): Promise<void> {
	const session_id = await server.start();
	await server.sync(
		session_id,
		anId(),
		...server.questions.slice(0, 150).map((question) => answering(question)),
	);
	await server.ask("student/info", {
		session_id,
		email: "amal@school.example",
		full_name: "Amal Haddad",
		age_group: "16-18",
		country: "Jordan",
		origin_country: "Jordan",
	});
	await server.ask(`scores/${session_id}`);
	await server.ask("feedback/submit", { session_id, rating: 4, would_recommend: true, suggestions: "More." });
}

const stamped = (command: object) => ({ command });

function answering(question: Question, n = 0) {
	return { kind: "answer", question_id: question.id, answer: anAnswer(question, n) };
}

/** One of several answers that a question takes. */
function anAnswer(question: Question, n = 0): Answer {
	switch (question.type) {
		case "slider":
			return { type: "slider", value: n === 0 ? question.min : question.max };
		case "mcq":
			return { type: "mcq", selected_options: [question.choices[n]?.value ?? ""] };
		case "ordering": {
			const items = question.items.map(({ text }) => text.en);
			return { type: "ordering", ordered_items: n === 0 ? items : items.toReversed() };
		}
		case "essay":
			return { type: "essay", text: n === 0 ? "In the mountains." : "By the sea." };
		default:
			throw new Error("The questionnaires that ship ask nothing else.");
	}
}
