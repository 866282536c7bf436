import { ProblemCode } from "@carhythm/core";
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { PROBLEMS } from "../reply/problem.ts";
import type { OpenApiDocument, Operation } from "./openapi.ts";
import type { JsonSchema } from "./openapi-schemas.ts";

type Html = HtmlEscapedString | Promise<HtmlEscapedString> | string;

/** The OpenAPI document as a page that works without scripts; the script only adds trying a request out. */
export function docsPage(document: OpenApiDocument, origin: string): string {
	const { info, tags, paths, components } = document;
	const operations = Object.entries(paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
	);
	return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API · ${info.title}</title>
<link rel="stylesheet" href="/docs/docs.css">
<script src="/docs/docs.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the endpoints</a>
<header>
<h1>${info.title} API <span class="quiet">${info.version}</span></h1>
<p>${prose(info.description)}</p>
<p><a href="/api/v2/openapi.json">openapi.json</a></p>
</header>
<nav aria-label="Sections"><ul>
${tags.map(({ name }) => html`<li><a href="#tag-${name}">${name}</a></li>`)}
<li><a href="#schemas">Schemas</a></li>
<li><a href="#problems">Problems</a></li>
</ul></nav>
<main id="main">
${tags.map(
	({ name, description }) => html`<section aria-labelledby="tag-${name}">
<h2 id="tag-${name}">${name}</h2>
<p class="quiet">${description}</p>
${operations
	.filter(({ operation }) => operation.tags.includes(name))
	.map(({ path, method, operation }) => endpoint(`${origin}${path}`, path, method, operation))}
</section>`,
)}
<section aria-labelledby="schemas">
<h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(([name, schema]) => component(name, schema))}
</section>
${problemTable()}
</main>
</body>
</html>
`);
}

function endpoint(address: string, path: string, method: string, operation: Operation): Html {
	const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
	const body = requestBody?.content["application/json"];
	return html`<details id="${operationId}">
<summary><code class="method ${method}">${method.toUpperCase()}</code> <code>${path}</code> <span class="quiet">${summary}</span></summary>
${description ? html`<p>${prose(description)}</p>` : ""}
${
	parameters.length > 0
		? table(
				"Parameters",
				["Name", "In", "Type", "Meaning"],
				parameters.map((parameter) => [
					html`<code>${parameter.name}</code>${parameter.required ? "" : " (optional)"}`,
					parameter.in,
					typeOf(parameter.schema),
					prose(parameter.description),
				]),
			)
		: ""
}
${body ? html`<h3>Body${requestBody?.required ? "" : " (optional)"}: ${typeOf(body.schema)}</h3>` : ""}
${table(
	"Replies",
	["Status", "Content", "Meaning"],
	Object.entries(responses).map(([status, { description: meaning, content = {} }]) => [
		html`<code>${status}</code>`,
		Object.values(content).map(({ schema }) => typeOf(schema["$ref"] ? schema : problemOf(schema))),
		html`${prose(meaning)}${codesOf(content)}`,
	]),
)}
<h3>With curl</h3>
<pre tabindex="0"><code>${curl(address, method, operation)}</code></pre>
<form class="try" data-method="${method}" data-path="${path}" hidden>
<h3>Try it</h3>
${parameters.map(
	({ name, in: place, required }) =>
		html`<label>${name}<input name="${name}" data-in="${place}" autocomplete="off"${required ? raw(" required") : ""}></label>`,
)}
${body ? html`<label>Body<textarea name="body" rows="8" spellcheck="false">${JSON.stringify(body.example, null, 2)}</textarea></label>` : ""}
<button>Send</button>
<pre tabindex="0" role="status" aria-label="Reply"></pre>
</form>
</details>`;
}

function curl(address: string, method: string, { parameters = [], requestBody }: Operation): string {
	const example = requestBody?.content["application/json"]?.example;
	const needed = parameters.filter((parameter) => parameter.in === "query" && parameter.required);
	if (needed.length > 0) return `curl "${address}?${needed.map(({ name }) => `${name}=1`).join("&")}"`;
	if (method === "get") return `curl "${address}"`;
	const isEmpty = JSON.stringify(example) === "{}";
	return `curl -X POST "${address}"${isEmpty ? "" : ` \\\n  -H "Content-Type: application/json" \\\n  -d '${JSON.stringify(example)}'`}`;
}

/** The part of a problem's schema that says which document it is: see openapi.ts. */
function problemOf({ allOf }: JsonSchema): JsonSchema {
	return Array.isArray(allOf) && isSchema(allOf[0]) ? allOf[0] : {};
}

/** The codes that a status may come with, each with a link to the table of all. */
function codesOf(content: Operation["responses"][string]["content"]): Html {
	const codes = Object.values(content ?? {}).flatMap(({ schema }) =>
		[...JSON.stringify(schema).matchAll(/"code":\{"enum":(\[[^\]]*\])/g)].flatMap(([, list = "[]"]) =>
			JSON.parse(list),
		),
	);
	return html`${codes.map((code) => html` <a href="#problem-${code}"><code>${code}</code></a>`)}`;
}

function component(name: string, schema: JsonSchema): Html {
	const properties = schema["properties"];
	return html`<section class="schema" aria-labelledby="schema-${name}">
<h3 id="schema-${name}">${name}</h3>
${isSchemas(properties) ? propertyTable(schema, properties) : html`<p>${typeOf(schema)}</p>`}
</section>`;
}

function propertyTable(schema: JsonSchema, properties: Record<string, JsonSchema>): Html {
	const required = Array.isArray(schema["required"]) ? schema["required"] : [];
	return table(
		"Fields",
		["Name", "Type", "Presence", "Meaning"],
		Object.entries(properties).map(([name, property]) => [
			html`<code>${name}</code>`,
			typeOf(property),
			required.includes(name) ? "always" : "optional",
			prose(typeof property["description"] === "string" ? property["description"] : ""),
		]),
	);
}

/** A schema in one line, with links to the named ones. */
function typeOf(schema: JsonSchema): Html {
	const reference = schema["$ref"];
	if (typeof reference === "string") {
		const name = reference.split("/").at(-1) ?? "";
		return html`<a href="#schema-${name}">${name}</a>`;
	}
	if ("const" in schema) return html`<code>${JSON.stringify(schema["const"])}</code>`;
	const { enum: values, items, properties, additionalProperties } = schema;
	if (Array.isArray(values))
		return joined(values.map((value) => html`<code>${JSON.stringify(value)}</code>`));
	const union = schema["anyOf"] ?? schema["oneOf"];
	if (Array.isArray(union)) return joined(union.map(typeOf));
	if (isSchema(items)) return html`array of ${typeOf(items)}`;
	if (isSchemas(properties)) {
		const required = Array.isArray(schema["required"]) ? schema["required"] : [];
		const fields = Object.entries(properties).map(
			([name, field]) => html`${name}${required.includes(name) ? "" : "?"}: ${typeOf(field)}`,
		);
		return html`{ ${fields.map((field, i) => html`${i > 0 ? ", " : ""}${field}`)} }`;
	}
	if (isSchema(additionalProperties)) return html`map of ${typeOf(additionalProperties)}`;
	const types = [schema["type"] ?? "anything"].flat().map(String);
	return html`${types.join(" | ")}${limits(schema)}`;
}

function limits(schema: JsonSchema): string {
	const words = [
		typeof schema["minimum"] === "number" &&
			schema["minimum"] > Number.MIN_SAFE_INTEGER &&
			`≥ ${schema["minimum"]}`,
		typeof schema["maximum"] === "number" &&
			schema["maximum"] < Number.MAX_SAFE_INTEGER &&
			`≤ ${schema["maximum"]}`,
		typeof schema["maxLength"] === "number" && `at most ${schema["maxLength"]} characters`,
		typeof schema["format"] === "string" && schema["format"],
		typeof schema["pattern"] === "string" && !schema["format"] && `like ${schema["pattern"]}`,
	].filter((word) => typeof word === "string");
	return words.length > 0 ? ` (${words.join(", ")})` : "";
}

function joined(types: readonly Html[]): Html {
	return html`${types.map((type, i) => html`${i > 0 ? " | " : ""}${type}`)}`;
}

function problemTable(): Html {
	return html`<section aria-labelledby="problems">
<h2 id="problems">Problems</h2>
<p class="quiet">Every error is <code>application/problem+json</code> with one of these codes.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Problem codes"><table>
<thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Title</th></tr></thead>
<tbody>
${codes().map(
	(code) =>
		html`<tr id="problem-${code}"><td><code>${code}</code></td><td>${PROBLEMS[code].status}</td><td>${PROBLEMS[code].title}</td></tr>`,
)}
</tbody></table></div>
</section>`;
}

/** Text in which `code` is set as code. */
function prose(text: string): Html {
	return html`${text.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

function codes(): ProblemCode[] {
	return Object.keys(PROBLEMS).flatMap((code) => {
		const parsed = ProblemCode.safeParse(code);
		return parsed.success ? [parsed.data] : [];
	});
}

function table(
	caption: string,
	heads: readonly string[],
	rows: readonly (readonly (Html | Html[])[])[],
): Html {
	return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}

function isSchema(value: unknown): value is JsonSchema {
	return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

function isSchemas(value: unknown): value is Record<string, JsonSchema> {
	return isSchema(value) && Object.values(value).every((part) => typeof part === "object");
}
