import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { publishedSchemas } from "./write-schema.ts";

const content = (path: string) => readFile(new URL(`../../../../content/${path}`, import.meta.url), "utf8");

test.each(Object.entries(publishedSchemas()))(
	"%s is current (else: node packages/server/src/assessments/write-schema.ts)",
	async (name, schema) => {
		expect(JSON.parse(await content(name))).toEqual(JSON.parse(JSON.stringify(schema)));
	},
);

test.each([
	["assessment.schema.json", "career-rhythm/assessment.json", true],
	["scoring.schema.json", "career-rhythm/scoring.json", true],
	["assessment.schema.json", "sampler/assessment.json", true],
	["assessment.schema.json", "career-rhythm/scoring.json", false],
])("an editor that knows %s judges %s as we do: %s", async (schema, file, sound) => {
	const validate = new Ajv2020({ strict: false }).compile(JSON.parse(await content(schema)));
	expect(validate(JSON.parse(await content(file)))).toBe(sound);
});
