// Runs once: it asks a server over http, whatever its database.
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { aFolder } from "../testing/folders/a-folder.ts";
import { CLI, runFile } from "../testing/processes/run.ts";
import { serving } from "../testing/processes/serving.ts";

/** What a container engine runs, with the server's own settings. */
function healthcheck(environment: Record<string, string>) {
	return runFile(CLI, ["healthcheck"], { env: { PATH: process.env["PATH"], ...environment } });
}

test("healthcheck ends with 0 while the server is ready, with 1 and the reason when it is not", async () => {
	using folder = aFolder();
	await using server = await serving({ DATABASE_URL: `sqlite:${folder.file("a.db")}` });
	const { port } = new URL(server.address);
	// HOST is left at its default, all addresses: the loopback address is one of them.
	expect(await healthcheck({ PORT: port })).toMatchObject({
		code: 0,
		stdout: `http://127.0.0.1:${port}/readyz is ready.\n`,
		stderr: "",
	});

	rmSync(folder.file("a.db"));
	await expect.poll(async () => (await fetch(`${server.address}/readyz`)).status).toBe(503);
	const unready = await healthcheck({ PORT: port });
	expect(unready).toMatchObject({ code: 1, stdout: "" });
	expect(unready.stderr).toContain(`http://127.0.0.1:${port}/readyz says 503: {`);

	server.child.kill("SIGKILL");
	await server.ended;
	const gone = await healthcheck({ PORT: port, HOST: "127.0.0.1" });
	expect(gone).toMatchObject({ code: 1, stdout: "" });
	expect(gone.stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/readyz does not answer \(.*ECONNREFUSED.*\)\.\n$/);
});

test("healthcheck gives up on a server that accepts a request and never answers", async () => {
	await using silent = createServer(() => {});
	await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
	const address = silent.address();
	const stuck = await healthcheck({ PORT: String(typeof address === "object" ? address?.port : 0) });
	silent.closeAllConnections();
	expect(stuck).toMatchObject({ code: 1, stdout: "" });
	expect(stuck.stderr).toContain("does not answer");
});
