/**
 * @typedef {object} SourceText
 * @property {string} code the source with comments and the insides of strings blanked, line for line and
 *   column for column
 * @property {readonly { start: number, value: string }[]} strings every string literal without substitutions, by the
 * position of its opening quote
 * @typedef {{ specifier: string, offset: number }} Import
 */

/** A `/` after one of these begins a regular expression; after anything else it divides or closes a tag. */
const beforeRegex = new Set("(,=:[!&|?{;+*%~^".split(""));

/**
 * Separates what a file says from what it quotes. Not a parser: enough of a lexer that a word in a comment or in a
 * string is never taken for code, also in TSX, whose running text may hold a lonely apostrophe.
 *
 * @param {string} source
 * @returns {SourceText}
 */
export function readSource(source) {
	const code = source.split("");
	/** @type {{ start: number, value: string }[]} */
	const strings = [];
	/** @type {number[]} the depth of braces at which each open template substitution ends */
	const templates = [];
	let depth = 0;
	let last = "";
	let at = 0;

	const blank = (/** @type {number} */ from, /** @type {number} */ to) => {
		for (let i = from; i < to; i += 1) if (code[i] !== "\n") code[i] = " ";
	};
	const template = (/** @type {number} */ start) => {
		const end = endOfTemplatePart(source, start + 1);
		blank(start + 1, end.at);
		if (end.substitutes) {
			templates.push(depth);
			at = end.at + 2;
			last = "{";
			return;
		}
		if (source[start] === "`") strings.push({ start, value: source.slice(start + 1, end.at) });
		at = end.at + 1;
		last = "`";
	};

	while (at < source.length) {
		const char = source[at] ?? "";
		const pair = source.slice(at, at + 2);
		if (pair === "//") {
			const end = indexOr(source, "\n", at);
			blank(at, end);
			at = end;
		} else if (pair === "/*") {
			const end = indexOr(source, "*/", at + 2) + 2;
			blank(at, end);
			at = end;
		} else if (char === "`") {
			template(at);
		} else if (char === "}" && templates.at(-1) === depth) {
			templates.pop();
			template(at);
		} else if (char === '"' || char === "'") {
			const end = endOfLiteral(source, at + 1, char);
			if (end !== undefined) {
				strings.push({ start: at, value: source.slice(at + 1, end) });
				blank(at + 1, end);
			}
			at = (end ?? at) + 1;
			last = char;
		} else if (char === "/" && beforeRegex.has(last)) {
			const end = endOfRegex(source, at + 1);
			if (end !== undefined) blank(at + 1, end);
			at = (end ?? at) + 1;
			last = "/";
		} else {
			if (char === "{") depth += 1;
			if (char === "}") depth -= 1;
			if (char.trim() !== "") last = char;
			at += 1;
		}
	}
	return { code: code.join(""), strings };
}

const importPattern = /(?:\bfrom|\bimport)\s*(?:\(\s*)?(["'`])/g;

/**
 * Every module that a source imports, re-exports or loads on demand.
 *
 * @param {SourceText} text
 * @returns {Import[]}
 */
export function importsOf(text) {
	const valueAt = new Map(text.strings.map((literal) => [literal.start, literal.value]));
	return [...text.code.matchAll(importPattern)].flatMap((match) => {
		const offset = match.index + match[0].length - 1;
		const specifier = valueAt.get(offset);
		return specifier === undefined ? [] : [{ specifier, offset }];
	});
}

export function lineOf(/** @type {string} */ source, /** @type {number} */ offset) {
	return source.slice(0, offset).split("\n").length;
}

/**
 * @param {string} source
 * @param {number} from
 */
function endOfTemplatePart(source, from) {
	for (let i = from; i < source.length; i += 1) {
		if (source[i] === "\\") i += 1;
		else if (source[i] === "`") return { at: i, substitutes: false };
		else if (source[i] === "$" && source[i + 1] === "{") return { at: i, substitutes: true };
	}
	return { at: source.length, substitutes: false };
}

/**
 * @param {string} source
 * @param {number} from
 * @param {string} quote
 */
function endOfLiteral(source, from, quote) {
	for (let i = from; i < source.length && source[i] !== "\n"; i += 1) {
		if (source[i] === "\\") i += 1;
		else if (source[i] === quote) return i;
	}
	return undefined;
}

/**
 * @param {string} source
 * @param {number} from
 */
function endOfRegex(source, from) {
	let isInClass = false;
	for (let i = from; i < source.length && source[i] !== "\n"; i += 1) {
		if (source[i] === "\\") i += 1;
		else if (source[i] === "[") isInClass = true;
		else if (source[i] === "]") isInClass = false;
		else if (source[i] === "/" && !isInClass) return i;
	}
	return undefined;
}

/**
 * @param {string} source
 * @param {string} wanted
 * @param {number} from
 */
function indexOr(source, wanted, from) {
	const found = source.indexOf(wanted, from);
	return found === -1 ? source.length : found;
}
