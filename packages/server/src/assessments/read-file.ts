import { dirname, join } from "node:path";
import { Scoring } from "@carhythm/core";
import { type Finding, isRecord, type Path } from "../findings.ts";
import {
	checkAssessment,
	checkTexts,
	collectQuestions,
	type FoundQuestion,
	promisesArabic,
} from "./check-assessment.ts";
import { checkScoring } from "./check-scoring.ts";
import { AssessmentFile, ScoringFile } from "./file.ts";
import type { Problem } from "./problem.ts";
import { findSchemaProblems } from "./schema-findings.ts";
import { readSource, type Source } from "./source.ts";

/** A file with more mistakes than this is another kind of file; each takes a search for its line. */
const MOST_FINDINGS = 500;

export type ReadResult =
	| { ok: true; file: AssessmentFile; scoring: Scoring | null }
	| { ok: false; problems: Problem[] };

/**
 * Reads an assessment file and its scoring key, and checks both whole: every problem is reported, in the
 * order of lines.
 */
export async function readAssessmentFile(path: string): Promise<ReadResult> {
	const source = await readSource(path);
	if ("problems" in source) return { ok: false, problems: source.problems };

	const { data } = source;
	const questions = collectQuestions(data);
	const findings = [...findSchemaProblems(AssessmentFile, data), ...checkAssessment(data, questions)];
	const key = isRecord(data) ? data["scoring"] : undefined;
	const arabic = promisesArabic(data);
	let scoring: Scoring | null = null;
	let scoringProblems: Problem[] = [];
	if (typeof key === "string" && AssessmentFile.shape.scoring.safeParse(key).success) {
		const read = await readScoring(join(dirname(path), key), questions, arabic);
		scoring = read.scoring;
		scoringProblems = read.problems;
	} else if (isRecord(key)) {
		const parsed = Scoring.safeParse(key);
		scoring = parsed.success ? parsed.data : null;
		findings.push(...checkParsedScoring(scoring, key, questions, { base: ["scoring"], arabic }));
	}
	const problems = [...locate(findings, source), ...scoringProblems];
	return problems.length > 0
		? { ok: false, problems }
		: { ok: true, file: AssessmentFile.parse(data), scoring };
}

async function readScoring(
	path: string,
	questions: readonly FoundQuestion[],
	arabic: boolean,
): Promise<{ scoring: Scoring | null; problems: Problem[] }> {
	const source = await readSource(path);
	if ("problems" in source) return { scoring: null, problems: source.problems };

	const parsed = ScoringFile.safeParse(source.data);
	let scoring: Scoring | null = null;
	if (parsed.success) {
		const { $schema: _, ...rest } = parsed.data;
		scoring = rest;
	}
	const findings = [
		...findSchemaProblems(ScoringFile, source.data),
		...checkParsedScoring(scoring, source.data, questions, { base: [], arabic }),
	];
	return { scoring, problems: locate(findings, source) };
}

function checkParsedScoring(
	scoring: Scoring | null,
	data: unknown,
	questions: readonly FoundQuestion[],
	{ base, arabic }: { base: Path; arabic: boolean },
): Finding[] {
	return [
		...checkTexts(data, base, { arabic, storable: true }),
		...(scoring ? checkScoring(scoring, questions, base) : []),
	];
}

/** By line and column, each once: a part that is used twice through an alias has its mistakes only once. */
function locate(findings: readonly Finding[], source: Source): Problem[] {
	const seen = new Set<string>();
	return findings
		.slice(0, MOST_FINDINGS)
		.map(source.problem)
		.toSorted((a, b) => a.line - b.line || a.column - b.column)
		.filter(({ line, column, message }) => {
			const place = `${line}:${column}:${message}`;
			return !seen.has(place) && seen.add(place);
		});
}
