import { spawnSync } from "node:child_process";

/** Why strace cannot inject faults on this machine; null where it can. */
export function whyNoStrace(): string | null {
	const { error, status } = spawnSync("strace", ["-D", "-f", "-qq", "-o", "/dev/null", "true"]);
	if (error) return "strace is not installed";
	return status === 0 ? null : "strace may not trace here";
}

/**
 * The strace command that injects a fault into a system call of the program after it.
 * @param what in strace's syntax: `signal=KILL`, `error=EIO`
 * @param when which calls are hit. strace counts them by thread, and SQLite makes all of its calls in one.
 */
export function injecting(
	call: string,
	what: string,
	{ first, times }: { first: number; times: number },
): readonly string[] {
	const when = times === 1 ? `${first}` : `${first}..${first + times - 1}`;
	// Without --seccomp-bpf, which is faster but does not deliver signals.
	const quiet = ["-D", "-f", "-qq", "-o", "/dev/null"];
	return ["strace", ...quiet, "-e", `trace=${call}`, "-e", `inject=${call}:${what}:when=${when}`];
}
