import { createInterface } from "node:readline/promises";
import { OperatorError } from "../operator-error.ts";

/**
 * Asks before something that is not easily taken back.
 * @param warning what to know before, said where there is no terminal to ask
 * @throws OperatorError `conflict` when the answer is no, or there is no terminal and `--yes` was not given
 */
export async function confirm(
	options: { yes?: true },
	asked: { question: string; warning: string; otherwise: string },
): Promise<void> {
	const { question, warning, otherwise } = asked;
	if (options.yes) return;
	if (!process.stdin.isTTY) {
		throw new OperatorError("conflict", `${warning} Add --yes to confirm it. ${otherwise}`);
	}
	const terminal = createInterface({ input: process.stdin, output: process.stderr });
	const reply = await terminal.question(`${question} Type yes: `);
	terminal.close();
	if (reply.trim().toLowerCase() !== "yes") throw new OperatorError("conflict", otherwise);
}
