import { Agent, type IncomingMessage, request } from "node:http";

type Reply = { status: number; body: Record<string, unknown>; retry_after_ms: number; ms: number };

/** Sends requests from one address of this machine, so that class and attacker are different networks. */
export type Client = {
	/** @returns null when no whole reply came */
	send(
		method: "GET" | "POST",
		path: string,
		body?: unknown,
		headers?: Record<string, string>,
	): Promise<Reply | null>;
	close(): void;
};

const PATIENCE_MS = 60_000;

export function createClient(base: string, localAddress: string, maxSockets: number): Client {
	const agent = new Agent({ keepAlive: true, maxSockets, localAddress });
	return {
		send: (method, path, body, headers = {}) =>
			new Promise((resolve) => {
				const began = performance.now();
				const text = body === undefined ? undefined : JSON.stringify(body);
				const sent = request(`${base}${path}`, {
					method,
					agent,
					timeout: PATIENCE_MS,
					headers: {
						...headers,
						...(text !== undefined && {
							"Content-Type": "application/json",
							"Content-Length": Buffer.byteLength(text),
						}),
					},
				});
				sent.on("error", () => resolve(null));
				sent.on("timeout", () => sent.destroy());
				sent.on("response", (response) => {
					read(response).then(
						(whole) => resolve({ ...whole, ms: performance.now() - began }),
						() => resolve(null),
					);
				});
				sent.end(text);
			}),
		close: () => agent.destroy(),
	};
}

async function read(response: IncomingMessage): Promise<Omit<Reply, "ms">> {
	const chunks: Buffer[] = [];
	for await (const chunk of response) chunks.push(chunk as Buffer);
	const text = Buffer.concat(chunks).toString();
	const isJson = /json/.test(response.headers["content-type"] ?? "") && text !== "";
	return {
		status: response.statusCode ?? 0,
		body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
		retry_after_ms: 1000 * Number(response.headers["retry-after"] ?? 0),
	};
}
