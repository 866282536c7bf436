import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { npmEnvironment, root, run, tail, tool } from "./run.mjs";

/** The packages that third parties get, in the order in which they build on each other. */
const PACKED = ["core", "client"];

/**
 * Builds `packages/core` and `packages/client` as JavaScript modules with declarations, and packs each with a
 * `package.json` that names what was built. In the repository they are used from source: what is packed is a
 * copy.
 *
 * @param {string} into the folder for the tarballs
 * @returns {Promise<string[]>} the tarballs
 * @throws {Error} with what a tool said
 */
export async function packEngine(into) {
	// Within the project, so that the types of the packages at hand are found from there.
	const cache = join(root, "node_modules", ".cache", "carhythm");
	mkdirSync(cache, { recursive: true });
	const staging = mkdtempSync(join(cache, "pack-"));
	try {
		mkdirSync(into, { recursive: true });
		const tarballs = [];
		for (const name of PACKED) tarballs.push(await packOne(name, staging, into));
		return tarballs;
	} finally {
		rmSync(staging, { recursive: true, force: true });
	}
}

/**
 * Packs the engine and installs it in a folder as npm would, without a registry.
 *
 * @param {string} folder
 * @param {readonly string[]} beside what else the folder needs of the packages at hand
 */
export async function installEngine(folder, beside = []) {
	const modules = join(folder, "node_modules");
	for (const tarball of await packEngine(join(folder, "tarballs"))) {
		const own = join(modules, "@carhythm", tarball.includes("carhythm-core") ? "core" : "client");
		mkdirSync(own, { recursive: true });
		await orThrow("tar", ["-xzf", tarball, "-C", own, "--strip-components=1"]);
	}
	for (const name of ["zod", "idb", ...beside]) {
		cpSync(join(root, "node_modules", name), join(modules, name), { recursive: true, dereference: true });
	}
}

async function packOne(
	/** @type {string} */ name,
	/** @type {string} */ staging,
	/** @type {string} */ into,
) {
	const source = join(root, "packages", name);
	const copy = join(staging, name);
	mkdirSync(copy);
	await compile(source, copy, staging);
	if (name === "client") await bundleForPages(source, join(copy, "dist", "browser"));
	const declared = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
	writeFileSync(join(copy, "package.json"), `${JSON.stringify(manifestOf(declared), null, "\t")}\n`);
	cpSync(join(source, "README.md"), join(copy, "README.md"));
	cpSync(join(root, "LICENSE"), join(copy, "LICENSE"));
	await orThrow("npm", ["pack", copy, "--pack-destination", into, "--loglevel", "error"], npmEnvironment());
	return join(into, `carhythm-${name}-${declared.version}.tgz`);
}

/** Compiles the sources, without their tests, into `dist` of the copy. */
async function compile(
	/** @type {string} */ source,
	/** @type {string} */ copy,
	/** @type {string} */ staging,
) {
	const dist = join(copy, "dist");
	const core = join(staging, "core", "dist");
	const config = join(copy, "tsconfig.json");
	const options = {
		noEmit: false,
		declaration: true,
		rewriteRelativeImportExtensions: true,
		rootDir: join(source, "src"),
		outDir: dist,
		// The declarations just made of core, so that its sources are not compiled once more.
		paths: {
			"@carhythm/core": [join(core, "index.d.ts")],
			"@carhythm/core/schema": [join(core, "schema", "zod.d.ts")],
		},
	};
	const exclude = ["**/*.test.ts", "**/testing/**"].map((pattern) => join(source, "src", pattern));
	const project = {
		extends: join(source, "tsconfig.json"),
		compilerOptions: options,
		include: [join(source, "src")],
		exclude,
	};
	writeFileSync(config, JSON.stringify(project));
	await orThrow(tool("tsc"), ["--project", config, "--pretty", "false"]);
	rmSync(config);
	for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
		const path = join(dist, file);
		if (file.endsWith(".d.ts")) rewrite(path, /(from |import\()"(\.{1,2}\/[^"]+)\.ts"/g, '$1"$2.js"');
		// esbuild does not see across modules that these calls do nothing but make a schema, and would keep the
		// schemas that nobody uses.
		else if (file.endsWith(".js")) rewrite(path, /\b(?=(?:z\.\w+|onPage|schemasOf)\()/g, "/* @__PURE__ */ ");
	}
}

function rewrite(/** @type {string} */ path, /** @type {RegExp} */ what, /** @type {string} */ by) {
	writeFileSync(path, readFileSync(path, "utf8").replace(what, by));
}

/** The one file that a page imports without a build. */
function bundleForPages(/** @type {string} */ source, /** @type {string} */ outDir) {
	return build({
		configFile: false,
		logLevel: "error",
		build: {
			outDir,
			target: "es2022",
			lib: { entry: join(source, "src", "browser.ts"), formats: ["es"], fileName: "carhythm" },
			rolldownOptions: { output: { codeSplitting: false, minify: true } },
		},
	});
}

/**
 * @param {Record<string, any>} declared
 * @returns {Record<string, unknown>} the manifest of what is packed
 */
function manifestOf(declared) {
	const { private: _private, devDependencies: _development, exports, imports, ...rest } = declared;
	const { "./testing": _testing, ...open } = builtOf(exports);
	const page = { ...open["./browser"], default: "./dist/browser/carhythm.js" };
	return {
		...rest,
		exports: { ...open, ...(open["./browser"] && { "./browser": page }), "./package.json": "./package.json" },
		...(imports && { imports: builtOf(imports) }),
		files: ["dist"],
	};
}

/**
 * @param {Record<string, string | Record<string, string>>} entries
 * @returns {Record<string, Record<string, string>>}
 */
function builtOf(entries) {
	return Object.fromEntries(
		Object.entries(entries).map(([name, target]) => {
			const conditions = typeof target === "string" ? { default: target } : target;
			const built = Object.entries(conditions).map(([condition, path]) => [
				condition,
				builtPath(path, ".js"),
			]);
			return [name, { types: builtPath(conditions["default"] ?? "", ".d.ts"), ...Object.fromEntries(built) }];
		}),
	);
}

function builtPath(/** @type {string} */ path, /** @type {string} */ extension) {
	return path.replace("./src/", "./dist/").replace(/\.ts$/, extension);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
async function orThrow(command, args, env) {
	const result = await run(command, args, env ? { env } : {});
	if (!result.ok) throw new Error(`${[command, ...args].join(" ")}\n${tail(result.output)}`);
}
