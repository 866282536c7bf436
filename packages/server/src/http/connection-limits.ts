import type { Server, ServerOptions } from "node:http";
import type { Limits } from "../limits.ts";
import type { TrustProxy } from "./context.ts";
import { matchAddress } from "./middleware/client.ts";
import { networkOfAddress } from "./request/network.ts";

/** Node looks for connections that are over their time every 30 seconds. */
const LOOK_EVERY_MS = 5000;

/** A request that does not arrive in time is replied to with 408 and its connection closed. */
export function timeLimits({ request_seconds, headers_seconds }: Limits): ServerOptions {
	return {
		requestTimeout: request_seconds * 1000,
		headersTimeout: Math.min(headers_seconds, request_seconds) * 1000,
		connectionsCheckingInterval: LOOK_EVERY_MS,
	};
}

/** Closes what connects beyond the limits, before a byte of it is read. */
export function limitConnections(
	server: Server,
	{ limits, trust_proxy }: { limits: Limits; trust_proxy: TrustProxy },
): void {
	server.maxConnections = limits.connections;
	const isTrusted = matchAddress(trust_proxy);
	const most = Math.ceil(limits.network_connections / limits.server_processes);
	const open = new Map<string, number>();
	server.on("connection", (socket) => {
		// Through a proxy all come from one address.
		if (isTrusted(socket.remoteAddress)) return;
		const network = networkOfAddress(socket.remoteAddress ?? "unknown");
		const count = (open.get(network) ?? 0) + 1;
		if (count > most) {
			socket.destroy();
			return;
		}
		open.set(network, count);
		socket.once("close", () => {
			const left = (open.get(network) ?? 1) - 1;
			if (left > 0) open.set(network, left);
			else open.delete(network);
		});
	});
}
