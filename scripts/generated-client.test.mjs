import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectNode, root, run } from "./lib/run.mjs";
import { serveForTest } from "./lib/serve-for-test.mjs";

// What third parties do with the OpenAPI document: make a client of it, compile that, and take an assessment.

const example = join(root, "examples", "generated-client");
// Within the example, so that its packages are found from there.
mkdirSync(join(example, "dist"), { recursive: true });
const work = mkdtempSync(join(example, "dist", "test-"));
/** @type {Awaited<ReturnType<typeof serveForTest>>} */
let server;

beforeAll(async () => {
	server = await serveForTest(join(work, "server.db"));
	const document = await fetch(`${server.url}/api/v2/openapi.json`);
	writeFileSync(join(work, "openapi.json"), await document.text());
	cpSync(join(example, "src"), work, { recursive: true });
	writeFileSync(join(work, "package.json"), JSON.stringify({ type: "module" }));
});
afterAll(() => {
	server.stop();
	rmSync(work, { recursive: true, force: true });
});

const STRICTEST = ["--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes"];

function typeCheck(/** @type {string} */ file, /** @type {readonly string[]} */ stricter = STRICTEST) {
	const tsc = join(example, "node_modules", "typescript", "bin", "tsc");
	const flags = [
		...["--strict", "--noEmit", ...stricter],
		...["--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--types", "node"],
		...["--module", "preserve", "--allowImportingTsExtensions", "--skipLibCheck"],
	];
	return run(projectNode(), [tsc, ...flags, file], { cwd: work });
}

test("openapi-typescript makes types with which a whole assessment is taken", async () => {
	const generator = join(example, "node_modules", "openapi-typescript", "bin", "cli.js");
	const made = await run(projectNode(), [generator, "openapi.json", "--output", "api.ts"], { cwd: work });
	expect(made.ok, made.output).toBe(true);
	const checked = await typeCheck("take.ts");
	expect(checked.ok, checked.output).toBe(true);
	const taken = await run(projectNode(), ["take.ts", server.url], {
		cwd: work,
		timeoutMs: 60_000,
	});
	expect(taken.ok, taken.output).toBe(true);
	expect(taken.output).toMatch(/completed 200/);
});

test("the types of an error keep the codes of their operation apart", async () => {
	writeFileSync(
		join(work, "codes.ts"),
		`import type { paths } from "./api.ts";
type Problem = paths["/api/v2/answers/submit"]["post"]["responses"][404]["content"]["application/problem+json"];
export const fits: Problem["code"] = "session_not_found";
// @ts-expect-error: no reply of this operation carries it
export const strange: Problem["code"] = "hand_off_code_invalid";
`,
	);
	const checked = await typeCheck("codes.ts");
	expect(checked.ok, checked.output).toBe(true);
});

test("@hey-api/openapi-ts makes a client that compiles, with functions of speaking names", async () => {
	// npm puts it beside our TypeScript 7, which it does not work with. Here it finds the example's.
	const own = join(work, "node_modules", "@hey-api", "openapi-ts");
	cpSync(join(root, "node_modules", "@hey-api", "openapi-ts"), own, { recursive: true });
	const generator = join(own, "bin", "run.js");
	const made = await run(projectNode(), [generator, "--input", "openapi.json", "--output", "hey"], {
		cwd: work,
	});
	expect(made.ok, made.output).toBe(true);
	writeFileSync(
		join(work, "hey-use.ts"),
		'import { completeSession, startSession, submitAnswer, syncSession } from "./hey/sdk.gen";\nexport const all = [startSession, submitAnswer, syncSession, completeSession];\n',
	);
	// The code that it brings along does not compile under stricter flags, whatever the document.
	const checked = await typeCheck("hey-use.ts", []);
	expect(checked.ok, checked.output).toBe(true);
});
