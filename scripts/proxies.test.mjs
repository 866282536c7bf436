// The files for Caddy and nginx, in the real programs, before a server that tells what reaches it. Only names,
// ports, certificates and places of logs are other ones.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { createServer as createPort } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { describe, expect, test } from "vitest";
import { findProxy } from "./lib/proxies.mjs";
import { root, run } from "./lib/run.mjs";

const host = "career.school.example";
const secret = "5e55101d-0000-4000-8000-00000000cafe";

/** @typedef {{ folder: string, port: number, plainPort: number, upstreamPort: number }} Places */
/** @typedef {{ check: string[], start: string[], environment: Record<string, string> }} Commands */

/** @type {Record<string, (places: Places) => Promise<Commands>>} */
const prepare = { nginx: prepareNginx, caddy: prepareCaddy };

describe.each(["nginx", "caddy"])("the file for %s", (name) => {
	const program = findProxy(/** @type {import("./lib/proxies.mjs").Proxy} */ (name));

	test("passes on what the server needs, at once, logs no path, and guards its own pages", async () => {
		if (program === undefined) {
			console.warn(`${name} is not here: its file in deploy/ was not tried. npm run setup gets it.`);
			return;
		}
		const upstream = createServer(answer);
		const upstreamPort = await listen(upstream);
		const folder = mkdtempSync(join(tmpdir(), "carhythm-proxy-"));
		const port = await freePort();
		const plainPort = await freePort();
		const commands = await prepare[name]?.({ folder, port, plainPort, upstreamPort });
		if (commands === undefined) throw new Error(name);
		const env = { ...process.env, ...commands.environment };
		const checked = await run(program, commands.check, { env });
		expect(checked.ok, checked.output).toBe(true);

		const proxy = spawn(program, commands.start, { env, stdio: ["ignore", "pipe", "pipe"] });
		let output = "";
		for (const stream of [proxy.stdout, proxy.stderr]) stream.on("data", (bytes) => (output += bytes));
		try {
			await expect.poll(() => ask(port, "/up").catch(() => undefined)).toMatchObject({ status: 200 });
			await expectHeaders(port);
			await expectPlainRefused(plainPort);
			await expectCiphers(port);
			await expectNoSmuggling(port, upstream);
			await expectEventsAtOnce(port);
			const hidden = await ask(port, "/metrics");
			expect(hidden).toMatchObject({ status: 404 });
			expectOwnHeaders(hidden.headers);
			const passed = await ask(port, "/own-headers");
			// What the server says stands alone, and is not said twice.
			expect(passed.headers).toMatchObject(SERVERS_OWN);
			expect(await ask(port, `/api/${secret}`, { body: "x".repeat(2 ** 20) })).toMatchObject({ status: 200 });
			const large = await ask(port, `/api/${secret}`, { body: "x".repeat(2 ** 20 + 1) });
			// Caddy before 2.7 has no better word for it.
			expect(name === "caddy" ? [413, 502] : [413]).toContain(large.status);
			expectOwnHeaders(large.headers);
			upstream.closeAllConnections();
			upstream.close();
			const failed = await ask(port, `/api/${secret}`);
			expect(failed).toMatchObject({ status: 502 });
			expectOwnHeaders(failed.headers);
		} finally {
			upstream.closeAllConnections();
			upstream.close();
			proxy.kill("SIGTERM");
			await once(proxy, "close");
		}
		const logs = readdirSync(folder).filter((file) => file.endsWith(".log"));
		const logged = [output, ...logs.map((file) => readFileSync(join(folder, file), "utf8"))].join("\n");
		rmSync(folder, { recursive: true });
		expect(logged).toMatch(/\b502\b/);
		expect(logged).not.toContain(secret);
	});
});

/** What a client sends under the names of a proxy does not reach the server. */
async function expectHeaders(/** @type {number} */ port) {
	const lies = {
		"x-forwarded-for": "203.0.113.9",
		"x-forwarded-proto": "gopher",
		"x-forwarded-host": "evil.example",
	};
	const { text } = await ask(port, `/api/${secret}`, {
		headers: { ...lies, referer: `https://${host}/${secret}` },
	});
	const reached = JSON.parse(text);
	expect(reached.host.replace(/:\d+$/, "")).toBe(host);
	expect(reached["x-forwarded-host"].replace(/:\d+$/, "")).toBe(host);
	expect(reached).toMatchObject({ "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https" });
}

/** What a proxy's own page says, as the server's would. */
function expectOwnHeaders(/** @type {import("node:http").IncomingHttpHeaders} */ headers) {
	expect(headers).toMatchObject({
		"strict-transport-security": "max-age=31536000; includeSubDomains",
		"x-content-type-options": "nosniff",
		"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
	});
}

const SERVERS_OWN = {
	"strict-transport-security": "max-age=1",
	"x-content-type-options": "nosniff",
	"content-security-policy": "default-src 'self'",
};

/** By plain http a page is led to https, and a program that may send a secret is refused. */
async function expectPlainRefused(/** @type {number} */ port) {
	const page = await ask(port, "/results?x=1", { isPlain: true });
	expect([301, 308]).toContain(page.status);
	expect(page.headers.location).toBe(`https://${host}/results?x=1`);
	for (const path of [`/api/v2/session/${secret}`, "/api/"]) {
		const refused = await ask(port, path, { isPlain: true });
		expect([path, refused.status, refused.headers.location]).toEqual([path, 403, undefined]);
		expect(refused.headers).toMatchObject({
			"x-content-type-options": "nosniff",
			"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
		});
	}
}

/** Suites without forward secrecy, and versions before 1.2, are not spoken. */
async function expectCiphers(/** @type {number} */ port) {
	for (const options of [
		{ ciphers: "AES128-GCM-SHA256:AES256-SHA", maxVersion: "TLSv1.2" },
		{ ciphers: "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA", maxVersion: "TLSv1.2" },
		{ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
	]) {
		await expect(handshake(port, options), JSON.stringify(options)).rejects.toThrow();
	}
	expect(await handshake(port, { maxVersion: "TLSv1.2" })).toMatch(/^ECDHE-.*(GCM|POLY1305)/);
}

/**
 * Of bytes that two programs may cut into requests in different ways, the server behind gets exactly as many
 * requests as the client gets replies from it, and never a piece of a body as a request.
 */
async function expectNoSmuggling(
	/** @type {number} */ port,
	/** @type {import("node:http").Server} */ upstream,
) {
	const head = ["POST /outer HTTP/1.1", `Host: ${host}`];
	const inner = ["GET /inner HTTP/1.1", `Host: ${host}`, "Connection: close", "", ""].join("\r\n");
	/** @type {(string | undefined)[]} */
	const reached = [];
	const note = (/** @type {import("node:http").IncomingMessage} */ { url }) => reached.push(url);
	upstream.on("request", note);
	for (const [fields, body] of /** @type {const} */ ([
		[["Content-Length: 6", "Transfer-Encoding: chunked"], "0\r\n\r\nX"],
		[["Content-Length: 0", `Content-Length: ${inner.length}`], ""],
		[["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], "0\r\n\r\n"],
		[["Transfer-Encoding : chunked", "Content-Length: 5"], "0\r\n\r\n"],
		[["X-Long: one", " Transfer-Encoding: chunked", "Content-Length: 5"], "0\r\n\r\n"],
		[[`Content-Length: ${inner.length}`], ""],
	])) {
		reached.length = 0;
		const said = await exchange(port, `${[...head, ...fields].join("\r\n")}\r\n\r\n${body}${inner}`);
		const answered = said.match(/HTTP\/1\.1 200 /g)?.length ?? 0;
		expect([fields, reached.length]).toEqual([fields, answered]);
		expect(["/outer", "/inner"].slice(0, reached.length)).toEqual(reached);
	}
	// The last one was whole, with the inner request as its body.
	expect(reached).toEqual(["/outer"]);
	upstream.off("request", note);
}

/** @returns {Promise<string>} all that comes until the proxy closes the connection, or is silent for a second */
function exchange(/** @type {number} */ port, /** @type {string} */ bytes) {
	return new Promise((resolve) => {
		let said = "";
		const options = { host: "127.0.0.1", port, servername: host, rejectUnauthorized: false };
		const socket = connectTls({ ...options, ALPNProtocols: ["http/1.1"] }, () => socket.write(bytes));
		socket.setEncoding("latin1").on("data", (text) => (said += text));
		socket.setTimeout(1000, () => socket.destroy());
		socket.on("error", () => {});
		socket.on("close", () => resolve(said));
	});
}

/** @returns {Promise<string>} the cipher suite that both chose */
function handshake(/** @type {number} */ port, /** @type {object} */ options) {
	return new Promise((resolve, reject) => {
		const socket = connectTls(
			{ host: "127.0.0.1", port, servername: host, rejectUnauthorized: false, ...options },
			() => {
				resolve(socket.getCipher().name);
				socket.destroy();
			},
		);
		socket.on("error", reject);
	});
}

/** The first event is there while the reply goes on. */
async function expectEventsAtOnce(/** @type {number} */ port) {
	const first = await ask(port, "/events", { untilText: "data: 1" });
	expect(first.text).toContain("data: 1");
	expect(first.text).not.toContain("data: 2");
}

/** The server behind: its headers as JSON, or a stream whose second event never comes. */
function answer(
	/** @type {import("node:http").IncomingMessage} */ request,
	/** @type {import("node:http").ServerResponse} */ response,
) {
	if (request.url === "/events") {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.write("data: 1\n\n");
		return;
	}
	if (request.url === "/own-headers") {
		response.writeHead(200, SERVERS_OWN).end();
		return;
	}
	request.resume();
	request.on("end", () => response.end(JSON.stringify(request.headers)));
	request.on("error", () => {});
}

/**
 * @param {number} port
 * @param {string} path
 * @param {{ headers?: Record<string, string>, body?: string, untilText?: string, isPlain?: boolean }} [options]
 * @returns {Promise<{ status: number | undefined, text: string, headers: import("node:http").IncomingHttpHeaders }>}
 */
function ask(port, path, { headers = {}, body, untilText, isPlain = false } = {}) {
	return new Promise((resolve, reject) => {
		const options = {
			host: "127.0.0.1",
			port,
			path,
			// Its certificate is made for the test.
			...(!isPlain && { servername: host, rejectUnauthorized: false }),
			method: body === undefined ? "GET" : "POST",
			headers: { host, ...headers, ...(body !== undefined && { "content-length": body.length }) },
			agent: false,
			timeout: 20_000,
		};
		const request = (isPlain ? httpRequest : httpsRequest)(options, (response) => {
			let text = "";
			const done = () => resolve({ status: response.statusCode, text, headers: response.headers });
			response.on("data", (bytes) => {
				text += bytes;
				if (untilText === undefined || !text.includes(untilText)) return;
				done();
				request.destroy();
			});
			response.on("end", done);
			response.on("error", reject);
		});
		request.on("timeout", () => request.destroy(new Error(`${path}: nothing came for 20 seconds`)));
		request.on("error", reject);
		request.end(body);
	});
}

/** Replaces text that has to be there. */
function replaced(/** @type {string} */ text, /** @type {readonly (readonly [RegExp, string])[]} */ changes) {
	return changes.reduce((result, [pattern, replacement]) => {
		expect(result).toMatch(pattern);
		return result.replace(pattern, replacement);
	}, text);
}

/** @returns {Promise<Commands>} */
async function prepareNginx(/** @type {Places} */ { folder, port, plainPort, upstreamPort }) {
	const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
	const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${host}`];
	const made = await run("openssl", [...request, "-keyout", key, "-out", certificate]);
	expect(made.ok, made.output).toBe(true);
	const site = replaced(readFileSync(join(root, "deploy/nginx.conf"), "utf8"), [
		[/listen \[::\][^;]*;/g, ""],
		[/listen 80;/, `listen 127.0.0.1:${plainPort};`],
		[/listen 443 /, `listen 127.0.0.1:${port} `],
		[/\/etc\/letsencrypt\S*fullchain.pem/, certificate],
		[/\/etc\/letsencrypt\S*privkey.pem/, key],
		[/\/var\/log\/nginx/g, folder],
		[/server 127.0.0.1:8000;/, `server 127.0.0.1:${upstreamPort};`],
	]);
	writeFileSync(join(folder, "site.conf"), site);
	const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => {
		mkdirSync(join(folder, name));
		return `${name}_temp_path ${join(folder, name)};`;
	});
	const file = join(folder, "nginx.conf");
	// Asked to run as another user, it could not read a folder of this one.
	const user = process.getuid?.() === 0 ? "user root;" : "";
	writeFileSync(
		file,
		`${user} daemon off; pid ${folder}/nginx.pid; error_log stderr emerg; events {}
http { ${places.join(" ")} include ${join(folder, "site.conf")}; }`,
	);
	const words = ["-p", folder, "-e", "stderr", "-c", file];
	return { check: ["-t", ...words], start: words, environment: {} };
}

/** @returns {Promise<Commands>} */
async function prepareCaddy(/** @type {Places} */ { folder, port, plainPort, upstreamPort }) {
	const original = join(root, "deploy/Caddyfile");
	const text = replaced(readFileSync(original, "utf8"), [
		[/^\{$/m, `{\n\tadmin off\n\tskip_install_trust\n\thttp_port ${plainPort}\n\thttps_port ${port}`],
		[/^career.school.example \{$/m, `${host} {\n\ttls internal`],
		[/127.0.0.1:8000/, `127.0.0.1:${upstreamPort}`],
	]);
	const file = join(folder, "Caddyfile");
	writeFileSync(file, text);
	const environment = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
	const words = ["--adapter", "caddyfile", "--config"];
	return { check: ["validate", ...words, original], start: ["run", ...words, file], environment };
}

async function listen(/** @type {import("node:net").Server} */ server) {
	await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
	const address = server.address();
	return typeof address === "object" ? (address?.port ?? 0) : 0;
}

async function freePort() {
	const server = createPort();
	const port = await listen(server);
	await new Promise((resolve) => server.close(resolve));
	return port;
}
