import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
	".css": "text/css",
	".html": "text/html",
	".js": "text/javascript",
};

/** Serves the files of a folder on an origin of its own. */
export async function serveFolder(folder: string): Promise<{ url: string; close(): void }> {
	const server = createServer((request, reply) => {
		const { pathname } = new URL(request.url ?? "/", "http://localhost");
		const name = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
		readFile(join(folder, name)).then(
			(content) => reply.setHeader("Content-Type", TYPES[extname(name)] ?? "text/plain").end(content),
			() => reply.writeHead(404).end(),
		);
	}).listen(0, "localhost");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return { url: `http://localhost:${port}`, close: () => void server.close() };
}
