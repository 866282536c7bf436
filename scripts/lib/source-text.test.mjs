import { describe, expect, it } from "vitest";
import { importsOf, readSource } from "./source-text.mjs";

/** @returns {string[]} */
function specifiersOf(/** @type {string} */ source) {
	return importsOf(readSource(source)).map((found) => found.specifier);
}

describe("readSource", () => {
	it("finds every way of importing", () => {
		const source = [
			'import a from "one";',
			"import { b,\n c } from 'two';",
			'import "three";',
			'export * from "four";',
			'import type { D } from "five";',
			'const e = await import("six");',
			"const f = import(`seven`);",
		].join("\n");
		expect(specifiersOf(source)).toEqual(["one", "two", "three", "four", "five", "six", "seven"]);
	});

	it("takes no import from a comment or out of a string", () => {
		const source = [
			'// import "a";',
			'/* import "b"; */',
			"const c = 'import \"d\"';",
			'const e = `from "f" ${x} from "g"`;',
		].join("\n");
		expect(specifiersOf(source)).toEqual([]);
	});

	it("sees the code inside a template's substitution, however deep", () => {
		const { code } = readSource('`a ${ f({ b: `c ${Date.now()} d` }) } Math.random`; import "z";');
		expect(code).toContain("Date.now()");
		expect(code).not.toContain("Math.random");
		expect(specifiersOf('`a ${ f({ b: `c ${1} d` }) } e`; import "z";')).toEqual(["z"]);
	});

	it("is not led astray by quotes in regular expressions, by divisions or by the running text of TSX", () => {
		expect(specifiersOf("const quote = /[\"'/`]/g;\nimport 'after';")).toEqual(["after"]);
		expect(specifiersOf("const half = (a + b) / 2; const x = c / d;\nimport 'after';")).toEqual(["after"]);
		expect(specifiersOf("const p = <p>Don't</p>;\nimport 'after';")).toEqual(["after"]);
		expect(specifiersOf("const p = <Page title={t} />;\nimport 'after';")).toEqual(["after"]);
	});

	it("keeps lines and columns where they were", () => {
		const source = 'const a = "x\\"y"; // note\n/* two\nlines */ const b = `z\n${a}`;';
		const { code } = readSource(source);
		expect(code).toHaveLength(source.length);
		expect(code.split("\n").map((line) => line.length)).toEqual(
			source.split("\n").map((line) => line.length),
		);
		expect(code).not.toContain("note");
	});
});
