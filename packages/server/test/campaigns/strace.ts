import { spawnSync } from "node:child_process";

/** Why system calls cannot be made to fail here; null where they can. */
export function whyNoStrace(): string | null {
	const { error, status } = spawnSync("strace", ["-D", "-f", "-qq", "-o", "/dev/null", "true"]);
	if (error) return "strace is not installed";
	return status === 0 ? null : "strace may not trace here";
}

/**
 * What goes before a program so that one system call meets with something.
 * @param what as strace says it: `signal=KILL`, `error=EIO`
 * @param when counted for each thread by itself; all of SQLite's calls come from one
 */
export function injecting(
	call: string,
	what: string,
	{ first, times }: { first: number; times: number },
): readonly string[] {
	const when = times === 1 ? `${first}` : `${first}..${first + times - 1}`;
	// Not with --seccomp-bpf, which would be quicker: signals are not delivered then.
	const quiet = ["-D", "-f", "-qq", "-o", "/dev/null"];
	return ["strace", ...quiet, "-e", `trace=${call}`, "-e", `inject=${call}:${what}:when=${when}`];
}
