import { join } from "node:path";
import { formatProblem } from "./assessments/problem.ts";
import { readAssessmentFile } from "./assessments/read-file.ts";
import type { AssessmentAdmin } from "./db/content/assessments.ts";
import { OperatorError } from "./operator-error.ts";

/** The assessments that ship; the first is the default of a new database. */
const SHIPPED = ["career-rhythm", "sampler"];

/**
 * Gives a database without any assessment the ones that ship. New versions come only by `carhythm assessment
 * add`.
 */
export async function seedShipped(assessments: AssessmentAdmin, contentFolder: string): Promise<void> {
	if ((await assessments.list()).length > 0) return;
	for (const name of SHIPPED) {
		const read = await readAssessmentFile(join(contentFolder, name, "assessment.json"));
		if (!read.ok) {
			throw new OperatorError(
				"failed",
				`The assessment ${name} that ships with CaRhythm cannot be read:\n${read.problems.map(formatProblem).join("\n")}`,
			);
		}
		await assessments.add(read.file, read.scoring);
	}
}
