import type { Journal } from "./journal.ts";

export type Reply = { status: number; body: Record<string, unknown> };

/** The base URL of the server; null while none is running. */
export type ServerAddress = { base: string | null };

const PATIENCE_MS = 30_000;

/**
 * Sends one request. The journal records a reply that violates the contract.
 * @returns null when no complete reply came
 */
export async function sendRequest(
	{ base }: ServerAddress,
	journal: Journal,
	method: "GET" | "POST",
	path: string,
	body?: object,
): Promise<Reply | null> {
	if (base === null) return null;
	const received = await receive(`${base}${path}`, {
		method,
		signal: AbortSignal.timeout(PATIENCE_MS),
		...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
	});
	const key = `${method} ${received?.response.status ?? "cut"}`;
	journal.replies.set(key, (journal.replies.get(key) ?? 0) + 1);
	if (!received) return null;
	const { response, text } = received;
	if (response.status >= 500) checkUnavailable(journal, `${method} ${template(path)}`, response);
	return { status: response.status, body: JSON.parse(text) as Record<string, unknown> };
}

async function receive(url: string, init: RequestInit): Promise<{ response: Response; text: string } | null> {
	try {
		const response = await fetch(url, init);
		return { response, text: await response.text() };
	} catch {
		return null;
	}
}

/** A 5xx must be a 503: a problem document with `Retry-After`. */
function checkUnavailable(journal: Journal, what: string, { status, headers }: Response): void {
	const type = headers.get("content-type");
	if (status !== 503) journal.violations.push(`${what} gave ${status}`);
	else if (!Number(headers.get("retry-after")))
		journal.violations.push(`${what} gave 503 without Retry-After`);
	else if (type !== "application/problem+json") journal.violations.push(`${what} gave 503 as ${type}`);
}

function template(path: string): string {
	return path.replace(/[0-9a-f-]{36}/, "{id}").replace(/\?.*/, "");
}
