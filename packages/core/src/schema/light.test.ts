import fc from "fast-check";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import * as core from "../index.ts";
import * as zod from "./zod.ts";

// Every schema of core, made by zod and made by the light library as a bundler for browsers picks it: one
// verdict and one result for whatever comes.

type Schema = zod.ZodMiniType;
const isSchema = (value: unknown): value is Schema =>
	typeof value === "object" && value !== null && "safeParse" in value;
const schemas = Object.entries<unknown>(core).filter((entry): entry is [string, Schema] =>
	isSchema(entry[1]),
);

let light: Record<string, { safeParse(value: unknown): { success: boolean; data?: unknown } }>;

beforeAll(async () => {
	const built = await build({
		configFile: false,
		logLevel: "error",
		build: {
			write: false,
			minify: false,
			lib: { entry: new URL("../index.ts", import.meta.url).pathname, formats: ["es"], fileName: "core" },
		},
	});
	const output = [built].flat().flatMap((bundle) => ("output" in bundle ? bundle.output : []));
	const code = output.map((file) => (file.type === "chunk" ? file.code : "")).join("");
	expect(code).not.toContain("ZodMiniType");
	light = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
});

const TEXTS = [
	"",
	" padded ",
	"a-key",
	"7GK2M-9XQ4T",
	"0b0e5f0a-93a1-4c8e-8d0c-3f3f0c7f5a11",
	"0B0E5F0A-93A1-4C8E-8D0C-3F3F0C7F5A12",
	"00000000-0000-8000-8000-000000000001",
	"2026-11-22T08:46:19.123Z",
	"2026-02-30T08:46:19.123Z",
	"someone@example.org",
	"lone \ud800 half",
	"x".repeat(300),
];

const junk = fc.oneof(
	fc.constantFrom<unknown>(null, undefined, 0, -1.5, Number.NaN, 2 ** 60, true, "", [], {}, ...TEXTS),
	fc.jsonValue(),
);

type Def = {
	type: string;
	values?: unknown[];
	entries?: Record<string, unknown>;
	element?: Schema;
	shape?: Record<string, Schema>;
	catchall?: Schema;
	options?: Schema[];
	innerType?: Schema;
	valueType?: Schema;
	in?: Schema;
};

/** Values that mostly fit, with a part here and there that does not. */
function valueFor(schema: Schema): fc.Arbitrary<unknown> {
	return fc.oneof({ weight: 80, arbitrary: fitting(schema) }, { weight: 1, arbitrary: junk });
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
	const def = schema._zod.def as Def;
	const inner = () => valueFor(def.innerType ?? schema);
	switch (def.type) {
		case "string":
		case "custom":
			return textFor(schema);
		case "pipe":
			return textFor(schema);
		case "number":
			return fc.integer({ min: 0, max: 5 });
		case "boolean":
			return fc.boolean();
		case "literal":
			return fc.constantFrom(...(def.values ?? []));
		case "enum":
			return fc.constantFrom(...Object.values(def.entries ?? {}));
		case "array":
			return def.element ? fc.array(valueFor(def.element), { maxLength: 3 }) : junk;
		case "object":
			return objectFor(def);
		case "record":
			return def.valueType ? fc.dictionary(fc.constantFrom("7", "8", "x"), valueFor(def.valueType)) : junk;
		case "union":
			return fc.oneof(...(def.options ?? []).map(valueFor));
		case "optional":
		case "default":
			return fc.oneof(inner(), fc.constant(undefined));
		case "nullable":
			return fc.oneof(inner(), fc.constant(null));
		case "unknown":
			return fc.jsonValue();
		default:
			throw new Error(`The light library has no ${def.type}.`);
	}
}

function textFor(schema: Schema): fc.Arbitrary<unknown> {
	const fit = TEXTS.filter((text) => zod.safeParse(schema, text).success);
	return fc.constantFrom(...(fit.length > 0 ? fit : TEXTS));
}

function objectFor({ shape = {}, catchall }: Def): fc.Arbitrary<unknown> {
	const fields = Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, valueFor(field)]));
	const optional = new Set(
		Object.entries(shape).flatMap(([key, { _zod }]) => (_zod.optin === undefined ? [] : [key])),
	);
	const requiredKeys = Object.keys(shape).filter((key) => !optional.has(key));
	const whole = fc.record(fields, { requiredKeys });
	if (catchall) return whole;
	return fc
		.tuple(whole, fc.boolean())
		.map(([value, isMore]) => (isMore ? { ...value, not_of_the_schema: 1 } : value));
}

describe("the light schemas of browsers", () => {
	it.each(schemas)("%s takes and refuses what zod takes and refuses", (name, schema) => {
		const verdicts = new Set<boolean>();
		fc.assert(
			fc.property(
				fc.oneof({ weight: 9, arbitrary: valueFor(schema) }, { weight: 1, arbitrary: junk }),
				(value) => {
					const expected = zod.safeParse(schema, value);
					const met = light[name]?.safeParse(value);
					expect(met?.success).toBe(expected.success);
					if (expected.success) expect(met?.data).toStrictEqual(expected.data);
					verdicts.add(expected.success);
				},
			),
			{ numRuns: 150 },
		);
		expect(verdicts, "values that fit were tried, and values that do not").toEqual(new Set([true, false]));
	});

	it("keep what a newer server adds to a text, where zod refuses it", () => {
		const newer = { en: "Yes", fr: "Oui" };
		expect(core.LocalizedText.safeParse(newer).success).toBe(false);
		expect(light["LocalizedText"]?.safeParse(newer)).toEqual({ success: true, data: newer });
	});
});
