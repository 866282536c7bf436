import * as z from "zod/mini";
import { counted } from "../counted.ts";
import { type Finding, type Path, valueAt } from "../findings.ts";
import { formatPath, nearestItem } from "./problem.ts";
import { collapseWrongForms } from "./wrong-forms.ts";

type Issue = z.core.$ZodIssue;

/** What a schema finds wrong with parsed data, in plain sentences, all at once. */
export function findSchemaProblems(schema: z.core.$ZodType, data: unknown): Finding[] {
	const result = z.safeParse(schema, data);
	if (result.success) return [];
	return collapseWrongForms(
		data,
		result.error.issues.flatMap((issue) => describeIssue(issue, [], data)),
	);
}

function describeIssue(issue: Issue, base: Path, data: unknown): Finding[] {
	const path = [...base, ...issue.path.map((step) => (typeof step === "symbol" ? String(step) : step))];
	const name = fieldName(data, path);
	const say = (message: string): Finding[] => [{ path, message: `${name} ${message}` }];

	if (valueAt(data, path) === undefined && issue.code !== "unrecognized_keys") return say("is missing.");
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key) => ({
				path: [...path, key],
				on_name: true,
				message: `There is no field "${key}" here. Correct its spelling or remove it.`,
			}));
		case "invalid_type":
			return say(`must be ${KINDS[issue.expected] ?? issue.expected}.`);
		case "invalid_value":
			return say(`must be one of: ${issue.values.join(", ")}.`);
		case "too_small":
			return say(sizeSentence("at least", issue.origin, issue.minimum, issue.inclusive));
		case "too_big":
			return say(sizeSentence("at most", issue.origin, issue.maximum, issue.inclusive));
		case "invalid_union":
			return describeUnion(issue, path, data, say);
		case "invalid_key":
			return say(`is not a good name: ${issue.issues.map(({ message }) => message).join(", ")}.`);
		default:
			return say(`${issue.message}.`);
	}
}

/** Reports on the branch that the writer most likely meant: the one whose complaints are deepest inside the value. */
function describeUnion(
	issue: z.core.$ZodIssueInvalidUnion,
	path: Path,
	data: unknown,
	say: (message: string) => Finding[],
): Finding[] {
	if ("options" in issue && Array.isArray(issue.options))
		return say(`must be one of: ${issue.options.join(", ")}.`);
	const depth = (branch: readonly Issue[]) => Math.max(0, ...branch.map((inner) => inner.path.length));
	const fitsKind = issue.errors.filter((branch) =>
		branch.every((inner) => inner.path.length > 0 || inner.code !== "invalid_type"),
	);
	const [meant] = fitsKind.toSorted((a, b) => depth(b) - depth(a));
	if (meant) return meant.flatMap((inner) => describeIssue(inner, path, data));
	const kinds = issue.errors.flatMap((branch) =>
		branch.flatMap((inner) =>
			inner.code === "invalid_type" ? (KINDS[inner.expected] ?? inner.expected) : [],
		),
	);
	return say(`must be ${kinds.join(" or ")}.`);
}

const KINDS: Readonly<Record<string, string>> = {
	string: "text (put it in quotes)",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a group of fields",
	record: "a group of named entries",
};

function sizeSentence(
	word: "at least" | "at most",
	origin: string,
	limit: number | bigint,
	inclusive = true,
): string {
	if (origin === "array") return `needs ${word} ${counted(Number(limit), "entry", "entries")}.`;
	if (origin === "string") {
		return `${word === "at least" ? "needs" : "may have"} ${word} ${counted(Number(limit), "character")}.`;
	}
	if (!inclusive) return `must be ${word === "at least" ? "more" : "less"} than ${limit}.`;
	return `must be ${word} ${limit}.`;
}

function fieldName(data: unknown, path: Path): string {
	const { field } = nearestItem(data, path);
	return field.length > 0 ? `"${formatPath(field)}"` : "This";
}
