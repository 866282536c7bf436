import type { OperationId, OperationResult, SyncReply } from "@carhythm/core";

// Broken clients for control arms, which the simulation must notice. The product has no switch for them: a
// saboteur between the client and the network changes what it sends and receives.

/** A request as a page sends it. */
export type SentRequest = { method: string; path: string; body: string | null };

/** Changes what a client sends and receives. */
export type Saboteur = {
	changeRequest?: (request: SentRequest) => SentRequest;
	/** @returns the body of the reply */
	changeReply?: (request: SentRequest, status: number, body: string) => string;
	/** @returns the status of a reply to a sync that does not come from the server */
	changeStatus?: (status: number) => number;
};

type Sync = {
	sent_at: string;
	operations: { operation_id: OperationId; command: { kind: string } }[];
};

/** A client that mints new operation ids whenever it tries again. */
export function mintingNewIds(): Saboteur {
	let last = 0;
	const tried = new Set<string>();
	const renamed = new Map<string, OperationId>();
	return {
		changeRequest: (request) => {
			if (!request.path.endsWith("/sync") || request.body === null) return request;
			const body = JSON.parse(request.body) as Sync;
			for (const operation of body.operations) {
				if (!tried.has(operation.operation_id)) {
					tried.add(operation.operation_id);
					continue;
				}
				last += 1;
				const id = `00000000-0000-4000-8000-${last.toString(16).padStart(12, "0")}` as OperationId;
				renamed.set(id, operation.operation_id);
				operation.operation_id = id;
			}
			return { ...request, body: JSON.stringify(body) };
		},
		changeReply: (_request, _status, body) =>
			body.replace(/00000000-0000-4000-8000-[0-9a-f]{12}/g, (id) => renamed.get(id) ?? id),
	};
}

/**
 * A client that drops from its outbox what was answered with 4xx, as some queues do. It is told that all is
 * well.
 */
export function droppingOn4xx(): Saboteur {
	return {
		changeReply: (request, status, body) => {
			const session_id = /session\/([^/]+)\/sync$/.exec(request.path)?.[1];
			if (status < 400 || status >= 500 || !session_id || request.body === null) return body;
			return JSON.stringify(fakeReply(session_id, JSON.parse(request.body) as Sync));
		},
		changeStatus: (status) => (status >= 400 && status < 500 ? 200 : status),
	};
}

/** A client that never sends operations of this kind, and believes that they were applied. */
export function losingKind(kind: string): () => Saboteur {
	return () => ({
		changeRequest: (request) => {
			if (!request.path.endsWith("/sync") || request.body === null) return request;
			const sent = JSON.parse(request.body) as Sync;
			const operations = sent.operations.filter(({ command }) => command.kind !== kind);
			return { ...request, body: JSON.stringify({ ...sent, operations }) };
		},
		changeReply: (request, status, body) => {
			if (status !== 200 || !request.path.endsWith("/sync") || !request.body) return body;
			if (!body.startsWith('{"server_time"') || !body.endsWith("}")) return body;
			const reply = JSON.parse(body) as SyncReply;
			const { operations } = JSON.parse(request.body) as Sync;
			const results = operations.map(
				(sent) => reply.results.find((one) => one.operation_id === sent.operation_id) ?? fakeResult(sent),
			);
			return JSON.stringify({ ...reply, results });
		},
	});
}

/** A client that never learns which device holds the session. */
export function hidingHolder(): Saboteur {
	return { changeReply: (_request, _status, body) => body.replace(/"holder":\{[^}]*\}/g, '"holder":null') };
}

function fakeReply(session_id: string, { sent_at, operations }: Sync): SyncReply {
	return {
		server_time: sent_at,
		results: operations.map(fakeResult),
		session: {
			session_id,
			status: "active",
			resumable: true,
			revision: 1,
			holder: null,
			current_page_id: null,
			last_activity: sent_at,
			expires_at: sent_at,
			progress: { questions_answered: 0, total_questions: 8, percentage: 0, total_xp: 0 },
			badges: [],
		},
	};
}

function fakeResult({ operation_id }: { operation_id: OperationId }): OperationResult {
	return { status: "applied", operation_id, revision: 1, xp_gained: 0, badges_unlocked: [] };
}
