import type { ProblemCode } from "@carhythm/core";
import * as z from "zod/mini";
import { type AnyEndpoint, type QueryParameter, TAGS } from "../endpoint.ts";
import { PROBLEM_TYPE, PROBLEMS } from "../reply/problem.ts";
import { withDescriptions } from "./openapi-descriptions.ts";
import { type Header, headersOf, operationId, SESSION_COOKIE } from "./openapi-operations.ts";
import { IN_WORDS, type JsonSchema, reference, SHARED } from "./openapi-schemas.ts";

export type Operation = {
	operationId: string;
	tags: string[];
	summary: string;
	description?: string;
	parameters?: {
		name: string;
		in: "path" | "query";
		required: boolean;
		description: string;
		schema: JsonSchema;
	}[];
	requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema; example: unknown }> };
	responses: Record<
		string,
		{
			description: string;
			headers?: Record<string, Header>;
			content?: Record<string, { schema: JsonSchema; example?: unknown }>;
		}
	>;
	security?: Record<string, string[]>[];
};

export type OpenApiDocument = {
	openapi: "3.1.0";
	info: {
		title: string;
		version: string;
		description: string;
		license: { name: string; identifier: string };
	};
	servers: { url: string }[];
	tags: { name: string; description: string }[];
	paths: Record<string, Record<string, Operation>>;
	security: Record<string, string[]>[];
	components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, JsonSchema> };
};

/** The OpenAPI 3.1 document of the endpoints, made from the very schemas that validate what they take and give. */
export function describeApi(endpoints: readonly AnyEndpoint[]): OpenApiDocument {
	const names = nameSchemas(endpoints);
	const paths: OpenApiDocument["paths"] = {};
	for (const endpoint of endpoints) {
		paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: describeEndpoint(endpoint, names) };
	}
	return {
		openapi: "3.1.0",
		info: {
			title: "CaRhythm",
			version: "2.0",
			description:
				"Assessments that are taken in as many sittings as life leaves, on any device. All times are UTC. Every write may be sent again with the same id and has one effect. Errors are problem documents (RFC 9457); decide by `code`.",
			license: { name: "MIT", identifier: "MIT" },
		},
		servers: [{ url: "/" }],
		tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
		paths,
		security: [],
		components: {
			schemas: closeRequests(toComponents(names), endpoints, names),
			securitySchemes: { sessionCookie: SESSION_COOKIE },
		},
	};
}

type Registry = z.core.$ZodRegistry<{ id: string }>;

/** Every schema of the document with its name: its own where it is shared, else one made from its endpoint. */
function nameSchemas(endpoints: readonly AnyEndpoint[]): Registry {
	const registry: Registry = z.registry<{ id: string }>();
	for (const [id, schema] of Object.entries(SHARED)) registry.add(schema, { id });
	for (const endpoint of endpoints) {
		const { schema } = endpoint.reply;
		if (!registry.has(schema)) registry.add(schema, { id: `${operationId(endpoint)}Reply` });
	}
	return registry;
}

function toComponents(registry: Registry): Record<string, JsonSchema> {
	const { schemas } = z.toJSONSchema(registry, {
		io: "input",
		unrepresentable: "any",
		uri: reference,
		override: ({ zodSchema, jsonSchema }) => {
			const words = IN_WORDS.get(zodSchema);
			if (words) Object.assign(jsonSchema, words);
		},
	});
	return Object.fromEntries(
		Object.entries(schemas)
			.map(([name, { $schema: _, $id: __, ...schema }]): [string, JsonSchema] => [
				name,
				withDescriptions(name, schema),
			])
			.sort(([a], [b]) => a.localeCompare(b)),
	);
}

/**
 * Requests may hold no other fields than those that are named; what existing clients send and means nothing
 * is named too.
 */
function closeRequests(
	components: Record<string, JsonSchema>,
	endpoints: readonly AnyEndpoint[],
	names: Registry,
): Record<string, JsonSchema> {
	const closed: Record<string, JsonSchema> = { ...components };
	for (const { body } of endpoints) {
		const id = body && names.get(body.schema)?.id;
		const schema = id && components[id];
		if (!schema) continue;
		const ignored = Object.fromEntries(
			(body.ignores ?? []).map((name) => [name, { deprecated: true, description: "Ignored." }]),
		);
		closed[id] = {
			...schema,
			properties: { ...(schema["properties"] as JsonSchema | undefined), ...ignored },
			additionalProperties: false,
		};
	}
	return closed;
}

function linkTo(schema: z.ZodMiniType, names: Registry): JsonSchema {
	const named = names.get(schema);
	if (!named) throw new Error("A request body is missing among the shared schemas of the OpenAPI document.");
	return { $ref: reference(named.id) };
}

function describeEndpoint(endpoint: AnyEndpoint, names: Registry): Operation {
	const parameters = [...pathParameters(endpoint.path), ...(endpoint.query ?? []).map(queryParameter)];
	const { body, reply } = endpoint;
	return {
		operationId: operationId(endpoint),
		tags: [endpoint.tag],
		summary: endpoint.summary,
		...(endpoint.description && { description: endpoint.description }),
		...(parameters.length > 0 && { parameters }),
		...(body && {
			requestBody: {
				required: !body.optional,
				content: {
					"application/json": {
						schema: linkTo(body.schema, names),
						example: body.example,
					},
				},
			},
		}),
		responses: {
			[reply.status ?? 200]: {
				description: reply.description,
				headers: headersOf(reply.status ?? 200, endpoint),
				content: {
					[reply.events ? "text/event-stream" : "application/json"]: { schema: linkTo(reply.schema, names) },
				},
			},
			...(endpoint.nothing && {
				204: { description: endpoint.nothing, headers: headersOf(204, endpoint) },
			}),
			...(endpoint.immutable && {
				304: { description: "The client has it already", headers: headersOf(304, endpoint) },
			}),
			...describeProblems(endpoint),
		},
		...(endpoint.path === "/api/v2/session/current" && { security: [{ sessionCookie: [] }, {}] }),
	};
}

function pathParameters(path: string): NonNullable<Operation["parameters"]> {
	return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
		name,
		in: "path",
		required: true,
		description:
			name === "session_id"
				? "The id of a session, a secret. One that is malformed counts as unknown."
				: "A whole number.",
		schema: { type: "string" },
	}));
}

function queryParameter({ name, required, description, schema }: QueryParameter) {
	return { name, in: "query" as const, required, description, schema };
}

/** The problems of an endpoint by status: its own and those that every endpoint of its kind has. */
function describeProblems(endpoint: AnyEndpoint): Operation["responses"] {
	const codes = new Set<ProblemCode>([
		...endpoint.problems,
		"host_not_served",
		"storage_unavailable",
		"internal_error",
	]);
	if (endpoint.body) {
		for (const code of [
			"invalid_json",
			"invalid_body",
			"unsupported_media_type",
			"body_too_large",
		] as const) {
			codes.add(code);
		}
	}
	// Told in place of it, by the id in the path or the body: see endpoint.ts.
	if (codes.has("session_not_found")) codes.add("session_moved");
	if (!endpoint.unlimited) codes.add("too_many_requests");
	const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
	return Object.fromEntries(
		[...byStatus].map(([status, grouped]) => [
			status,
			{
				description: grouped.map((code) => PROBLEMS[code].title).join(" · "),
				headers: headersOf(status, endpoint),
				content: {
					[PROBLEM_TYPE]: {
						// Beside a reference, generators drop everything; in `allOf` they keep it.
						schema: {
							allOf: [
								{ $ref: reference("Problem") },
								{
									type: "object",
									properties: { status: { const: status }, code: { enum: grouped } },
									required: ["status", "code"],
								},
							],
						},
					},
				},
			},
		]),
	);
}
