import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";

/**
 * Reads what the comments in `packages/core/src` say of schemas and their fields, for the OpenAPI document.
 *
 * @param {string} folder
 * @returns {Record<string, string>} by `Schema.field`, `Schema.field.field` and so on; `Schema.` is the schema
 */
export function readDocstrings(folder) {
	/** @type {Map<string, Found>} */
	const found = new Map();
	for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
		if (!file.endsWith(".ts") || file.endsWith(".test.ts")) continue;
		readFile(join(folder, file), found);
	}
	const schemas = [...found].filter(([name]) => /^[A-Z][a-z]/.test(name));
	const entries = schemas.flatMap(([name, { about, ...fields }]) => [
		...(about ? [[`${name}.`, about]] : []),
		...fieldsOf({ about, ...fields }, found).map(([path, text]) => [`${name}.${path}`, text]),
	]);
	return Object.fromEntries(entries.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

/**
 * What is said of one declaration: itself, its fields by path, and what it takes over from others.
 *
 * @typedef {{ about: string | null, fields: [string, string][], spreads: [string, string][] }} Found
 */

/** @returns {[string, string][]} */
function fieldsOf(/** @type {Found} */ { fields, spreads }, /** @type {Map<string, Found>} */ found) {
	const taken = spreads.flatMap(([path, from]) => {
		const other = found.get(from);
		if (!other) return [];
		return fieldsOf(other, found).map(
			([field, text]) => /** @type {[string, string]} */ ([path + field, text]),
		);
	});
	return [...taken, ...fields];
}

function readFile(/** @type {string} */ path, /** @type {Map<string, Found>} */ found) {
	const source = readFileSync(path, "utf8");
	const { program, comments } = parseSync(path, source);
	const docs = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
	const before = (/** @type {number} */ start) => {
		const doc = docs.findLast(({ end }) => end <= start);
		return doc && source.slice(doc.end, start).trim() === "" ? clean(doc.value) : null;
	};
	for (const statement of program.body) {
		const isExport = statement.type === "ExportNamedDeclaration";
		const declaration = isExport ? statement.declaration : statement;
		if (declaration?.type !== "VariableDeclaration") continue;
		for (const { id, init } of declaration.declarations) {
			if (id.type !== "Identifier" || !init) continue;
			/** @type {Found} */
			const entry = { about: before(statement.start), fields: [], spreads: [] };
			collect(init, "", entry, before);
			found.set(id.name, entry);
		}
	}
}

/**
 * @param {any} node
 * @param {string} path
 * @param {Found} entry
 * @param {(start: number) => string | null} before
 */
function collect(node, path, entry, before) {
	switch (node?.type) {
		case "CallExpression":
			// A schema with checks: `z.object({ … }).check( … )`.
			if (node.callee.type === "MemberExpression") collect(node.callee.object, path, entry, before);
			for (const argument of node.arguments) {
				if (argument.type === "Identifier" && isExtend(node)) entry.spreads.push([path, argument.name]);
				else collect(argument, path, entry, before);
			}
			return;
		case "ArrayExpression":
			for (const element of node.elements) collect(element, path, entry, before);
			return;
		case "ObjectExpression":
			for (const property of node.properties) {
				if (property.type === "SpreadElement") {
					if (property.argument.type === "Identifier") entry.spreads.push([path, property.argument.name]);
					continue;
				}
				const name = property.key.name ?? property.key.value;
				const about = before(property.start);
				if (about) entry.fields.push([path + name, about]);
				collect(property.value, `${path}${name}.`, entry, before);
			}
	}
}

function isExtend(/** @type {any} */ { callee }) {
	return callee.type === "MemberExpression" && callee.property.name === "extend";
}

/** @returns {string | null} */
function clean(/** @type {string} */ comment) {
	const text = comment
		.replace(/^\*/, "")
		.replace(/^\s*\* ?/gm, "")
		.split(/^\s*@|^Version history/m)[0]
		?.replace(/\{@link (\w+)\}/g, "`$1`")
		.replace(/\s+/g, " ")
		.trim();
	return text || null;
}
