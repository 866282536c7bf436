import autocannon, { type Result } from "autocannon";
import type { Scenario } from "./scenarios.ts";

export type Drive = { connections: number; seconds: number };

/** Sends a scenario's requests as fast as they are answered. */
export async function drive(
	url: string,
	scenario: Scenario,
	{ connections, seconds }: Drive,
): Promise<Result> {
	const result = await autocannon({
		url,
		connections,
		duration: seconds,
		headers: { "content-type": "application/json" },
		requests: [{ method: scenario.method, setupRequest: nextOf(scenario, connections) }],
	});
	if (result.non2xx + result.errors > 0) {
		throw new Error(
			`${scenario.name}: ${result.non2xx} refused, ${result.errors} failed of ${result.requests.total}`,
		);
	}
	return result;
}

/** Each connection is one client with a session of its own; autocannon keeps a context for each. */
function nextOf(scenario: Scenario, connections: number) {
	const clients: (() => { path: string; body?: string })[] = [];
	let turn = 0;
	return (request: object) => {
		const n = turn++ % connections;
		clients[n] ??= scenario.client();
		return { ...request, ...clients[n]() };
	};
}
