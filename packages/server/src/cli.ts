import { CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { endQuietlyWhenClosed, tell } from "./cli/output.ts";
import { createProgram } from "./cli/program.ts";
import { explainMissingRight } from "./db/errors.ts";
import { StorageUnavailable } from "./db/store.ts";
import { OperatorError, type Trouble } from "./operator-error.ts";

const EXIT_CODES: Record<Trouble, number> = {
	failed: 1,
	usage: 2,
	conflict: 3,
	refused: 4,
	rolled_back: 5,
	difference: 6,
};

// Everything that is written holds personal data, or may: databases, backups, exports.
process.umask(0o077);
endQuietlyWhenClosed(process.stdout);
await run(process.argv.slice(2));

async function run(given: readonly string[]): Promise<void> {
	const debug = given.includes("--debug");
	const words = given.filter((word) => word !== "--debug");
	try {
		await createProgram(packageJson.version).parseAsync(withCommand(words), { from: "user" });
	} catch (error) {
		process.exitCode = report(error, debug);
	}
}

/** Without a command, but also with nothing but flags, the server is meant. */
function withCommand(words: readonly string[]): string[] {
	const [first] = words;
	const asksHelp = ["-h", "--help", "-V", "--version"].includes(first ?? "");
	const serves = first === undefined || (first.startsWith("-") && !asksHelp);
	return serves ? ["serve", ...words] : [...words];
}

/** Says what went wrong in a sentence. @returns the exit code */
function report(error: unknown, debug: boolean): number {
	// Commander has already said it.
	if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
	if (debug && error instanceof Error) tell(error.stack ?? error.message);
	if (error instanceof OperatorError) {
		tell(error.message);
		return EXIT_CODES[error.trouble];
	}
	const right = explainMissingRight(error);
	if (right !== null) {
		tell(right);
		return EXIT_CODES.failed;
	}
	if (error instanceof StorageUnavailable) {
		tell(`${error.message} Try again; if it stays so, look at the disk.`);
		return EXIT_CODES.failed;
	}
	const message = error instanceof Error ? error.message : String(error);
	tell(`This should not have happened: ${message}${debug ? "" : " (--debug shows where)"}`);
	return EXIT_CODES.failed;
}
