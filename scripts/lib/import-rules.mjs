import { checkCycles, checkFolderCycles, resolvePath } from "./import-cycles.mjs";
import { importsOf, lineOf, readSource } from "./source-text.mjs";

/**
 * The rules of ARCHITECTURE.md about who may import what, as a program.
 *
 * @typedef {{ path: string, source: string }} SourceFile
 * @typedef {{ path: string, line: number, problem: string }} Violation
 * @typedef {import("./source-text.mjs").SourceText} SourceText
 * @typedef {SourceFile & { text: SourceText, inPackage: string | undefined, isSupport: boolean, isTest:
 *   boolean }} ReadFile
 */

export const lineBudget = 400;

/**
 * What shipped code of each package may import besides its own files. The server may also use its own
 * dependencies.
 */
const allowedImports = {
	core: [/^zod\/mini$/],
	client: [/^@carhythm\/core$/, /^idb$/],
	server: [/^@carhythm\/core$/, /^node:/],
	ui: [/^@carhythm\/core$/, /^preact(\/|$)/, /^@preact\/signals$/, /^@fontsource(-variable)?\//],
	student: [
		/^@carhythm\/(core|client|ui)$/,
		/^@carhythm\/ui\/(base\.css|format)$/,
		/^preact(\/|$)/,
		/^@preact\/signals$/,
		/^uqr$/,
	],
};

/** Where the server meets real clients: what is proven there is what both do together, over every kind of network. */
const meetsClients = /^packages\/server\/test\//;

/**
 * A disk whose power can be cut, for tests under the server and under the browser alike. It knows nothing of
 * either.
 */
const sharedByTests = /^packages\/server\/test\/campaigns\/a-disk\.ts$/;

/** Tests, tool configurations and benches may use tools as well, but cross no border between packages. */
const supportFile = /\.test\.[a-z]+$|\/(e2e|test|testing|bench)\/|\.config\.ts$/;
const testFile = /\.test\.[a-z]+$|\/e2e\/|\.spec\.[a-z]+$/;

/** The words by which code reaches outside itself. core has none of them: time and chance come in as arguments. */
const impure =
	/(?<![\w$.])(?:Date\.now\b|new\s+Date\s*(?:\(\s*\)|(?![\s(\w]))|(?<!new\s+)Date\s*\(|Math\.random\b|performance\.now\b|(?:fetch|setTimeout|setInterval|queueMicrotask)\s*\(|(?:process|window|document|globalThis|crypto|localStorage|console)\s*[.[])/g;

const focusedOrSkipped = /\b(?:test|it|describe)(?:\.\w+)*\.(?:only|skip|todo|fixme)\b/g;
const dialectWord = /^(?:sqlite|postgres|postgresql):?$/;
const driver = /^(?:better-sqlite3|pg)(?:\/|$)/;
const dialectFile =
	/^packages\/server\/src\/(?:db\/(?:(?:sqlite|postgres)\/.*|open|dialect)\.ts$|migrations\/)/;

/**
 * All that http/ may import of db/: the interface `Store`, and what both sides say and compute alike. No file
 * that reads or writes.
 */
const askedByHttp = /^packages\/server\/src\/db\/(?:store|sessions\/(?:refusals|expiry))\.ts$/;

/**
 * @param {readonly SourceFile[]} sources every source file of the project, by its path from the root with `/`
 * @param {Readonly<Record<string, readonly string[]>>} dependencies what each package.json lists, by package
 * @returns {Violation[]}
 */
export function checkImports(sources, dependencies) {
	const files = sources.map(read);
	const known = new Set(files.map((file) => file.path));
	return [
		...files.flatMap((file) => [
			...checkSpecifiers(file, known, dependencies),
			...checkWords(file),
			...checkLength(file),
		]),
		...checkCycles(files),
		...checkFolderCycles(files.filter((file) => !file.isSupport)),
	].sort((a, b) => a.path.localeCompare(b.path) || a.line - b.line);
}

/** @returns {ReadFile} */
function read(/** @type {SourceFile} */ file) {
	return {
		...file,
		text: readSource(file.source),
		inPackage: packageOf(file.path),
		isSupport: supportFile.test(file.path),
		isTest: testFile.test(file.path),
	};
}

/**
 * @param {ReadFile} file
 * @param {ReadonlySet<string>} known
 * @param {Readonly<Record<string, readonly string[]>>} dependencies
 * @returns {Violation[]}
 */
function checkSpecifiers(file, known, dependencies) {
	return importsOf(file.text).flatMap(({ specifier, offset }) => {
		const problem = specifier.startsWith(".")
			? checkRelative(file, specifier, known)
			: checkPackage(file, specifier, dependencies);
		return problem === undefined ? [] : [{ path: file.path, line: lineOf(file.source, offset), problem }];
	});
}

/**
 * @param {ReadFile} file
 * @param {string} specifier
 * @param {ReadonlySet<string>} known
 */
function checkRelative(file, specifier, known) {
	const target = resolvePath(file.path, specifier);
	const isShared = file.isSupport && sharedByTests.test(target);
	if (file.inPackage !== undefined && packageOf(target) !== file.inPackage && !isShared) {
		return `imports ${specifier}, which is outside its package; import another package by its name`;
	}
	if (!/\.[a-z0-9]+(\?[a-z]+)?$/.test(specifier)) return `imports ${specifier} without its extension`;
	if (/\.(?:ts|tsx|mjs)$/.test(target) && !known.has(target))
		return `imports ${specifier}, which does not exist`;
	if (!file.isSupport) {
		if (isAroundStore(file.path, target)) {
			return `imports ${specifier}; http/ asks Store of db/store.ts, and imports of db/ only that, sessions/refusals.ts and sessions/expiry.ts`;
		}
		if (supportFile.test(target)) return `imports ${specifier}, which is only for tests`;
	}
	return undefined;
}

/**
 * @param {ReadFile} file
 * @param {string} specifier
 * @param {Readonly<Record<string, readonly string[]>>} dependencies
 */
function checkPackage(file, specifier, dependencies) {
	if (/^@carhythm\/[^/]+\/(?!base\.css$|format$)/.test(specifier)) {
		return `imports ${specifier}, the inside of another package; import the package itself`;
	}
	const name = /** @type {keyof typeof allowedImports | undefined} */ (file.inPackage);
	if (name === undefined || !(name in allowedImports)) return undefined;
	if (meetsClients.test(file.path) && specifier === "@carhythm/client") return undefined;
	if (
		specifier.startsWith("@carhythm/") &&
		!allowedImports[name].some((allowed) => allowed.test(specifier))
	) {
		return `imports ${specifier}, which ${name} must not know`;
	}
	if (file.isSupport) return undefined;
	if (name === "server") {
		if (driver.test(specifier) && !dialectFile.test(file.path)) {
			return `imports the driver ${specifier}; only db/open.ts, db/dialect.ts, db/sqlite, db/postgres and the migrations may`;
		}
		if (/^kysely(\/|$)/.test(specifier) && file.path.startsWith("packages/server/src/http/")) {
			return "imports kysely; http/ asks db/ instead";
		}
		if (dependencies["server"]?.includes(packageName(specifier))) return undefined;
	}
	if (allowedImports[name].some((allowed) => allowed.test(specifier))) return undefined;
	return `imports ${specifier}, which is not among what ${name} may import`;
}

/** @returns {Violation[]} */
function checkWords(/** @type {ReadFile} */ file) {
	/** @type {Violation[]} */
	const found = [];
	const report = (/** @type {number} */ offset, /** @type {string} */ problem) =>
		found.push({ path: file.path, line: lineOf(file.source, offset), problem });
	const each = (/** @type {RegExp} */ pattern, /** @type {(word: string) => string} */ problem) => {
		for (const match of file.text.code.matchAll(pattern)) report(match.index, problem(match[0]));
	};

	if (file.isTest) each(focusedOrSkipped, (word) => `says ${word}; a test runs or goes`);
	if (file.isSupport || file.inPackage === undefined) return found;
	if (file.inPackage === "core") {
		each(impure, (word) => `says ${word.trim()}; core gets time, chance and the world as arguments`);
	}
	if (file.path !== "packages/server/src/config.ts") {
		each(/\bprocess\s*\.\s*env\b/g, () => "reads process.env; only server/src/config.ts does");
	}
	if (file.inPackage === "server" && !dialectFile.test(file.path)) {
		for (const literal of file.text.strings) {
			if (dialectWord.test(literal.value)) {
				report(
					literal.start,
					`names the dialect "${literal.value}"; only db/open.ts, db/dialect.ts, db/sqlite, db/postgres and the migrations may`,
				);
			}
		}
	}
	return found;
}

/** @returns {Violation[]} */
function checkLength(/** @type {ReadFile} */ file) {
	const lines = file.source.trimEnd().split("\n").length;
	if (lines <= lineBudget) return [];
	return [
		{ path: file.path, line: lineBudget + 1, problem: `has ${lines} lines; the budget is ${lineBudget}` },
	];
}

function packageOf(/** @type {string} */ path) {
	return /^packages\/([^/]+)\//.exec(path)?.[1];
}

/**
 * @param {string} from
 * @param {string} target
 */
function isAroundStore(from, target) {
	return (
		from.startsWith("packages/server/src/http/") &&
		target.startsWith("packages/server/src/db/") &&
		!askedByHttp.test(target)
	);
}

function packageName(/** @type {string} */ specifier) {
	return specifier
		.split("/")
		.slice(0, specifier.startsWith("@") ? 2 : 1)
		.join("/");
}
