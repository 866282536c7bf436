import fc from "fast-check";
import type { OpenApiDocument, Operation } from "../../src/http/docs/openapi.ts";
import { SAMPLER_ANSWERS, type TestApp } from "../an-app.ts";
import { anyText, bodyFor, HOSTILE, textOf } from "./from-schema.ts";

export type RandomRequest = {
	method: string;
	path: string;
	body: string | undefined;
	headers: Record<string, string>;
};

/** What random requests are about: sessions in every state, so that a request often meets one it concerns. */
export type Subjects = { app: TestApp; document: OpenApiDocument; sessions: readonly string[] };

/** A request to any endpoint of the document that mostly fits it, and sometimes is hostile somewhere. */
export function randomRequest(subjects: Subjects): fc.Arbitrary<RandomRequest> {
	const { document } = subjects;
	const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
	);
	const each = operations.map(({ path, method, operation }) =>
		fc.record({
			method: fc.oneof(
				{ weight: 30, arbitrary: fc.constant(method.toUpperCase()) },
				{ weight: 1, arbitrary: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH") },
			),
			path: aPath(subjects, path, operation),
			body: aBody(subjects, operation),
			headers: someHeaders(subjects),
		}),
	);
	return fc.oneof(...each).map((asked) => (asked.method === "GET" ? { ...asked, body: undefined } : asked));
}

function aPath(subjects: Subjects, path: string, operation: Operation): fc.Arbitrary<string> {
	const parameters = operation.parameters ?? [];
	const values = fc.tuple(
		...parameters.map(({ name }) =>
			name === "session_id" ? aSessionId(subjects) : fc.oneof(anId(subjects), HOSTILE),
		),
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

function aBody(subjects: Subjects, operation: Operation): fc.Arbitrary<string | undefined> {
	const schema = operation.requestBody?.content["application/json"]?.schema;
	if (!schema) return fc.constant(undefined);
	const { app, document } = subjects;
	const session_id = aSessionId(subjects);
	const known = {
		session_id: fc.oneof({ weight: 20, arbitrary: session_id }, { weight: 1, arbitrary: HOSTILE }),
		question_id: fc.oneof({ weight: 20, arbitrary: anId(subjects) }, { weight: 1, arbitrary: HOSTILE }),
		replaces: session_id,
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
		{ weight: 1, arbitrary: anyText },
		{ weight: 1, arbitrary: fc.constant(undefined) },
	);
}

function someHeaders(subjects: Subjects): fc.Arbitrary<Record<string, string>> {
	const value = fc.string({ unit: fc.constantFrom("a", "0", "-", ",", ";", "=", "%", "/", ":", '"') });
	const names = [
		"X-Request-ID",
		"Origin",
		"Sec-Fetch-Site",
		"X-Forwarded-For",
		"Content-Type",
		"Content-Encoding",
		"Accept-Encoding",
		"Last-Event-ID",
		"Range",
	];
	return fc.oneof(
		fc.constant({}),
		fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3, noNullPrototype: true }),
		aSessionId(subjects).map(
			(id): Record<string, string> => ({ Cookie: `carhythm_session=${encodeURIComponent(id)}` }),
		),
	);
}

function aSessionId({ sessions }: Subjects): fc.Arbitrary<string> {
	return fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom(...sessions) },
		{ weight: 1, arbitrary: fc.uuid() },
		{ weight: 1, arbitrary: HOSTILE.map(textOf) },
	);
}

function anId({ app }: Subjects): fc.Arbitrary<number> {
	const questions = app.version.index.places.map(({ question }) => question.id);
	return fc.oneof(
		{ weight: 8, arbitrary: fc.constantFrom(...questions) },
		{ weight: 1, arbitrary: fc.integer() },
	);
}
