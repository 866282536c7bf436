import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { testCertificate } from "./certificate.ts";

/** What stands in front of a server on the internet: it ends TLS and says so. */
export type TlsProxy = AsyncDisposable & {
	readonly port: number;
	/** From now on requests go there. */
	passTo(port: number): void;
};

export async function startTlsProxy(): Promise<TlsProxy> {
	let target = 0;
	const server = createServer(await testCertificate(), (asked, reply) => {
		const headers = { ...asked.headers, "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7" };
		const passed = request({ port: target, path: asked.url, method: asked.method, headers }, (answer) => {
			reply.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(reply);
		});
		passed.on("error", () => reply.destroy());
		asked.pipe(passed);
	}).listen(0);
	await once(server, "listening");
	return {
		port: (server.address() as AddressInfo).port,
		passTo(port) {
			target = port;
		},
		async [Symbol.asyncDispose]() {
			server.closeAllConnections();
			server.close();
		},
	};
}
