import { OperatorError } from "../../operator-error.ts";
import type { ApiClient, Reply } from "./api-client.ts";
import { EXPECTED_DIFFERENCES, type ExpectedDifference } from "./expected-differences.ts";
import { isObject, listDifferences, valueAt } from "./json-difference.ts";
import {
	type ComparedRequest,
	type ComparedSession,
	type Pair,
	type ReplyDifference,
	SESSION_ID,
} from "./types.ts";

/** What the comparison has found. */
export type Findings = {
	replies_compared: number;
	unexpected: ReplyDifference[];
	expected: { difference: ReplyDifference; row: ExpectedDifference }[];
};

/** Sends requests to both servers and collects where their replies differ. */
export type Comparison = {
	findings: Findings;
	compare(request: ComparedRequest): Promise<Pair<Reply>>;
	/** Starts a session on each server and compares the replies. */
	startSession(step: string): Promise<ComparedSession>;
};

export function createComparison(clients: Pair<ApiClient>): Comparison {
	const findings: Findings = { replies_compared: 0, unexpected: [], expected: [] };

	async function send(request: ComparedRequest): Promise<Pair<Reply>> {
		const [old, ours] = await Promise.all([
			clients.old.send(resolved(request, request.session?.ids.old)),
			clients.new.send(resolved(request, request.session?.ids.new)),
		]);
		return { old, new: ours };
	}

	function record(request: ComparedRequest, sent: Pair<Reply>): Pair<Reply> {
		const ids = request.session?.ids;
		const replies = { old: masked(sent.old, ids?.old), new: masked(sent.new, ids?.new) };
		findings.replies_compared += 1;
		if (request.session) observe(request.session, request, replies);
		for (const difference of compareReplies(request, replies)) {
			const row = EXPECTED_DIFFERENCES.find(({ covers }) => covers(difference));
			if (row) findings.expected.push({ difference, row });
			else findings.unexpected.push(difference);
		}
		return replies;
	}

	return {
		findings,
		compare: async (request) => record(request, await send(request)),
		async startSession(step) {
			const request = { method: "POST", path: "/api/v2/session/start", step } as const;
			const sent = await send(request);
			const ids = { old: startedId(clients.old, sent.old), new: startedId(clients.new, sent.new) };
			const session = sessionOf(ids, { is_students: false });
			record({ ...request, session }, sent);
			return session;
		},
	};
}

/** A session of which nothing is known yet. */
export function sessionOf(ids: Pair<string>, { is_students }: { is_students: boolean }): ComparedSession {
	return { ids, is_students, has_gaps: null, completed: null, profiles: null };
}

function startedId({ flag, url }: ApiClient, { status, body }: Reply): string {
	const id = valueAt(body, "session_id");
	if (typeof id === "string" && id !== "") return id;
	throw new OperatorError(
		"failed",
		`The server at ${url} (${flag}) started no session: it replied ${status}. Look at its log, and run the comparison again.`,
	);
}

function compareReplies(request: ComparedRequest, replies: Pair<Reply>): ReplyDifference[] {
	const { old, new: ours } = replies;
	const found = { request, replies };
	if (old.status !== ours.status) {
		return [{ ...found, part: "status", path: [], old: old.status, new: ours.status }];
	}
	return listDifferences(old.body, ours.body).map((difference) => ({
		...found,
		...difference,
		part: "body",
	}));
}

function observe(session: ComparedSession, { path }: ComparedRequest, replies: Pair<Reply>): void {
	const { old, new: ours } = replies;
	if (old.status !== 200 || ours.status !== 200) return;
	if (path.endsWith("/progress")) {
		const percentage = valueAt(old.body, "percentage_complete");
		session.has_gaps = typeof percentage === "number" && percentage < 100;
	}
	if (path.endsWith("/validate")) session.completed = valueAt(ours.body, "session", "status") === "completed";
	if (path === `/api/v2/scores/${SESSION_ID}`) {
		session.profiles = { old: valueAt(old.body, "profile"), new: valueAt(ours.body, "profile") };
	}
}

/** The request as one server gets it, with its own id of the session. */
function resolved({ method, path, body }: ComparedRequest, id: string | undefined) {
	const named = {
		method,
		path: id === undefined ? path : path.replace(SESSION_ID, encodeURIComponent(id)),
	};
	if (body === undefined) return named;
	return {
		...named,
		body: replaceTexts(body, (text) => (id !== undefined && text === SESSION_ID ? id : text)),
	};
}

function masked({ status, body }: Reply, id: string | undefined): Reply {
	return {
		status,
		body: id === undefined ? body : replaceTexts(body, (text) => text.replaceAll(id, SESSION_ID)),
	};
}

function replaceTexts(value: unknown, replace: (text: string) => string): unknown {
	if (typeof value === "string") return replace(value);
	if (Array.isArray(value)) return value.map((item) => replaceTexts(item, replace));
	if (!isObject(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replaceTexts(item, replace)]));
}
