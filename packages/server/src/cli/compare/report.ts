import { counted, oneLine, print, printJson } from "../output.ts";
import type { Findings } from "./comparison.ts";
import { pathText } from "./json-difference.ts";
import type { ReplyDifference } from "./types.ts";

const LONGEST_VALUE = 60;

/** What may be shown of a student's session: how far it is, and nothing that was answered, given or scored. */
const SHOWN_OF_STUDENTS = new Set<unknown>([
	"valid",
	"status",
	"reason",
	"cached",
	"success",
	"questions_answered",
	"total_questions",
	"percentage",
	"percentage_complete",
	"total_xp",
	"completed",
	"total",
	"current_page_id",
	"last_activity",
]);

const NOT_SHOWN = "(not shown: a student's)";

/** Prints one difference a line, then the counts; with `verbose` the expected differences first. */
export function printReport(findings: Findings, { verbose }: { verbose: boolean }): void {
	const { replies_compared, unexpected, expected } = findings;
	if (verbose) {
		for (const { difference, row } of expected) print(`expected  ${lineOf(difference)}  (${row.reason})`);
	}
	for (const difference of unexpected) print(lineOf(difference));
	const replies = replies_compared === 1 ? "1 reply" : `${replies_compared} replies`;
	print(
		`${replies} compared, ${counted(unexpected.length, "difference")}, ${expected.length} expected ${expected.length === 1 ? "one" : "ones"}`,
	);
}

/** Prints all findings as one JSON object. Values are whole, except those of students, which are not shown. */
export function printJsonReport(
	{ replies_compared, unexpected, expected }: Findings,
	urls: { old: string; new: string },
): void {
	printJson({
		...urls,
		replies_compared,
		differences: unexpected.map(asJson),
		expected_differences: expected.map(({ difference, row }) => ({
			...asJson(difference),
			name: row.name,
			reason: row.reason,
		})),
	});
}

function lineOf(difference: ReplyDifference): string {
	const { method, path, step } = difference.request;
	const { at, old, new: ours } = shownOf(difference);
	return oneLine(`${method} ${path} (${step})  ${at}  old: ${textOf(old)}  new: ${textOf(ours)}`);
}

function asJson(difference: ReplyDifference) {
	const { method, path, step } = difference.request;
	const { at, old, new: ours } = shownOf(difference);
	// A side without a value has no field in JSON.
	return { method, path, step, at, old, new: ours };
}

function shownOf({ part, path, request, old, new: ours }: ReplyDifference) {
	const at = part === "status" ? "HTTP status" : pathText(path);
	const isHidden =
		request.session?.is_students === true && part === "body" && !SHOWN_OF_STUDENTS.has(path.at(-1));
	if (!isHidden) return { at, old, new: ours };
	// Whether a field is there says nothing about the student.
	const hide = (value: unknown) => (value === undefined ? undefined : NOT_SHOWN);
	return { at, old: hide(old), new: hide(ours) };
}

function textOf(value: unknown): string {
	if (value === undefined) return "(absent)";
	if (value === NOT_SHOWN) return NOT_SHOWN;
	const characters = [...JSON.stringify(value)];
	return characters.length > LONGEST_VALUE
		? `${characters.slice(0, LONGEST_VALUE - 1).join("")}…`
		: characters.join("");
}
