import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type { JsonSchema } from "../../src/http/docs/openapi-schemas.ts";
import { countedLabels, labelOf } from "./label.ts";
import { askedOf, givenFor, rowOf } from "./rows.ts";
import type { Endpoint, World } from "./world.ts";

const NO_JSON = ["{", '{"a":1}x', "{'a':1}", "NaN", "\ufeff\ufeff{}", "a=1&b=2", "[".repeat(50_000)];
const OTHER_JSON = ["null", "[]", "[{}]", "1", '"text"', "true"];
const NO_UTF8 = Uint8Array.from([0x7b, 0x22, 0xff, 0xc0, 0x22, 0x3a, 0x31, 0x7d]);
const TOO_LARGE = JSON.stringify({ text: "x".repeat(1024 * 1024) });
/** Values of every type, and those at which texts and numbers break. */
const VALUES: readonly unknown[] = [
	null,
	true,
	-1,
	1.5,
	1e308,
	"",
	"x",
	"\u0000",
	"\ud800",
	"x".repeat(20_000),
	[],
	[null],
	{},
	{ type: "slider" },
	{ type: "none", value: 1 },
];

type Kind = { name: string; status: number; bodies: readonly unknown[]; headers?: Record<string, string> };

/** What becomes of bodies that are not as the document says: each cell of one row, by its column. */
export async function bodyCells(world: World, endpoint: Endpoint): Promise<Record<string, string>> {
	const row = rowOf(endpoint);
	const given = await givenFor(world, endpoint);
	const asked = askedOf(endpoint, given);
	const body = (asked.body ?? {}) as Record<string, unknown>;
	const isOptional = endpoint.operation.requestBody?.required === false;
	const cells: Record<string, string> = {};
	const kinds: Kind[] = [
		{ name: "not JSON", status: 400, bodies: NO_JSON },
		{ name: "not UTF-8", status: 400, bodies: [NO_UTF8] },
		{ name: "other JSON", status: 422, bodies: OTHER_JSON },
		{ name: "a field missing", status: 422, bodies: withoutFields(world, endpoint, body) },
		{ name: "a field of another type", status: 422, bodies: withWrongFields(world, endpoint, body) },
		{
			name: "an unknown field",
			status: 422,
			bodies: [
				{ ...body, colour: "red" },
				`{"__proto__":{"a":1},${JSON.stringify(body).slice(1)}`.replace(",}", "}"),
				{ ...body, constructor: 1 },
			],
		},
		{ name: "over 1 MiB", status: 413, bodies: [TOO_LARGE] },
		{ name: "compressed", status: 415, bodies: [body], headers: { "Content-Encoding": "gzip" } },
		{ name: "no body", status: isOptional ? 0 : 422, bodies: [undefined, ""] },
	];
	for (const { name, status, bodies, headers } of kinds) {
		const label = async (one: unknown) => {
			const reply = await world.ask({ ...asked, body: one, headers: { ...asked.headers, ...headers } });
			const told = labelOf(reply, row);
			// An operation of a batch is judged by itself.
			const isRefused = reply.status === status || told === "200 (refused)";
			const where = `${endpoint.name}, ${name}: ${JSON.stringify(one)?.slice(0, 200)}`;
			if (status !== 0) expect([where, isRefused ? status : reply.status]).toEqual([where, status]);
			return told;
		};
		const labels = await Promise.all(bodies.map(label));
		cells[name] = countedLabels(labels);
	}
	return cells;
}

function schemaOf({ document }: World, { operation }: Endpoint): JsonSchema {
	const reference = String(operation.requestBody?.content["application/json"]?.schema["$ref"]);
	return document.components.schemas[reference.split("/").at(-1) ?? ""] ?? {};
}

function withoutFields(world: World, endpoint: Endpoint, body: Readonly<Record<string, unknown>>) {
	const required = (schemaOf(world, endpoint)["required"] ?? []) as string[];
	return required.map((name) => Object.fromEntries(Object.entries(body).filter(([key]) => key !== name)));
}

/** For each field each value that the document does not allow there. */
function withWrongFields(world: World, endpoint: Endpoint, body: Readonly<Record<string, unknown>>) {
	const schema = schemaOf(world, endpoint);
	const ajv = new Ajv2020({ strict: false, validateFormats: false });
	ajv.addSchema({ $id: "api", components: world.document.components });
	const relocated = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
	const isValid = ajv.compile(JSON.parse(relocated) as JsonSchema);
	const fields = Object.keys((schema["properties"] ?? {}) as object);
	return fields
		.flatMap((name) => VALUES.map((value) => ({ ...body, [name]: value })))
		.filter((wrong) => !isValid(wrong));
}
