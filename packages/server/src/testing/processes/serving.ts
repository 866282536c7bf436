import { CLI, startFile } from "./run.ts";
import { ON_ANY_DISK } from "./without-limits.ts";

/** A server that says it is ready; it is gone after the test. */
export async function serving(settings: Record<string, string>) {
	const { child, ended } = startFile(CLI, ["--port", "0", "--host", "127.0.0.1"], {
		env: { PATH: process.env["PATH"], ...ON_ANY_DISK, ...settings },
	});
	let text = "";
	const address = await new Promise<string>((resolve) => {
		child.stdout?.on("data", (bytes) => {
			text += bytes;
			const found = /CaRhythm is ready: (\S+)/.exec(text)?.[1];
			if (found) resolve(found);
		});
	});
	return {
		address,
		/** What it has said so far, its log among it. */
		said: () => text,
		child,
		ended,
		async [Symbol.asyncDispose]() {
			child.kill("SIGKILL");
			await ended;
		},
	};
}
