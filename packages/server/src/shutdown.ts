import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Logger } from "pino";

const GRACE_MS = 10_000;
const LOOK_EVERY_MS = 50;
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Resolves when the server has stopped after a signal: it takes no more requests and finishes those under
 * way. A second signal ends the process at once.
 * @param onStop ends what would stay open by itself
 */
export function untilStopped(server: Server, log: Logger, onStop: () => void): Promise<void> {
	const unused = unusedConnections(server);
	return new Promise((resolve) => {
		const stop = (signal: NodeJS.Signals) => {
			for (const name of SIGNALS) {
				process.off(name, stop);
				process.once(name, () => process.exit(1));
			}
			log.info({ signal }, "stopping");
			onStop();
			// Node closes what is idle now, and not what becomes idle when its request is done.
			const looking = setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS);
			const impatience = setTimeout(() => {
				log.warn("cutting the requests that do not end");
				server.closeAllConnections();
			}, GRACE_MS);
			server.close(() => {
				clearInterval(looking);
				clearTimeout(impatience);
				resolve();
			});
			for (const socket of unused) socket.destroy();
		};
		for (const name of SIGNALS) process.on(name, stop);
	});
}

/** Connections on which nothing was asked yet. Browsers keep a spare one, which Node does not count as idle. */
function unusedConnections(server: Server): ReadonlySet<Socket> {
	const unused = new Set<Socket>();
	server.on("connection", (socket) => {
		unused.add(socket);
		socket.once("close", () => unused.delete(socket));
	});
	server.on("request", ({ socket }) => unused.delete(socket));
	return unused;
}
