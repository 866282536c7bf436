import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OpenApiDocument, Operation } from "../src/http/docs/openapi.ts";
import { engine } from "../src/testing/stores/an-engine.ts";
import { anApp, SAMPLER_ANSWERS, type TestApp } from "./an-app.ts";
import { bodyFor, HOSTILE, textOf } from "./from-schema.ts";

// What a request looks like is checked before any database is asked.
const REQUESTS = engine === "postgres" ? 1000 : 3000;
/** Replies that only the longer run is sure to meet. */
const RARE = engine === "postgres" ? [] : [201, 204, 409];

let app: TestApp;
let document: OpenApiDocument;
/** Sessions in every state, so that a random request often meets one that it concerns. */
let sessions: string[];

beforeAll(async () => {
	app = await anApp();
	document = (await (await app.app.request("/api/v2/openapi.json")).json()) as OpenApiDocument;
	const forgotten = await app.start();
	app.pass({ days: 31 });
	const active = await app.start();
	for (const [key, answer] of Object.entries(SAMPLER_ANSWERS)) await app.submit(active, key, answer);
	const aside = await app.start();
	const fresh = await app.start({ replaces: aside });
	const done = await app.start();
	await app.post(`/api/v2/session/${done}/complete`);
	sessions = [forgotten, active, active, active, aside, fresh, done];
});
afterAll(() => app[Symbol.asyncDispose]());

type Asked = { method: string; path: string; body: string | undefined; headers: Record<string, string> };

test("no request of any shape gets a 5xx or a reply that is not documented", async () => {
	const statuses = new Map<number, number>();
	await fc.assert(
		fc.asyncProperty(aRequest(), async ({ method, path, body, headers }) => {
			const reply = await app.send(method, path, { headers, ...(body !== undefined && { body }) });
			expect(reply.status, `${method} ${path} ${body}`).toBeLessThan(500);
			statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
		}),
		{ numRuns: REQUESTS, endOnFailure: true },
	);
	// A fuzzer whose requests are all refused at the door proves nothing.
	for (const status of [200, 400, 404, 422, ...RARE]) {
		expect([status, (statuses.get(status) ?? 0) > 0]).toEqual([status, true]);
	}
}, 120_000);

function aRequest(): fc.Arbitrary<Asked> {
	const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
	);
	return fc
		.constantFrom(...operations)
		.chain(({ path, method, operation }) =>
			fc.record({
				method: fc.oneof(
					{ weight: 30, arbitrary: fc.constant(method.toUpperCase()) },
					{ weight: 1, arbitrary: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH") },
				),
				path: aPath(path, operation),
				body: aBody(operation),
				headers: someHeaders(),
			}),
		)
		.map((asked) => (asked.method === "GET" ? { ...asked, body: undefined } : asked));
}

function aPath(path: string, operation: Operation): fc.Arbitrary<string> {
	const parameters = operation.parameters ?? [];
	const values = fc.tuple(
		...parameters.map(({ name }) => (name === "session_id" ? aSessionId() : fc.oneof(anId(), HOSTILE))),
	);
	return values.map((chosen) => {
		const query = new URLSearchParams();
		let filled = path;
		for (const [i, { name, in: place }] of parameters.entries()) {
			const value = textOf(chosen[i]);
			if (place === "query") query.append(name, value);
			else filled = filled.replace(`{${name}}`, () => encodeURIComponent(value));
		}
		return query.size > 0 ? `${filled}?${query}` : filled;
	});
}

function aBody(operation: Operation): fc.Arbitrary<string | undefined> {
	const schema = operation.requestBody?.content["application/json"]?.schema;
	if (!schema) return fc.constant(undefined);
	const known = {
		session_id: fc.oneof({ weight: 20, arbitrary: aSessionId() }, { weight: 1, arbitrary: HOSTILE }),
		question_id: fc.oneof({ weight: 20, arbitrary: anId() }, { weight: 1, arbitrary: HOSTILE }),
		replaces: aSessionId(),
		email: fc.emailAddress(),
		rating: fc.integer({ min: 0, max: 6 }),
		assessment: fc.constantFrom("sampler", "none"),
		answer: fc.oneof(fc.constantFrom<unknown>(...Object.values(SAMPLER_ANSWERS)), HOSTILE),
		sent_at: fc.oneof(
			fc.constant(app.now()),
			fc.constantFrom("1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "now"),
		),
	};
	return fc.oneof(
		{
			weight: 20,
			arbitrary: bodyFor(schema, document.components.schemas, known).map((body) => JSON.stringify(body)),
		},
		{ weight: 1, arbitrary: fc.string({ unit: "binary" }) },
		{ weight: 1, arbitrary: fc.constant(undefined) },
	);
}

function someHeaders(): fc.Arbitrary<Record<string, string>> {
	const value = fc.string({ unit: fc.constantFrom("a", "0", "-", ",", ";", "=", "%", "/", ":", '"') });
	const names = [
		"X-Request-ID",
		"Origin",
		"Sec-Fetch-Site",
		"X-Forwarded-For",
		"Content-Type",
		"Accept-Encoding",
		"Range",
	];
	return fc.oneof(
		fc.constant({}),
		fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3, noNullPrototype: true }),
		aSessionId().map(
			(id): Record<string, string> => ({ Cookie: `carhythm_session=${encodeURIComponent(id)}` }),
		),
	);
}

function aSessionId(): fc.Arbitrary<string> {
	return fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom(...sessions) },
		{ weight: 1, arbitrary: fc.uuid() },
		{
			weight: 1,
			arbitrary: HOSTILE.map(textOf),
		},
	);
}

function anId(): fc.Arbitrary<number> {
	const questions = app.version.index.places.map(({ question }) => question.id);
	return fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom(...questions) },
		{ weight: 1, arbitrary: fc.integer() },
	);
}
