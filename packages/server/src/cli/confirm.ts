import { createInterface } from "node:readline/promises";
import { OperatorError } from "../operator-error.ts";

/**
 * Asks before something that is not easily taken back.
 * @throws OperatorError `conflict` when the answer is no, or nobody is there to answer and `--yes` was not given
 */
export async function confirm(options: { yes?: true }, question: string, otherwise: string): Promise<void> {
	if (options.yes) return;
	if (!process.stdin.isTTY) {
		throw new OperatorError("conflict", `${question} Add --yes to confirm it. ${otherwise}`);
	}
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	const reply = await terminal.question(`${question} Type yes: `);
	terminal.close();
	if (reply.trim().toLowerCase() !== "yes") throw new OperatorError("conflict", otherwise);
}
