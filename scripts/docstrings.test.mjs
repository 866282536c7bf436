import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDocstrings } from "./lib/docstrings.mjs";
import { root } from "./lib/run.mjs";

test("the sentences of the OpenAPI document are those of core's comments: node scripts/descriptions.mjs brings them up to date", () => {
	const written = readFileSync(join(root, "packages/server/src/http/docs/descriptions.ts"), "utf8");
	const docs = readDocstrings(join(root, "packages/core/src"));
	expect(docs["SyncRequest.sent_at"]).toBe("The device's clock when the request was sent.");
	expect(docs["DraftRecord."]).toMatch(/^Something half-done/);
	const lines = written.match(/^\t"/gm) ?? [];
	expect(lines).toHaveLength(Object.keys(docs).length);
	for (const [field, text] of Object.entries(docs)) {
		expect(written).toContain(JSON.stringify(field));
		expect(written.includes(JSON.stringify(text)) || written.includes(`'${text}'`), field).toBe(true);
	}
});
