import { DESCRIPTIONS } from "./descriptions.ts";
import { COMMON_FIELDS, SCHEMAS } from "./field-words.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

/** The names of schemas whose comment stands at another name in core. */
const NAMED_IN_CORE: Readonly<Record<string, string>> = { Place: "Position" };

/** A named schema with a description for itself and each of its fields, from the comments in core. */
export function withDescriptions(name: string, schema: JsonSchema): JsonSchema {
	const source = NAMED_IN_CORE[name] ?? name;
	const about = SCHEMAS[name] ?? DESCRIPTIONS[`${source}.`];
	return { ...(about && { description: about }), ...described(schema, source, "") };
}

function described(schema: JsonSchema, source: string, path: string): JsonSchema {
	const result: Record<string, unknown> = { ...schema };
	for (const keyword of ["anyOf", "oneOf", "allOf"]) {
		const parts = schema[keyword];
		if (Array.isArray(parts)) result[keyword] = parts.map((part) => described(part, source, path));
	}
	for (const keyword of ["items", "additionalProperties"]) {
		const part = schema[keyword];
		if (isSchema(part)) result[keyword] = described(part, source, path);
	}
	const { properties } = schema;
	if (isSchema(properties)) {
		result["properties"] = Object.fromEntries(
			Object.entries(properties).map(([name, field]) => [
				name,
				isSchema(field) ? describedField(field, source, path + name, name) : field,
			]),
		);
	}
	return result;
}

function describedField(field: JsonSchema, source: string, path: string, name: string): JsonSchema {
	const words = DESCRIPTIONS[`${source}.${path}`] ?? COMMON_FIELDS[name];
	return {
		...described(field, source, `${path}.`),
		...(words && !field["description"] && { description: words }),
	};
}

function isSchema(value: unknown): value is JsonSchema {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
