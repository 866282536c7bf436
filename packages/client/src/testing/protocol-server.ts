import {
	type Assessment,
	AssessmentReply,
	addDays,
	addMinutes,
	afterSeen,
	apply,
	beginSession,
	type Consent,
	ConsentReply,
	ConsentRequest,
	correctedTime,
	decide,
	ERASE_UNDO_DAYS,
	ErasureReply,
	expiresAt,
	formatHandOffCode,
	HandOffReply,
	handOffCodeOf,
	type Instant,
	indexAssessment,
	LatestAssessmentReply,
	LeaveOthersRequest,
	MovedSyncReply,
	mintSessionId,
	type OperationResult,
	parseHandOffCode,
	RedeemRequest,
	RestoreRequest,
	SessionChangedReply,
	type SessionState,
	StartReply,
	SyncOperation,
	SyncReply,
	SyncRequest,
	toInstant,
} from "@carhythm/core";
import { VERSION_ID } from "./assessment.ts";
import {
	DISPLAY_ID,
	EXPIRY_DAYS,
	heldBack,
	reference,
	type Server,
	type StoredSession,
	snapshot,
	summary,
} from "./protocol-server-replies.ts";

const START_REPLAY_MS = 24 * 60 * 60 * 1000;

export type ServerReply = { status: number; body: unknown };

/**
 * A server in memory for tests of the client. It decides with core's own `decide` and `apply`, stores and
 * replays the result of every operation id, and parses its replies with the contract's schemas. Simulations
 * and end-to-end tests run the client against the real server.
 */
export function createProtocolServer(assessment: Assessment, now: () => number) {
	const server: Server = {
		assessment,
		index: indexAssessment(assessment),
		now: () => toInstant(now()),
		sessions: new Map(),
		starts: new Map(),
		former: new Map(),
		codes: new Map(),
		cookie: null,
		incarnation: "first",
	};
	const stored = (id: string): StoredSession => {
		const found = server.sessions.get(id);
		if (!found) throw new Error("The server does not know this session.");
		return found;
	};
	return {
		sessions: server.sessions,
		handle: (method: string, url: string, body: unknown) => handle(server, method, url, body),
		/** The session id in the browser's cookie. */
		cookie: () => server.cookie,
		/** The state of a session as the server has it. */
		stateOf: (id: string) => stored(id).state,
		setStatus: (id: string, status: SessionState["status"]) => setStatus(stored(id), status),
		/** Whether the operator takes answers of a session only after an agreement. */
		requireConsent(id: string, isRequired: boolean) {
			stored(id).lacks_consent = isRequired;
		},
		/** Carries out what the student has asked for. */
		erase: (id: string) => void server.sessions.delete(id),
		/** Copies all sessions, for `restoreBackup`. */
		backup: () => structuredClone([...server.sessions]),
		/** Restores an older state. With `by_hand` the incarnation stays, so devices cannot notice. */
		restoreBackup(backup: [string, StoredSession][], how: { by_hand?: boolean } = {}) {
			server.sessions.clear();
			for (const [id, session] of structuredClone(backup)) server.sessions.set(id, session);
			if (!how.by_hand) server.incarnation = `${server.incarnation}, restored`;
		},
		/** Applies a command of another device at once, by the server's clock. */
		elsewhere(id: string, operation_id: string, command: SyncOperation["command"]) {
			const at = server.now();
			sync(server, stored(id), { sent_at: at, operations: [{ operation_id, client_time: at, command }] });
		},
	};
}

export function problem(status: number, code: string): ServerReply {
	return {
		status,
		body: { type: "about:blank", title: "Refused", status, detail: `Refused: ${code}.`, code },
	};
}

function handle(server: Server, method: string, url: string, body: unknown): ServerReply {
	const { pathname } = new URL(url, "http://test");
	const [resource = "", id = "", action = "", more = ""] = pathname.replace("/api/v2/", "").split("/");
	if (resource === "assessments") return serveAssessment(server, id);
	if (resource !== "session") return problem(404, "not_found");
	if (id === "start") return start(server, body);
	if (id === "forget") return forget(server);
	if (id === "handoff") return redeem(server, body);
	const stored = server.sessions.get(id === "current" ? (server.cookie ?? "") : id);
	if (!stored && server.former.has(id)) return handleFormer(server, id, `${method} ${action}`, body);
	if (!stored) return id === "current" ? { status: 204, body: null } : problem(404, "session_not_found");
	switch (`${method} ${action}`) {
		case "GET ":
			return { status: 200, body: snapshot(server, stored) };
		case "POST erase":
			stored.erase_at = more === "undo" ? null : addDays(server.now(), ERASE_UNDO_DAYS);
			return {
				status: 200,
				body: ErasureReply.parse({ success: true, message: "So be it.", erase_at: stored.erase_at }),
			};
		case "POST consent":
			stored.lacks_consent = false;
			stored.consent = agreed(server, body);
			return {
				status: 200,
				body: ConsentReply.parse({ success: true, message: "Noted.", consent: stored.consent }),
			};
		case "POST sync": {
			const held_back = heldBack(stored);
			if (held_back) return problem(409, held_back);
			return sync(server, stored, body);
		}
		case "POST leave-others":
			return leaveOthers(server, stored, body);
		case "POST handoff":
			return handOff(server, id);
		case "POST restore":
			return restore(server, stored, body);
		default:
			return problem(404, "not_found");
	}
}

function serveAssessment({ assessment }: Server, id: string): ServerReply {
	const reply = { version_id: VERSION_ID, assessment };
	if (id === "latest") {
		return { status: 200, body: LatestAssessmentReply.parse({ ...reply, session_expiry_days: EXPIRY_DAYS }) };
	}
	return Number(id) === VERSION_ID
		? { status: 200, body: AssessmentReply.parse(reply) }
		: problem(404, "assessment_not_found");
}

function start(server: Server, body: unknown): ServerReply {
	const request = body as {
		operation_id: string;
		language: "en" | "ar";
		replaces?: string;
		assessment?: string;
		shared?: boolean;
	};
	if (request.assessment === "unknown") return problem(404, "assessment_not_found");
	const known = server.starts.get(request.operation_id);
	const now = Date.parse(server.now());
	const isOver = known && now > known.at + START_REPLAY_MS;
	if (isOver || (known && known.body !== JSON.stringify(body))) return problem(422, "operation_mismatch");
	const session_id = known?.session_id ?? beginOne(server, request);
	if (!known) server.starts.set(request.operation_id, { body: JSON.stringify(body), session_id, at: now });
	server.cookie = request.shared ? null : session_id;
	const { started_at, last_activity } = server.sessions.get(session_id)?.state ?? {};
	const reply = {
		session_id,
		created_at: started_at,
		expires_at: expiresAt(last_activity ?? server.now(), EXPIRY_DAYS),
		display_id: DISPLAY_ID,
		assessment: reference(server),
	};
	return { status: 200, body: StartReply.parse(reply) };
}

function beginOne(server: Server, request: { language: "en" | "ar"; replaces?: string }): string {
	const session_id = mintSessionId((count) => crypto.getRandomValues(new Uint8Array(count)));
	const state = beginSession({ session_id, language: request.language, started_at: server.now() });
	server.sessions.set(session_id, {
		state: { ...state, revision: 1 },
		results: new Map(),
		late: 0,
		erase_at: null,
		lacks_consent: false,
		consent: null,
	});
	const old = request.replaces ? server.sessions.get(request.replaces) : undefined;
	if (old) setStatus(old, "user_abandoned_not_completed");
	return session_id;
}

function sync(server: Server, stored: StoredSession, body: unknown): ServerReply {
	const request = SyncRequest.safeParse(body);
	if (!request.success) return problem(422, "invalid_body");
	const { sent_at, operations } = request.data;
	const results = operations.map((operation): OperationResult => {
		const parsed = SyncOperation.safeParse(operation);
		return parsed.success
			? judge(server, stored, parsed.data, sent_at)
			: { status: "refused", operation_id: null, code: "invalid_operation", detail: "It is broken." };
	});
	if (!request.data.shared && stored.state.status !== "user_abandoned_not_completed") {
		server.cookie = stored.state.session_id;
	}
	const reply = { server_time: server.now(), results, session: summary(server, stored.state) };
	return { status: 200, body: SyncReply.parse(reply) };
}

function judge(
	server: Server,
	stored: StoredSession,
	operation: SyncOperation,
	sent_at: Instant,
): OperationResult {
	const { operation_id, client_time, command, after } = operation;
	const body = JSON.stringify(command);
	const known = stored.results.get(operation_id);
	if (known?.body === body) return known.result;
	if (known) return { status: "refused", operation_id, code: "operation_mismatch", detail: "Another body." };
	const { state } = stored;
	const received = server.now();
	const corrected = correctedTime({ client_time, sent_at, received, started_at: state.started_at });
	const at = "question_id" in command ? afterSeen(state, command.question_id, after, corrected) : corrected;
	const decision = decide(server.index, state, operation, { received, at, expiry_days: EXPIRY_DAYS });
	const revision = state.revision + 1;
	if (!decision.ok) {
		const { code, detail } = decision.refusal;
		if (!code.startsWith("session_")) return { status: "refused", operation_id, code, detail };
		stored.late += 1;
		stored.state = { ...state, revision };
		return storeResult(stored, body, { status: "late", operation_id, code, detail });
	}
	stored.state = apply(server.index, state, { ...decision.event, revision });
	const standing = "question_id" in command ? stored.state.answers[command.question_id] : undefined;
	const isAnswer = command.kind === "answer" || command.kind === "clear";
	const status = isAnswer && standing?.operation_id !== operation_id ? "superseded" : "applied";
	return storeResult(stored, body, { status, operation_id, revision, xp_gained: 0, badges_unlocked: [] });
}

function leaveOthers(server: Server, stored: StoredSession, body: unknown): ServerReply {
	const { operation_id = "", shared } = LeaveOthersRequest.parse(body);
	const former = stored.state.session_id;
	const session_id = mintSessionId((count) => crypto.getRandomValues(new Uint8Array(count)));
	stored.state = { ...stored.state, session_id, revision: stored.state.revision + 1 };
	server.sessions.delete(former);
	server.sessions.set(session_id, stored);
	server.former.set(former, { present: session_id, operation_id });
	for (const [code, { session_id: of }] of server.codes) if (of === former) server.codes.delete(code);
	server.cookie = shared ? null : session_id;
	return left(server, stored);
}

function left(server: Server, { state }: StoredSession): ServerReply {
	const reply = { success: true, message: "Left.", session: summary(server, state) };
	return { status: 200, body: SessionChangedReply.parse(reply) };
}

/** A former id takes in what was queued under it, and repeats the reply to the request that made it one. */
function handleFormer(server: Server, id: string, asked: string, body: unknown): ServerReply {
	const former = server.former.get(id);
	const stored = server.sessions.get(former?.present ?? "");
	if (asked === "POST leave-others" && stored) {
		const { operation_id } = LeaveOthersRequest.parse(body);
		if (operation_id === former?.operation_id) return left(server, stored);
	}
	const present = presentOf(server, id);
	if (asked !== "POST sync" || !present) return problem(409, "session_moved");
	const { sent_at, operations } = SyncRequest.parse(body);
	const results = operations.map((operation) => {
		const parsed = SyncOperation.parse(operation);
		const { operation_id, command } = parsed;
		if (command.kind === "hold" || command.kind === "complete") {
			return { status: "refused", operation_id, code: "session_moved", detail: "Moved." } as const;
		}
		const result = judge(server, present, parsed, sent_at);
		return result.status === "refused" ? result : ({ status: "taken_in", operation_id } as const);
	});
	const reply = { server_time: server.now(), moved: true, results };
	return { status: 200, body: MovedSyncReply.parse(reply) };
}

function presentOf(server: Server, id: string): StoredSession | undefined {
	const known = server.former.get(id);
	if (!known) return undefined;
	return server.sessions.get(known.present) ?? presentOf(server, known.present);
}

function handOff(server: Server, session_id: string): ServerReply {
	const code = formatHandOffCode(handOffCodeOf(crypto.getRandomValues(new Uint8Array(9))));
	server.codes.set(code, { session_id, used_by: null });
	return { status: 200, body: HandOffReply.parse({ code, expires_at: addMinutes(server.now(), 10) }) };
}

function redeem(server: Server, body: unknown): ServerReply {
	const { code: typed, operation_id, device_id, label, shared } = RedeemRequest.parse(body);
	const parsed = parseHandOffCode(typed);
	const code = parsed && server.codes.get(formatHandOffCode(parsed));
	const stored = code && server.sessions.get(code.session_id);
	const isGood = code && (code.used_by === null || code.used_by === operation_id);
	if (!stored || !isGood || !operation_id || !device_id || !label)
		return problem(404, "hand_off_code_invalid");
	if (code.used_by === null) {
		const now = server.now();
		const command = { kind: "hold", device_id, label } as const;
		judge(server, stored, { operation_id, client_time: now, command }, now);
	}
	code.used_by = operation_id;
	server.cookie = shared ? null : code.session_id;
	return { status: 200, body: snapshot(server, stored) };
}

function agreed(server: Server, body: unknown): Consent {
	const { version, language, kind } = ConsentRequest.parse(body);
	return { version, language, kind, at: server.now(), withdrawn_at: null };
}

function forget(server: Server): ServerReply {
	server.cookie = null;
	return { status: 200, body: { success: true } };
}

function storeResult(stored: StoredSession, body: string, result: OperationResult): OperationResult {
	stored.results.set(result.operation_id ?? "", { body, result });
	return result;
}

function restore(server: Server, stored: StoredSession, body: unknown): ServerReply {
	const { shared } = RestoreRequest.parse(body);
	for (const other of server.sessions.values()) {
		if (other !== stored) setStatus(other, "user_abandoned_not_completed");
	}
	setStatus(stored, "active");
	server.cookie = shared ? null : stored.state.session_id;
	return { status: 200, body: { success: true, message: "Back.", session: summary(server, stored.state) } };
}

function setStatus(stored: StoredSession, status: SessionState["status"]): void {
	stored.state = { ...stored.state, status, revision: stored.state.revision + 1 };
}
