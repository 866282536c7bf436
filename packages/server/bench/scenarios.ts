import { randomUUID } from "node:crypto";

type Question = { id: number; type: string; options: Record<string, unknown> };

/**
 * One kind of request under load: how to make the next one, how many answers it carries, what a constant
 * reply looks like.
 */
export type Scenario = {
	name: string;
	unit: string;
	/** Answers, or reads, in one request. */
	weight: number;
	method: "GET" | "POST";
	sample_reply: string;
	/** The next request of one simulated client. */
	client(): () => { path: string; body?: string };
};

async function json<T>(url: string, init?: RequestInit): Promise<T> {
	const response = await fetch(url, init);
	if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
	return (await response.json()) as T;
}

function post(body: unknown): RequestInit {
	return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function answerTo(question: Question, turn: number): unknown {
	const { options } = question;
	if (question.type === "slider") {
		const [min, max, step] = [Number(options["min"]), Number(options["max"]), Number(options["step"])];
		return { type: "slider", value: min + step * (turn % (Math.round((max - min) / step) + 1)) };
	}
	return { type: "essay", text: `Answer number ${turn}.` };
}

/** Sessions and questions on a running server, and the scenarios over them. */
export async function prepare(base: string, sessions: number): Promise<Scenario[]> {
	const modules = await json<{ id: number }[]>(`${base}/api/v2/modules`);
	const page_id = modules[0]?.id ?? 1;
	const questions: Question[] = [];
	for (const { id } of modules) {
		const page = await json<{ questions: Question[] }>(`${base}/api/v2/questions?page_id=${id}&language=en`);
		questions.push(...page.questions.filter(({ type }) => type === "slider" || type === "essay"));
	}
	const ids: string[] = [];
	for (let n = 0; n < sessions; n += 1) {
		const started = await json<{ session_id: string }>(`${base}/api/v2/session/start`, { method: "POST" });
		ids.push(started.session_id);
	}
	let nextClient = 0;
	const clientOf = () => ids[nextClient++ % ids.length] ?? "";
	const question = (turn: number): Question => {
		const found = questions[turn % questions.length];
		if (!found) throw new Error("The assessment has no questions to answer.");
		return found;
	};
	const submit = (session_id: string, turn: number) => ({
		session_id,
		question_id: question(turn).id,
		answer: answerTo(question(turn), turn),
		submission_id: randomUUID(),
	});
	const sync = (first: number) => {
		const now = Date.now();
		return {
			sent_at: new Date(now).toISOString(),
			operations: Array.from({ length: 20 }, (_, i) => ({
				operation_id: randomUUID(),
				client_time: new Date(now - 20 + i).toISOString(),
				command: {
					kind: "answer",
					question_id: question(first + i).id,
					answer: answerTo(question(first + i), first + i),
				},
			})),
		};
	};
	const [first = ""] = ids;
	const replyTo = async (url: string, init?: RequestInit) => JSON.stringify(await json(url, init));
	const submitUrl = `${base}/api/v2/answers/submit`;
	const syncUrl = `${base}/api/v2/session/${first}/sync`;
	const validatePath = `/api/v2/session/${first}/validate`;
	const pagePath = `/api/v2/questions?page_id=${page_id}&language=ar`;

	return [
		{
			name: "single submits",
			unit: "answers/s",
			weight: 1,
			method: "POST",
			sample_reply: await replyTo(submitUrl, post(submit(first, 0))),
			client() {
				const session_id = clientOf();
				let turn = 0;
				return () => ({ path: "/api/v2/answers/submit", body: JSON.stringify(submit(session_id, turn++)) });
			},
		},
		{
			name: "syncs of 20",
			unit: "answers/s",
			weight: 20,
			method: "POST",
			sample_reply: await replyTo(syncUrl, post(sync(0))),
			client() {
				const session_id = clientOf();
				let turn = 0;
				return () => {
					turn += 20;
					return { path: `/api/v2/session/${session_id}/sync`, body: JSON.stringify(sync(turn)) };
				};
			},
		},
		{
			name: "validate",
			unit: "reads/s",
			weight: 1,
			method: "GET",
			sample_reply: await replyTo(base + validatePath),
			client: () => () => ({ path: validatePath }),
		},
		{
			name: "page of questions",
			unit: "reads/s",
			weight: 1,
			method: "GET",
			sample_reply: await replyTo(base + pagePath),
			client: () => () => ({ path: pagePath }),
		},
	];
}
