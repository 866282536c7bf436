import { connect, createServer, type Socket } from "node:net";

/**
 * An address that leads to a server of this machine. When told so, it swallows whatever is said on the
 * connections of then, in both directions and without a word to either side, as a host without power or a
 * forgetful load balancer does. Later ones are served.
 */
export async function aSilentLine(to: { port: number }) {
	const sockets = new Set<Socket>();
	let silent = 0;
	let opened = 0;
	let lastWord: string | null = null;
	// The end of one direction would otherwise be answered with the end of the other, which is a word.
	const server = createServer({ allowHalfOpen: true }, (client) => {
		opened += 1;
		const mine = opened;
		const target = connect({ port: to.port, host: "127.0.0.1", allowHalfOpen: true });
		const isSilent = () => mine <= silent;
		client.on("data", (bytes) => {
			if (isSilent()) return;
			target.write(bytes);
			if (lastWord === null || !bytes.includes(lastWord)) return;
			lastWord = null;
			silent = opened;
		});
		target.on("data", (bytes) => void (isSilent() || client.write(bytes)));
		for (const [socket, other] of [
			[client, target],
			[target, client],
		] as const) {
			sockets.add(socket);
			socket.setNoDelay(true);
			socket.on("error", () => {});
			socket.on("end", () => void (isSilent() || other.end()));
			socket.on("close", () => {
				sockets.delete(socket);
				if (!isSilent()) other.destroy();
			});
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	const port = typeof address === "object" && address ? address.port : 0;
	return {
		/** The same database by way of this line. */
		through(url: string): string {
			const way = new URL(url);
			way.host = `127.0.0.1:${port}`;
			return way.href;
		},
		/** How many connections were ever made. */
		opened: () => opened,
		fallSilent(): void {
			silent = opened;
		},
		/** The server still hears this word, but no reply comes back any more. */
		fallSilentAfter(word: string): void {
			lastWord = word;
		},
		[Symbol.asyncDispose]: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
