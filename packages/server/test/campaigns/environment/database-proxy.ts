import { connect, createServer, type Socket } from "node:net";

/**
 * A TCP proxy in front of PostgreSQL, as a load balancer or a floating address is. `routeTo` closes all
 * connections. Without a target, every new connection is closed at once.
 */
export async function createDatabaseProxy() {
	let target: number | null = null;
	const open = new Set<Socket>();
	const close = () => {
		for (const socket of open) socket.destroy();
	};
	const server = createServer((client) => {
		if (target === null) return void client.destroy();
		const database = connect(target, "127.0.0.1");
		for (const [socket, other] of [
			[client, database],
			[database, client],
		] as const) {
			open.add(socket);
			socket.setNoDelay(true);
			socket.on("error", () => socket.destroy());
			socket.on("close", () => {
				open.delete(socket);
				other.destroy();
			});
			socket.pipe(other);
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = typeof address === "object" && address ? address.port : 0;
	return {
		port,
		routeTo(to: { port: number } | null) {
			target = to?.port ?? null;
			close();
		},
		[Symbol.asyncDispose]: async () => {
			close();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
