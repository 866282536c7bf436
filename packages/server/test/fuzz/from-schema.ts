import fc from "fast-check";
import type { JsonSchema } from "../../src/http/docs/openapi-schemas.ts";

type Schemas = Readonly<Record<string, JsonSchema>>;

/**
 * Texts of every code point, halves of surrogate pairs too. fast-check's own unit "binary" fills a map of a million
 * entries first: seconds, and 200 MB.
 */
export const anyText = fc.string({
	unit: fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
});
const smallInteger = fc.integer({ min: 0, max: 10 });
const someNumber = fc.oneof(fc.integer({ min: -1, max: 110 }), fc.double());

/** Values that break programs which trust their input. */
export const HOSTILE: fc.Arbitrary<unknown> = fc.oneof(
	fc.jsonValue(),
	fc.constantFrom<unknown>(
		null,
		"",
		" ",
		"\u0000",
		"\ud800",
		"\u202e",
		"__proto__",
		"constructor",
		"' or 1=1; --",
		"=1+1",
		"9".repeat(400),
		-0,
		2 ** 31,
		2 ** 53 + 2,
		-1,
		1e308,
		0.1,
		[],
		{},
		[[[[]]]],
		true,
	),
);

/** A value as a part of an address. Not `String(value)`: an object may have a `toString` that is no function. */
export function textOf(value: unknown): string {
	return (typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined")).toWellFormed();
}

/** Bodies that mostly fit a schema: well-formed ones, and ones with a hostile value somewhere. */
export function bodyFor(
	schema: JsonSchema,
	schemas: Schemas,
	known: Readonly<Record<string, fc.Arbitrary<unknown>>>,
) {
	const fitting = (part: JsonSchema): fc.Arbitrary<unknown> => {
		const reference = part["$ref"];
		if (typeof reference === "string") return fitting(schemas[reference.split("/").at(-1) ?? ""] ?? {});
		if ("const" in part) return fc.constant(part["const"]);
		if (Array.isArray(part["enum"])) return fc.constantFrom<unknown>(...part["enum"]);
		const union = part["anyOf"] ?? part["oneOf"];
		if (Array.isArray(union)) return fc.oneof(...union.map((option: JsonSchema) => sometimesHostile(option)));
		return byType(part);
	};

	const byType = (part: JsonSchema): fc.Arbitrary<unknown> => {
		switch (part["type"]) {
			case "object":
				return object(part);
			case "array":
				return fc.array(sometimesHostile((part["items"] ?? {}) as JsonSchema), { maxLength: 5 });
			case "string":
				return "pattern" in part ? patternText : anyText;
			case "integer":
				return smallInteger;
			case "number":
				return someNumber;
			case "boolean":
				return fc.boolean();
			case "null":
				return fc.constant(null);
			default:
				return HOSTILE;
		}
	};

	const object = (part: JsonSchema): fc.Arbitrary<unknown> => {
		const properties = Object.entries((part["properties"] ?? {}) as Schemas);
		const fields = properties.map(([name, field]) => [name, known[name] ?? sometimesHostile(field)] as const);
		const required = new Set((part["required"] ?? []) as string[]);
		return fc
			.tuple(
				fc.record(Object.fromEntries(fields.filter(([name]) => required.has(name)))),
				fc.record(Object.fromEntries(fields.filter(([name]) => !required.has(name))), { requiredKeys: [] }),
				fc.option(fc.constantFrom(...required, "__proto__"), { freq: 30 }),
			)
			.map(([all, some, without]) => {
				const value: Record<string, unknown> = { ...all, ...some };
				if (without !== null) delete value[without];
				return value;
			});
	};

	const sometimesHostile = (part: JsonSchema): fc.Arbitrary<unknown> =>
		fc.oneof({ weight: 30, arbitrary: fc.constant(part).chain(fitting) }, { weight: 1, arbitrary: HOSTILE });

	return sometimesHostile(schema);
}

/** Most values are usual ones; the edges of what is allowed come often enough to be met. */
function orEdge(usual: fc.Arbitrary<string>, ...edges: string[]): fc.Arbitrary<string> {
	return fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...edges) });
}

const uuid = orEdge(
	fc.uuid({ version: 4 }),
	"00000000-0000-0000-0000-000000000000",
	"00000000-0000-8000-8000-000000000001",
	"ffffffff-ffff-ffff-ffff-ffffffffffff",
);
const instant = orEdge(
	fc
		.date({ min: new Date("1970-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
		.map((date) => date.toISOString()),
	"0000-01-01T00:00:00.000Z",
	"0001-01-01T00:00:00.000Z",
	"9999-12-31T23:59:59.999Z",
);
const patternText = fc.oneof(uuid, instant, fc.string());
