import { CLI, startFile } from "./run.ts";

/** `carhythm serve` on a database server, once it has said that it is ready; it is gone after the test. */
export async function aServer(address: string, ...words: readonly string[]) {
	const { child, ended } = startFile(CLI, ["serve", "--port", "0", "--host", "127.0.0.1", ...words], {
		env: { PATH: process.env["PATH"], DATABASE_URL: address },
	});
	const url = await new Promise<string>((resolve, reject) => {
		let text = "";
		child.stdout?.on("data", (bytes) => {
			text += bytes;
			const found = /CaRhythm is ready: (\S+)/.exec(text)?.[1];
			if (found) resolve(found);
		});
		void ended.then(({ stderr }) => reject(new Error(`It ended: ${stderr}`)));
	});
	const send = async (method: string, path: string, body?: unknown) => {
		const response = await fetch(`${url}/api/v2${path}`, {
			method,
			...(body !== undefined && {
				body: JSON.stringify(body),
				headers: { "Content-Type": "application/json" },
			}),
		});
		return { status: response.status, body: (await response.json()) as Record<string, unknown> };
	};
	return {
		url,
		send,
		async stop() {
			child.kill("SIGTERM");
			return ended;
		},
		[Symbol.asyncDispose]: async () => {
			child.kill("SIGKILL");
			await ended;
		},
	};
}
