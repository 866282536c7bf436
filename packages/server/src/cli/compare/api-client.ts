import { OperatorError } from "../../operator-error.ts";
import { oneLine } from "../output.ts";
import { valueAt } from "./json-difference.ts";

/** A reply; a body that is no JSON is {@link NO_JSON}. */
export type Reply = { status: number; body: unknown };

const NO_JSON = "(no JSON)";

/** One of the two servers. */
export type ApiClient = {
	/** The flag that named it. */
	flag: "--old" | "--new";
	url: string;
	/** @throws OperatorError when the server cannot be reached */
	send(request: { method: "GET" | "POST"; path: string; body?: unknown }): Promise<Reply>;
};

/** A server that is silent for longer is given up. */
const TIMEOUT_MILLISECONDS = 30_000;

/** A client of the server at an address such as `http://localhost:8000`, without a slash at its end. */
export function createApiClient(flag: ApiClient["flag"], url: string): ApiClient {
	return {
		flag,
		url,
		async send({ method, path, body }) {
			const init: RequestInit = {
				method,
				signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
				...(body !== undefined && {
					headers: { "Content-Type": "application/json" },
					body: JSON.stringify(body),
				}),
			};
			try {
				const response = await fetch(url + path, init);
				return { status: response.status, body: parseJson(await response.text()) };
			} catch (error) {
				throw unreachable(flag, url, error);
			}
		},
	};
}

/** @throws OperatorError unless the server answers and has the API that is compared */
export async function requireApi(client: ApiClient): Promise<void> {
	const { status, body } = await client.send({ method: "GET", path: "/api/v2/health" });
	if (status === 200 && valueAt(body, "status") === "healthy") return;
	throw new OperatorError(
		"failed",
		`What answers at ${client.url} (${client.flag}) is not CaRhythm's API: GET /api/v2/health replied ${status}. Give the address of the back end itself, without a path, such as http://localhost:8000.`,
	);
}

function unreachable(flag: string, url: string, error: unknown): OperatorError {
	return new OperatorError(
		"failed",
		`The server at ${url} (${flag}) cannot be reached: ${reasonOf(error)}. Start it, or correct the address, and run the comparison again.`,
		{ cause: error },
	);
}

/** `fetch` says only "fetch failed"; the reason is in its cause. */
function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return oneLine(String(error));
	if (error.name === "TimeoutError") return `no answer within ${TIMEOUT_MILLISECONDS / 1000} seconds`;
	const cause = error.cause as { code?: unknown; message?: unknown } | undefined;
	return oneLine(String(cause?.code ?? cause?.message ?? error.message));
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return NO_JSON;
	}
}
