import { expect, test } from "vitest";
import { engine } from "../../src/testing/stores/an-engine.ts";
import { runFuzz } from "./run-fuzz.ts";

// What a request looks like is checked before any database is asked: PostgreSQL gets a sample.
const REQUESTS = engine === "postgres" ? 2000 : 20_000;
/** Replies that only the longer run is sure to meet. */
const RARE = engine === "postgres" ? [] : [201, 204, 405, 409, 415];

test(`no request of any shape gets a 5xx or a reply that is not documented (${REQUESTS} of them)`, async () => {
	const seed = Number(process.env["CARHYTHM_TEST_SEED"]);
	const { requests, statuses } = await runFuzz({ requests: REQUESTS, seed });
	expect(requests).toBe(REQUESTS);
	// A fuzzer whose requests are all refused at the door proves nothing.
	for (const status of [200, 400, 404, 422, ...RARE]) {
		expect([status, (statuses[status] ?? 0) > 0]).toEqual([status, true]);
	}
}, 600_000);
