import type { Command } from "commander";
import type { Config } from "../config.ts";
import { OperatorError } from "../operator-error.ts";
import { oneLine, print } from "./output.ts";
import { configOf, withSettings } from "./settings.ts";

/** A container engine waits 30 seconds by default, and then says nothing about the reason. */
const LONGEST_WAIT_MS = 5_000;

/** `carhythm healthcheck`: for container engines, whose images hold no curl. */
export function addHealthcheckCommand(program: Command): void {
	withSettings(program.command("healthcheck"), ["host", "port"])
		.description("ask the server on this machine whether it is ready (/readyz); ends with 1 when it is not")
		.action(async (options) => {
			const address = addressOnThisMachine(configOf(options));
			await assertReady(address);
			print(`${address} is ready.`);
		});
}

/**
 * The address of `/readyz` for a program on the same machine.
 * @example addressOnThisMachine({ host: "0.0.0.0", port: 8000 }) // "http://127.0.0.1:8000/readyz"
 */
function addressOnThisMachine({ host, port }: Pick<Config, "host" | "port">): string {
	const anyInterface: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
	const name = anyInterface[host] ?? host;
	return `http://${name.includes(":") ? `[${name}]` : name}:${port}/readyz`;
}

/** @throws OperatorError `failed`, with what the server said */
async function assertReady(address: string): Promise<void> {
	const reply = await fetch(address, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) }).catch(
		(error: unknown) => {
			throw new OperatorError("failed", `${address} does not answer (${reasonOf(error)}).`);
		},
	);
	if (reply.ok) return;
	const text = await reply.text().catch(() => "");
	throw new OperatorError("failed", `${address} says ${reply.status}: ${oneLine(text).slice(0, 500)}`);
}

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause instanceof Error ? error.cause.message : error.message;
}
