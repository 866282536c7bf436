import type * as z from "zod/mini";

/**
 * The fields of a request that its schema does not know, each with a JSON pointer: what was given and is
 * missing in what was parsed. `{"replace": id}` for `replaces` would otherwise start a session and set none
 * aside, without a word.
 */
export function unknownFields(
	given: unknown,
	parsed: unknown,
	schema?: z.ZodMiniType,
): { pointer: string; detail: string }[] {
	const known = schema && fieldsOf(schema);
	return pathsBeyond(given, parsed).map((path) => ({
		pointer: path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""),
		detail:
			path.length === 1 && known
				? `is not a field of this request, which takes ${known.join(", ")}`
				: "is not a field that is known here",
	}));
}

function pathsBeyond(given: unknown, parsed: unknown): string[][] {
	if (Array.isArray(given) && Array.isArray(parsed)) {
		return given.flatMap((item, n) => pathsBeyond(item, parsed[n]).map((path) => [String(n), ...path]));
	}
	if (!isObject(given) || !isObject(parsed)) return [];
	return Object.keys(given).flatMap((name) =>
		Object.hasOwn(parsed, name)
			? pathsBeyond(given[name], parsed[name]).map((path) => [name, ...path])
			: [[name]],
	);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The names of an object's fields; undefined for a schema of another kind. */
function fieldsOf(schema: z.ZodMiniType): string[] | undefined {
	const { def } = schema._zod;
	return "shape" in def && isObject(def.shape) ? Object.keys(def.shape) : undefined;
}
