import type { AnyEndpoint } from "../endpoint.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

/** What generated clients call the operations, by method and address. */
const OPERATION_IDS: Readonly<Record<string, string>> = {
	"get /api/v2/modules": "listModules",
	"get /api/v2/questions": "getPageOfQuestions",
	"get /api/v2/assessments/latest": "getLatestAssessment",
	"get /api/v2/assessments/{version_id}": "getAssessment",
	"post /api/v2/session/start": "startSession",
	"get /api/v2/session/current": "getCurrentSession",
	"get /api/v2/session/{session_id}": "getSession",
	"get /api/v2/session/{session_id}/validate": "validateSession",
	"get /api/v2/session/{session_id}/progress": "getProgress",
	"get /api/v2/session/{session_id}/answered-questions": "listAnsweredQuestions",
	"post /api/v2/session/{session_id}/abandon": "abandonSession",
	"post /api/v2/session/{session_id}/complete": "completeSession",
	"post /api/v2/session/{session_id}/restore": "restoreSession",
	"post /api/v2/session/{session_id}/sync": "syncSession",
	"get /api/v2/session/{session_id}/events": "followSession",
	"post /api/v2/session/{session_id}/handoff": "handOffSession",
	"post /api/v2/session/handoff/redeem": "redeemHandOffCode",
	"post /api/v2/session/{session_id}/leave-others": "leaveOtherDevices",
	"post /api/v2/session/{session_id}/consent": "giveConsent",
	"post /api/v2/session/{session_id}/consent/withdraw": "withdrawConsent",
	"post /api/v2/session/forget": "forgetSession",
	"get /api/v2/session/{session_id}/export": "exportSession",
	"get /api/v2/session/{session_id}/erase": "getErasure",
	"post /api/v2/session/{session_id}/erase": "eraseSession",
	"post /api/v2/session/{session_id}/erase/undo": "undoErasure",
	"post /api/v2/answers/submit": "submitAnswer",
	"post /api/v2/student/info": "submitStudentInfo",
	"post /api/v2/resend-results": "resendResults",
	"post /api/v2/feedback/submit": "submitFeedback",
	"get /api/v2/scores/{session_id}": "getScores",
	"get /api/v2/scores/{session_id}/summary": "getScoresSummary",
	"get /api/v2/problem-texts": "getProblemTexts",
	"get /api/v2/settings/theme": "getTheme",
	"get /api/v2/settings/privacy": "getPrivacySettings",
	"get /api/v2/health": "getHealth",
	"get /api/v2/openapi.json": "getOpenApi",
	"get /healthz": "getLiveness",
	"get /readyz": "getReadiness",
};

/** The name of an operation; one made from its address until the table has a better one. */
export function operationId({ method, path }: Pick<AnyEndpoint, "method" | "path">): string {
	const words = path
		.replace("/api/v2/", "")
		.replace(/\{\w+\}/g, "")
		.match(/\w+/g);
	const made = (words ?? []).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
	return OPERATION_IDS[`${method} ${path}`] ?? `${method}${made}`;
}

/** The cookie by which a browser finds its session again; `__Host-` before the name where `PUBLIC_URL` is https. */
export const SESSION_COOKIE = {
	type: "apiKey",
	in: "cookie",
	name: "carhythm_session",
	description:
		"Set by the server for pages of its own origin, and looked at by `session/current` alone. Everything else is opened by the secret session id in its path or body.",
} as const;

export type Header = { description: string; required?: boolean; schema: JsonSchema };

const REQUEST_ID: Header = {
	description: "Names the request in the server's log; the one that the client sent, if it sent one.",
	schema: { type: "string" },
};
const RETRY_AFTER: Header = {
	description: "After so many seconds the same request may be sent again.",
	schema: { type: "integer", minimum: 1 },
};

/** The headers of a reply that a client may want to read. */
export function headersOf(status: number | string, endpoint: AnyEndpoint): Record<string, Header> {
	const code = Number(status);
	return {
		"X-Request-ID": REQUEST_ID,
		...((code === 429 || code === 503) && { "Retry-After": RETRY_AFTER }),
		...(endpoint.immutable &&
			code < 400 && {
				ETag: {
					description: "Names the content; `If-None-Match` with it gets 304.",
					schema: { type: "string" },
				},
			}),
		...(code < 400 && {
			"Cache-Control": {
				description: endpoint.immutable ? "The reply never changes." : "The reply is for this moment.",
				schema: { const: endpoint.immutable ? "public, max-age=31536000, immutable" : "no-store" },
			},
		}),
	};
}
