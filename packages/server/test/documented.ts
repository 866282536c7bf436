import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Hono } from "hono";
import { expect } from "vitest";
import type { OpenApiDocument, Operation } from "../src/http/docs/openapi.ts";
import type { JsonSchema } from "../src/http/docs/openapi-schemas.ts";
import type { Env } from "../src/index.ts";

/** A reply after it was held against the document. */
export type Reply = {
	status: number;
	/** The JSON; `{}` where there is none. */
	body: Record<string, unknown>;
	headers: Headers;
	response: Response;
};

type Documented = {
	document: OpenApiDocument;
	ajv: Ajv2020;
	validators: Map<string, ValidateFunction>;
	/** The paths of the document, those that are spelled out first. */
	templates: readonly { template: string; pattern: RegExp }[];
};

const documents = new WeakMap<Hono<Env>, Promise<Documented>>();

/** Holds a reply against the app's OpenAPI document: its status, its content type and every field of its body. */
export async function expectDocumented(
	app: Hono<Env>,
	method: string,
	path: string,
	response: Response,
): Promise<Reply> {
	const documented = await documentOf(app);
	const type = response.headers.get("content-type") ?? "";
	const isStream = type === "text/event-stream";
	const text = isStream ? await firstData(response) : await response.clone().text();
	const body = isStream || /json/.test(type) ? (JSON.parse(text) as Record<string, unknown>) : {};
	const template = templateOf(documented, path);
	const operation = template && documented.document.paths[template]?.[method.toLowerCase()];
	const where = `${method} ${path} → ${response.status} ${text.slice(0, 300)}`;
	if (operation) expectReply(documented, operation, { where, status: response.status, type, body });
	else expectProblem(documented, { where, status: response.status, body, expected: template ? 405 : 404 });
	return { status: response.status, body, headers: response.headers, response };
}

/** The data of the first event of a stream that tells of the session; the stream would go on for ever. */
async function firstData(response: Response): Promise<string> {
	const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
	for (let text = ""; reader; ) {
		const { value, done } = await reader.read();
		text += value ?? "";
		const data = /^event: session\ndata: (.*)\n/m.exec(text)?.[1];
		if (data === undefined && !done) continue;
		await reader.cancel();
		return data ?? "";
	}
	return "";
}

function expectReply(
	documented: Documented,
	operation: Operation,
	reply: { where: string; status: number; type: string; body: unknown },
): void {
	const description = operation.responses[reply.status];
	expect(description, `undocumented status: ${reply.where}`).toBeDefined();
	const content = description?.content;
	const [mediaType, schema] = Object.entries(content ?? {}).map(
		([type, media]) => [type, media.schema] as const,
	)[0] ?? [""];
	expect(reply.type, reply.where).toBe(mediaType);
	if (schema) expectValid(documented, `${operation.operationId} ${reply.status}`, schema, reply);
}

/** What stands outside the document: an unknown address, or a method that an address does not take. */
function expectProblem(
	documented: Documented,
	reply: { where: string; status: number; body: unknown; expected: number },
): void {
	expect(reply.status, reply.where).toBe(reply.expected);
	expectValid(documented, "problem", { $ref: "#/components/schemas/Problem" }, reply);
}

function expectValid(
	{ ajv, validators }: Documented,
	name: string,
	schema: JsonSchema,
	{ where, body }: { where: string; body: unknown },
): void {
	let validate = validators.get(name);
	if (!validate) {
		validate = ajv.compile(relocate(schema));
		validators.set(name, validate);
	}
	const valid = validate(body);
	expect(valid ? [] : validate.errors, where).toEqual([]);
}

function documentOf(app: Hono<Env>): Promise<Documented> {
	const known = documents.get(app);
	if (known) return known;
	const loading = load(app);
	documents.set(app, loading);
	return loading;
}

async function load(app: Hono<Env>): Promise<Documented> {
	const response = await app.request("/api/v2/openapi.json");
	const document = (await response.json()) as OpenApiDocument;
	const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });
	// Replies may say only what is documented, so all objects with named fields are closed for the test.
	ajv.addSchema(close({ $id: "api", components: document.components }) as JsonSchema);
	return { document, ajv, validators: new Map(), templates: templatesOf(document) };
}

function close(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(close);
	if (typeof value !== "object" || value === null) return value;
	const closed = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, close(part)]));
	const isOpen = "type" in value && value.type === "object" && "properties" in value;
	return isOpen && !("additionalProperties" in value) ? { ...closed, additionalProperties: false } : closed;
}

/** The schema of a reply refers to the document's components, which ajv knows by the name `api`. */
function relocate(schema: JsonSchema): JsonSchema {
	return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"api#/components')) as JsonSchema;
}

function templatesOf({ paths }: OpenApiDocument): Documented["templates"] {
	const templates = Object.keys(paths).sort((a, b) => Number(a.includes("{")) - Number(b.includes("{")));
	return templates.map((template) => {
		const pattern = template.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+");
		return { template, pattern: new RegExp(`^${pattern}$`) };
	});
}

function templateOf({ templates }: Documented, path: string): string | undefined {
	const asked = new URL(path, "http://localhost").pathname;
	return templates.find(({ pattern }) => pattern.test(asked))?.template;
}
