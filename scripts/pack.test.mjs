import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { installEngine } from "./lib/pack.mjs";
import { projectNode, root, run } from "./lib/run.mjs";
import { serveForTest } from "./lib/serve-for-test.mjs";

// The engine as a stranger gets it: two tarballs in an empty folder, beside what npm would install with them.

/** The aim is 16 for what answering needs. What is left is the engine itself, without any schema library. */
const LARGEST_KB = 32;

const BUNDLE = /** @type {const} */ ({
	bundle: true,
	format: "esm",
	platform: "browser",
	target: "es2022",
	write: false,
	logLevel: "error",
});

const app = mkdtempSync(join(tmpdir(), "carhythm-stranger-"));
const modules = join(app, "node_modules");
/** @type {string[]} */
let packed = [];

beforeAll(async () => {
	await installEngine(app);
	const scope = join(modules, "@carhythm");
	packed = readdirSync(scope, { recursive: true, encoding: "utf8" });
	writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module" }));
	writeFileSync(join(app, "guide.ts"), guide());
	writeFileSync(join(app, "answering.ts"), ANSWERING);
});
afterAll(() => rmSync(app, { recursive: true, force: true }));

/** The snippets of the guide, one after the other: together they are a front end. */
function guide() {
	const text = readFileSync(join(root, "docs", "engine.md"), "utf8");
	const snippets = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = ""]) => code);
	expect(snippets.length).toBeGreaterThan(5);
	return snippets.join("\n");
}

const ANSWERING = `
import { createClient, openStorage } from "@carhythm/client";
import { answerTo, resumeIndex, sessionProgress } from "@carhythm/core";
const client = createClient({ storage: await openStorage() });
const { choice } = await client.resume();
const session = choice.kind === "continue" ? await client.open(choice) : await client.start({ language: "en" });
const at = session.index.places[resumeIndex(session.index, session.state)];
if (at) await session.answer(at.question.id, { type: "slider", value: 4 });
document.title = String([at && answerTo(session.state, at.question.id), sessionProgress(session.index, session.state)]);
`;

test("a tarball holds what was built, and no source or test", () => {
	const files = packed.filter((file) => /\.\w+$/.test(file));
	const strange = files.filter(
		(file) => !/^\w+\/(package\.json|README\.md|LICENSE|dist\/.+\.(js|d\.ts))$/.test(file),
	);
	expect(strange).toEqual([]);
	expect(files).toContain("core/dist/index.d.ts");
	expect(files).toContain("client/dist/browser/carhythm.js");
	for (const name of ["core", "client"]) {
		const {
			private: isPrivate,
			version,
			exports,
		} = JSON.parse(readFileSync(join(modules, "@carhythm", name, "package.json"), "utf8"));
		expect(isPrivate).toBeUndefined();
		expect(version).toMatch(/^\d+\.\d+\.\d+/);
		const targets = JSON.stringify(exports).match(/\.\/dist\/[^"]+/g) ?? [];
		for (const target of targets) expect(files).toContain(join(name, target));
	}
});

describe("the guide's snippets", () => {
	test.each([
		["TypeScript 7", "node_modules/typescript", "bundler"],
		["TypeScript 7 with Node's resolution", "node_modules/typescript", "nodenext"],
		["TypeScript 5", "examples/generated-client/node_modules/typescript", "nodenext"],
	])(
		"type-check under %s, as strict as can be, declarations of the engine included",
		async (_, compiler, resolution) => {
			const tsc = join(root, compiler, "bin", "tsc");
			const flags = [
				...["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noEmit"],
				...["--skipLibCheck", "false", "--target", "es2022", "--lib", "es2023,dom,dom.iterable"],
				...["--moduleResolution", resolution],
				...["--module", resolution === "bundler" ? "esnext" : "nodenext"],
			];
			const { ok, output } = await run(projectNode(), [tsc, ...flags, "guide.ts", "answering.ts"], {
				cwd: app,
			});
			expect(ok, output).toBe(true);
		},
	);

	test("run against a server: begin, answer, start fresh, undo, hand over", async () => {
		const server = await serveForTest(join(app, "guide.db"));
		try {
			const text = guide().replace("http://localhost:8000", server.url) + DRIVER;
			const { outputFiles } = await esbuild({
				...BUNDLE,
				stdin: { contents: text, resolveDir: app, loader: "ts" },
			});
			writeFileSync(join(app, "guide.mjs"), outputFiles[0]?.text ?? "");
			const { ok, output } = await run(projectNode(), ["guide.mjs"], { cwd: app, timeoutMs: 60_000 });
			expect(ok, output).toBe(true);
			expect(output).toContain("fresh: 0 answered");
			expect(output).toContain("undone: 1 answered");
			expect(output).toMatch(/code: \w{3}-\w{3}-\w{3}/);
			expect(output).toContain("elsewhere: not_the_api");
		} finally {
			server.stop();
		}
	});
});

/** What a page would call. */
const DRIVER = `
await session.flush();
await startFresh();
console.log("fresh:", session.state.answered, "answered");
await undo();
console.log("undone:", session.state.answered, "answered", await rescue());
console.log("code:", (await handOver()).code, typeof takeOver, typeof finish);
const elsewhere = createClient({ base_url: "data:text/plain,", storage: await openStorage() });
console.log("elsewhere:", await elsewhere.latestAssessment().catch(({ reason }) => reason));
process.exit(0);
`;

describe(`the whole engine is at most ${LARGEST_KB} kB gzip, hand-off, rescue and reset included`, () => {
	test("in esbuild", async () => {
		const { outputFiles } = await esbuild({
			...BUNDLE,
			entryPoints: [join(app, "answering.ts")],
			minify: true,
		});
		expectSmall(outputFiles.map(({ text }) => text).join(""));
	});

	test("in Vite", async () => {
		const built = await vite({
			root: app,
			configFile: false,
			logLevel: "error",
			build: {
				write: false,
				target: "es2022",
				modulePreload: false,
				rolldownOptions: { input: join(app, "answering.ts"), output: { codeSplitting: false } },
			},
		});
		const files = [built].flat().flatMap((bundle) => ("output" in bundle ? bundle.output : []));
		expectSmall(files.map((file) => (file.type === "chunk" ? file.code : "")).join(""));
	});

	test("in the file for pages without a build", () => {
		expectSmall(readFileSync(join(modules, "@carhythm/client/dist/browser/carhythm.js"), "utf8"));
	});
});

function expectSmall(/** @type {string} */ code) {
	expect(code).toContain("/api/v2/session/start");
	expect(code).toContain("#continue=");
	expect(code).not.toContain("ZodMini");
	const kb = gzipSync(code, { level: 9 }).length / 1000;
	console.log(`The engine: ${kb.toFixed(1)} kB gzip.`);
	expect(kb).toBeLessThanOrEqual(LARGEST_KB);
}
