import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** A reply on its way back: what a proxy may alter. */
export type PassedReply = { status: number; body: unknown };

/** The request that a reply belongs to: `GET /api/v2/modules`. */
export type PassedRequest = { line: string; body: string };

/** A server that passes every request on and alters the replies; it is gone after the test. */
export async function alteringProxy(
	target: string,
	alter: (request: PassedRequest, reply: PassedReply) => PassedReply,
) {
	const requests: PassedRequest[] = [];
	const server = createServer(async (incoming, outgoing) => {
		const method = incoming.method ?? "GET";
		const request = { line: `${method} ${incoming.url}`, body: await text(incoming) };
		requests.push(request);
		const type = incoming.headers["content-type"];
		const response = await fetch(`${target}${incoming.url}`, {
			method,
			...(type && { headers: { "Content-Type": type } }),
			...(method === "POST" && request.body !== "" && { body: request.body }),
		});
		const { status, body } = alter(request, { status: response.status, body: await response.json() });
		outgoing.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const place = server.address();
	return {
		address: `http://127.0.0.1:${typeof place === "object" ? place?.port : ""}`,
		/** What was passed on so far. */
		requests,
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
