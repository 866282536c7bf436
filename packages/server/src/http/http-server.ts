import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Logger } from "pino";
import type { Limits } from "../limits.ts";
import { limitConnections, timeLimits } from "./connection-limits.ts";
import type { Env, PublicUrl, TrustProxy } from "./context.ts";
import { createRepeatedRefusals } from "./middleware/repeated-refusals.ts";
import { headersWithoutRequest } from "./middleware/security-headers.ts";
import type { SecurityEvent } from "./security-events.ts";

/**
 * How long a connection may rest between requests. A client that keeps connections for the next request (a
 * browser, a proxy) must be the first to give one up: a request that is sent while the server closes is cut
 * off. Common proxies give up after 60 seconds, Node would after 5.
 */
const KEEP_ALIVE_MS = 75_000;

type ServerConfig = { public_url: PublicUrl | null; limits: Limits; trust_proxy: TrustProxy };

/**
 * The server below the app. What is no request for the app (malformed, too late, without a host) is refused
 * here, with the same headers as any reply and a closed connection: what follows on it cannot be trusted to be
 * a request of its own.
 */
export function createHttpServer(
	app: Pick<Hono<Env>, "fetch">,
	config: ServerConfig,
	log: Pick<Logger, "warn">,
): Server {
	const headers = { ...headersWithoutRequest(config.public_url), Connection: "close" };
	const tell = createTeller(log);
	const listener = getRequestListener(app.fetch, {
		// Called for an address or a host that cannot be read, before the app sees the request.
		errorHandler(error) {
			const isRequest = error instanceof Error && error.name === "RequestError";
			if (!isRequest) log.warn({ error: String(error) }, "a request could not be handled");
			else tell(400);
			return new Response(null, { status: isRequest ? 400 : 500, headers });
		},
	});
	// A request without a host is refused by the listener, whose reply has the headers; Node's own has none.
	const server = createServer(
		{ ...timeLimits(config.limits), requireHostHeader: false },
		(request, response) => {
			if (hosts(request) < 2) return listener(request, response);
			tell(400);
			response.writeHead(400, headers).end();
		},
	);
	server.keepAliveTimeout = KEEP_ALIVE_MS;
	server.on("checkExpectation", (_request: IncomingMessage, response: ServerResponse) => {
		tell(417);
		response.writeHead(417, headers).end();
	});
	server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
		const status = STATUS_OF[error.code ?? ""] ?? 400;
		if (isUntouched(socket)) {
			tell(status);
			socket.write(rawReply(status, headers));
		}
		socket.destroy(error);
	});
	limitConnections(server, config);
	return server;
}

/** Of several hosts Node takes the first, and a proxy in front may have judged by the last. */
function hosts({ rawHeaders }: IncomingMessage): number {
	let count = 0;
	for (let i = 0; i < rawHeaders.length; i += 2) {
		const name = rawHeaders[i] ?? "";
		if (name.length === 4 && name.toLowerCase() === "host") count += 1;
	}
	return count;
}

/** What Node itself would reply. */
const STATUS_OF: Readonly<Record<string, Status>> = {
	HPE_HEADER_OVERFLOW: 431,
	HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
	ERR_HTTP_REQUEST_TIMEOUT: 408,
};

const REASONS = {
	400: "Bad Request",
	408: "Request Timeout",
	413: "Payload Too Large",
	417: "Expectation Failed",
	431: "Request Header Fields Too Large",
} as const;
type Status = keyof typeof REASONS;

function rawReply(status: Status, headers: Readonly<Record<string, string>>): string {
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
	return [`HTTP/1.1 ${status} ${REASONS[status]}`, ...lines, "Content-Length: 0", "", ""].join("\r\n");
}

/** Whether nothing of a reply has been sent on it: a second reply would be taken for the next one's. */
function isUntouched(socket: Duplex): boolean {
	if (!socket.writable) return false;
	// Node keeps the reply under way there, and decides by it in the same way.
	const reply = "_httpMessage" in socket ? socket._httpMessage : null;
	return !(reply instanceof ServerResponse && reply.headersSent);
}

/** One line a second for each status: these requests have no route, and their network is not looked at. */
function createTeller(log: Pick<Logger, "warn">): (status: Status) => void {
	const event: SecurityEvent = "malformed_request";
	const repeated = createRepeatedRefusals((line) => log.warn(line, "request"));
	return (status) => {
		const line = { event, status };
		const counted = repeated.count(String(status), () => line);
		if (counted) log.warn(counted.repeated > 0 ? { ...line, ...counted } : line, "request");
	};
}
