import { writeFile } from "node:fs/promises";
import * as z from "zod/mini";
import { AssessmentFile, ScoringFile } from "./file.ts";

const CONTENT = new URL("../../../../content/", import.meta.url);

/** The published JSON Schemas by their place in `content/`; editors check and complete assessment files with them. */
export function publishedSchemas(): Record<string, object> {
	return {
		"assessment.schema.json": describe("CaRhythm assessment", AssessmentFile),
		"scoring.schema.json": describe("CaRhythm scoring key", ScoringFile),
	};
}

function describe(title: string, schema: z.core.$ZodType): object {
	const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" });
	return { $schema, title, ...rest };
}

if (import.meta.main) {
	for (const [name, schema] of Object.entries(publishedSchemas())) {
		await writeFile(new URL(name, CONTENT), `${JSON.stringify(schema, null, "\t")}\n`);
	}
}
