import fc from "fast-check";
import { expect } from "vitest";
import type { OpenApiDocument } from "../../src/http/docs/openapi.ts";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "../an-app.ts";
import { randomRequest } from "./random-request.ts";

/** After so many requests most sessions have ended, and others take their place. */
const REQUESTS_A_ROUND = 2500;
/** After so many the database and the log begin anew: neither is to grow without end. */
const ROUNDS_AN_APP = 20;

export type FuzzFigures = { requests: number; statuses: Readonly<Record<string, number>> };

/**
 * Sends random requests to the whole app. Each reply is held against the OpenAPI document.
 * @throws for the first 5xx and the first reply that is not documented, with the request and the seed
 */
export async function runFuzz(
	{ requests, seed }: { requests: number; seed: number },
	onRound: (figures: FuzzFigures) => void = () => {},
): Promise<FuzzFigures> {
	const figures = { requests: 0, statuses: {} as Record<string, number> };
	while (figures.requests < requests) {
		await using app = await anApp({ sleep: async () => {} });
		for (let round = 0; round < ROUNDS_AN_APP && figures.requests < requests; round += 1) {
			const numRuns = Math.min(REQUESTS_A_ROUND, requests - figures.requests);
			await runRound(app, { numRuns, seed: (seed + figures.requests) | 0 }, (status) => {
				figures.requests += 1;
				figures.statuses[status] = (figures.statuses[status] ?? 0) + 1;
			});
			onRound(figures);
		}
	}
	return figures;
}

async function runRound(
	app: TestApp,
	options: { numRuns: number; seed: number },
	count: (status: number) => void,
): Promise<void> {
	const document = (await (await app.app.request("/api/v2/openapi.json")).json()) as OpenApiDocument;
	const requests = randomRequest({ app, document, sessions: await sessionsInEveryState(app) });
	await fc.assert(
		fc.asyncProperty(requests, async ({ method, path, body, headers }) => {
			const reply = await app.send(method, path, { headers, ...(body !== undefined && { body }) });
			expect(reply.status, `${method} ${path} ${body}`).toBeLessThan(500);
			count(reply.status);
		}),
		{ ...options, endOnFailure: true },
	);
}

async function sessionsInEveryState(app: TestApp): Promise<string[]> {
	const forgotten = await app.start();
	app.pass({ days: 31 });
	const active = [await app.start(), await app.start(), await app.start()];
	for (const [key, answer] of Object.entries(SAMPLER_ANSWERS)) {
		for (const session_id of active) await app.submit(session_id, key, answer);
	}
	const aside = await app.start();
	const fresh = await app.start({ replaces: aside });
	const [done, marked] = [await app.start(), await app.start()];
	await app.post(`/api/v2/session/${done}/complete`);
	await app.post(`/api/v2/session/${marked}/erase`);
	return [forgotten, ...active, aside, fresh, done, marked];
}
