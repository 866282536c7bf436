import type { Context } from "hono";
import * as z from "zod/mini";
import type { Env } from "../context.ts";
import type { ProblemDetails } from "../reply/problem.ts";
import { FREE_BYTES, type OpenBody } from "./body-budget.ts";
import { unknownFields } from "./unknown-fields.ts";

/** The mini build of zod says only "Invalid input" until it is given a language. */
z.config(z.locales.en());

/** Largest request body in bytes: a `sync` of 200 long essays in Arabic would be larger, and is sent in parts. */
const BODY_LIMIT = 1024 * 1024;

const ERRORS_LISTED = 20;

export type Parsed<T> = { ok: true; value: T } | { ok: false; refusal: ProblemDetails; retry_after?: number };

const TOO_LARGE: ProblemDetails = {
	code: "body_too_large",
	detail: "This request is larger than 1 MiB. Send it in smaller parts.",
};
const NOT_JSON: ProblemDetails = {
	code: "invalid_json",
	detail: "The body of this request is not JSON in UTF-8.",
};
const RETRY_AFTER_SECONDS = 5;
const NO_ROOM: ProblemDetails = {
	code: "storage_unavailable",
	detail: "This server is receiving too much just now. Nothing is lost: please try again in a moment.",
};
const ENCODED: ProblemDetails = {
	code: "unsupported_media_type",
	detail: "Send the body of this request as it is, without a Content-Encoding.",
};
const MISSING: ProblemDetails = {
	code: "invalid_body",
	detail: "This request needs a JSON body.",
	errors: [{ pointer: "", detail: "The body is missing." }],
};

/**
 * Reads a JSON body whatever its content type says: `curl -d` names it a form, and scripts in the field
 * forget the header. That opens no door to other sites' forms: no write looks at the cookie, it needs the
 * secret session id in what is sent.
 * @returns `undefined` for an absent body
 */
export async function readJson(c: Context<Env>, open: OpenBody): Promise<Parsed<unknown>> {
	const encoding = c.req.header("content-encoding");
	if (encoding !== undefined && encoding.trim().toLowerCase() !== "identity")
		return { ok: false, refusal: ENCODED };
	try {
		const bytes = await readBytes(c, open);
		if (bytes === "too_large") return { ok: false, refusal: TOO_LARGE };
		if (bytes === "no_room") return { ok: false, refusal: NO_ROOM, retry_after: RETRY_AFTER_SECONDS };
		const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
		return { ok: true, value: text.trim() === "" ? undefined : JSON.parse(text) };
	} catch {
		// Broken UTF-8, broken JSON or a connection cut half-way: nothing of the request is usable.
		return { ok: false, refusal: NOT_JSON };
	}
}

/**
 * The body, unless it is larger than {@link BODY_LIMIT} or there is no room for it, which is found out before the
 * rest of it is read.
 *
 * `hono/body-limit` would do for the first, but begins with a look at `c.req.raw.body`. For that the adapter to
 * Node builds a whole Request with a web stream, where `arrayBuffer()` reads the socket: an answer of 200 bytes
 * that came in took about twice the processor time.
 */
async function readBytes(
	c: Context<Env>,
	open: OpenBody,
): Promise<ArrayBuffer | Uint8Array | "too_large" | "no_room"> {
	const declared = c.req.header("content-length");
	if (declared !== undefined && c.req.header("transfer-encoding") === undefined) {
		if (Number(declared) > BODY_LIMIT) return "too_large";
		if (Number(declared) <= FREE_BYTES) return c.req.arrayBuffer();
	}
	const chunks: Uint8Array[] = [];
	let size = 0;
	for await (const chunk of c.req.raw.body ?? []) {
		size += chunk.length;
		if (size > BODY_LIMIT) return "too_large";
		if (!open.grow(size)) return "no_room";
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** How a body is parsed. */
export type BodyRules<T> = {
	schema: z.ZodMiniType<T>;
	/** An absent body counts as `{}`. */
	optional: boolean;
	/**
	 * Fields that existing clients may send and that mean nothing. All others that the schema does not know
	 * are refused.
	 */
	ignores?: readonly string[];
	/** Whether the fields that the schema does not know are ignored in this request. */
	ignoresUnknown?: (body: T) => boolean;
};

/** Parses a body by its schema. */
export function parseBody<T>(body: unknown, rules: BodyRules<T>): Parsed<T> {
	const { schema, optional, ignores = [], ignoresUnknown } = rules;
	if (body === undefined && !optional) return { ok: false, refusal: MISSING };
	const parsed = schema.safeParse(body === undefined ? {} : body);
	if (parsed.success) {
		if (ignoresUnknown?.(parsed.data)) return { ok: true, value: parsed.data };
		const known = {
			...Object.fromEntries(ignores.map((name) => [name, undefined])),
			...asObject(parsed.data),
		};
		const unknown = unknownFields(body, known, schema).slice(0, ERRORS_LISTED);
		if (unknown.length === 0) return { ok: true, value: parsed.data };
		return { ok: false, refusal: { code: "invalid_body", detail: sentence(unknown), errors: unknown } };
	}
	const errors = describeIssues(parsed.error.issues);
	return { ok: false, refusal: { code: "invalid_body", detail: sentence(errors), errors } };
}

function asObject(value: unknown): object {
	return typeof value === "object" && value !== null ? value : {};
}

/** What is wrong, with a JSON pointer to each place. */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): { pointer: string; detail: string }[] {
	return issues.slice(0, ERRORS_LISTED).map((issue) => ({
		pointer: issue.path
			.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
			.join(""),
		detail: wordsFor(issue),
	}));
}

/** The words of our own schemas are for people already; those of the library name its types. */
function wordsFor(issue: z.core.$ZodIssue): string {
	if (!/^(Invalid|Too|Unrecognized)/.test(issue.message)) return issue.message;
	switch (issue.code) {
		case "invalid_type":
			return issue.message.endsWith("received undefined")
				? "is missing"
				: `must be ${KINDS[issue.expected] ?? `a value of type ${issue.expected}`}`;
		case "invalid_value":
			return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
		case "invalid_union":
			return "options" in issue && Array.isArray(issue.options)
				? `must be ${issue.options.map((value) => JSON.stringify(value)).join(" or ")}`
				: "has a form that is not known here";
		case "too_big":
			return `must be at most ${issue.maximum}${UNITS[issue.origin] ?? ""}`;
		case "too_small":
			return `must be at least ${issue.minimum}${UNITS[issue.origin] ?? ""}`;
		default:
			return "has a form that is not known here";
	}
}

const KINDS: Readonly<Record<string, string>> = {
	array: "a list",
	boolean: "true or false",
	int: "a whole number",
	number: "a number",
	object: "an object",
	record: "an object",
	string: "a text",
};

const UNITS: Readonly<Record<string, string>> = { array: " entries", string: " characters long" };

/** The first mistake as a sentence. */
export function sentence(errors: readonly { pointer: string; detail: string }[]): string {
	const [first] = errors;
	if (!first) return "This request does not have the expected form.";
	const where = first.pointer === "" ? "the request" : `“${first.pointer.slice(1).replaceAll("/", ".")}”`;
	return `Please check ${where}: ${first.detail}.`;
}
