import { ProblemCode } from "@carhythm/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { anApp } from "../../../test/an-app.ts";
import { PROBLEMS } from "../reply/problem.ts";
import type { OpenApiDocument, Operation } from "./openapi.ts";

async function read(app: Awaited<ReturnType<typeof anApp>>) {
	const document = (await (await app.app.request("/api/v2/openapi.json")).json()) as OpenApiDocument;
	const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
	);
	return { document, operations };
}

test("every route that is served is documented, and every documented one is served", async () => {
	await using app = await anApp();
	const { operations } = await read(app);
	const served = app.app.routes
		.filter(({ method, path }) => method !== "ALL" && !path.startsWith("/docs") && path !== "/")
		.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
	const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
	expect([...new Set(served)].sort()).toEqual(documented.sort());
	expect(documented).toContain("POST /api/v2/session/{session_id}/sync");
});

test("the contract's endpoints are all there", async () => {
	await using app = await anApp();
	const { operations } = await read(app);
	expect(operations.map(({ method, path }) => `${method} ${path}`)).toEqual(
		expect.arrayContaining([
			"get /api/v2/health",
			"get /api/v2/modules",
			"get /api/v2/questions",
			"post /api/v2/session/start",
			"get /api/v2/session/{session_id}/validate",
			"post /api/v2/session/{session_id}/abandon",
			"post /api/v2/answers/submit",
			"get /api/v2/session/{session_id}/progress",
			"get /api/v2/session/{session_id}/answered-questions",
			"post /api/v2/student/info",
			"post /api/v2/resend-results",
			"get /api/v2/scores/{session_id}",
			"get /api/v2/scores/{session_id}/summary",
			"post /api/v2/feedback/submit",
			"get /api/v2/settings/theme",
			"get /api/v2/session/current",
			"get /api/v2/session/{session_id}",
			"post /api/v2/session/{session_id}/sync",
			"post /api/v2/session/{session_id}/complete",
			"post /api/v2/session/{session_id}/restore",
			"post /api/v2/session/{session_id}/handoff",
			"post /api/v2/session/handoff/redeem",
			"get /api/v2/session/{session_id}/events",
		]),
	);
});

test("the document holds together: ids are unique, references lead somewhere, schemas compile", async () => {
	await using app = await anApp();
	const { document, operations } = await read(app);
	const ids = operations.map(({ operation }) => operation.operationId);
	expect(new Set(ids).size).toBe(ids.length);
	const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
		([, name = ""]) => name,
	);
	const missing = references.filter((name) => !(name in document.components.schemas));
	expect(missing).toEqual([]);
	const ajv = new Ajv2020({ strict: false, validateFormats: false });
	ajv.addSchema({ $id: "api", components: document.components });
	for (const name of Object.keys(document.components.schemas)) {
		expect(ajv.getSchema(`api#/components/schemas/${name}`), name).toBeTypeOf("function");
	}
});

test("the examples are valid, so that what the docs page suggests works", async () => {
	await using app = await anApp();
	const { document, operations } = await read(app);
	const ajv = new Ajv2020({ strict: false, validateFormats: false });
	ajv.addSchema({ $id: "api", components: document.components });
	for (const { operation } of operations) {
		const body = exampleOf(operation);
		if (!body) continue;
		const validate = ajv.getSchema(`api${String(body.schema["$ref"])}`);
		expect([operation.operationId, validate?.(body.example), validate?.errors]).toEqual([
			operation.operationId,
			true,
			null,
		]);
	}
});

function exampleOf(operation: Operation) {
	return operation.requestBody?.content["application/json"];
}

test("every code has a status and a title", () => {
	const codes = Object.keys(PROBLEMS);
	for (const code of codes) expect(ProblemCode.safeParse(code).success).toBe(true);
	const declared = ProblemCode._zod.def.options.flatMap((option) => [...option._zod.values]);
	expect(codes.sort()).toEqual(declared.map(String).sort());
});

test("the docs page shows every endpoint, every schema and every problem code, and runs nothing inline", async () => {
	await using app = await anApp();
	const { document, operations } = await read(app);
	const reply = await app.app.request("/docs");
	expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
	const page = await reply.text();
	for (const { operation } of operations) expect(page).toContain(`id="${operation.operationId}"`);
	for (const name of Object.keys(document.components.schemas)) expect(page).toContain(`id="schema-${name}"`);
	for (const code of Object.keys(PROBLEMS)) expect(page).toContain(`id="problem-${code}"`);
	expect(page).not.toMatch(/<style|style=|<script>| on\w+=|javascript:/);
	const targets = [...page.matchAll(/href="#([\w-]+)"/g)].map(([, id]) => id);
	for (const id of targets) expect(page).toContain(`id="${id}"`);
	expect(page).not.toContain("[object");
});

test("its style and script come as files of their own", async () => {
	await using app = await anApp();
	for (const [path, type] of [
		["/docs/docs.css", "text/css; charset=utf-8"],
		["/docs/docs.js", "text/javascript; charset=utf-8"],
	] as const) {
		const reply = await app.app.request(path);
		expect([path, reply.status, reply.headers.get("content-type")]).toEqual([path, 200, type]);
	}
	const script = await (await app.app.request("/docs/docs.js")).text();
	expect(() => new Function(script)).not.toThrow();
});

test("every schema and every field of it says what it means", async () => {
	await using app = await anApp();
	const { document } = await read(app);
	const silent = Object.entries(document.components.schemas).flatMap(([name, schema]) => [
		...(schema["description"] ? [] : [name]),
		...silentFields(schema, name),
	]);
	expect(silent).toEqual([]);
});

/** The fields of a schema, and of those within it, that have no description. */
function silentFields(schema: unknown, path: string): string[] {
	if (typeof schema !== "object" || schema === null) return [];
	return Object.entries(schema).flatMap(([keyword, part]: [string, unknown]) => {
		if (keyword !== "properties" || typeof part !== "object" || part === null)
			return silentFields(part, path);
		return Object.entries(part).flatMap(([name, field]: [string, { description?: string }]) => [
			...(field.description ? [] : [`${path}.${name}`]),
			...silentFields(field, `${path}.${name}`),
		]);
	});
}

test("operations have names that read well in a generated client", async () => {
	await using app = await anApp();
	const { operations } = await read(app);
	const ids = Object.fromEntries(
		operations.map(({ path, method, operation }) => [`${method} ${path}`, operation.operationId]),
	);
	expect(ids["post /api/v2/session/start"]).toBe("startSession");
	expect(ids["post /api/v2/session/{session_id}/sync"]).toBe("syncSession");
	for (const id of Object.values(ids)) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
});

test("each problem status names its codes in a way that generators keep", async () => {
	await using app = await anApp();
	const { operations } = await read(app);
	for (const { operation } of operations) {
		for (const [status, { content }] of Object.entries(operation.responses)) {
			if (Number(status) < 400) continue;
			const schema = content?.["application/problem+json"]?.schema;
			expect(schema).toMatchObject({
				allOf: [
					{ $ref: "#/components/schemas/Problem" },
					{ properties: { status: { const: Number(status) } } },
				],
			});
		}
	}
});
