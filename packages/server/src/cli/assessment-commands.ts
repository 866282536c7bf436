import type { Scoring } from "@carhythm/core";
import type { Command } from "commander";
import type { AssessmentFile } from "../assessments/file.ts";
import { formatProblem } from "../assessments/problem.ts";
import { readAssessmentFile } from "../assessments/read-file.ts";
import { createAssessmentStore } from "../db/content/assessments.ts";
import { OperatorError } from "../operator-error.ts";
import { counted, print, printJson, printTable } from "./output.ts";
import { configOf, withDatabase, withSettings } from "./settings.ts";

/** `carhythm assessment …` */
export function addAssessmentCommands(program: Command): void {
	const assessment = program.command("assessment").description("the questionnaires that students take");

	assessment
		.command("check")
		.description("check an assessment file and its scoring; every mistake is named by line")
		.argument("<file>", "a definition in JSON or YAML")
		.action(async (path: string) => {
			const { file, scoring } = await readChecked(path);
			const scales = scoring ? counted(scoring.scales.length, "scale") : "no scoring";
			print(`${path} is sound: ${file.key}, ${counted(countQuestions(file), "question")}, ${scales}.`);
		});

	withSettings(assessment.command("add"), ["database_url"])
		.description("store a file as the next version of its assessment; sessions under way keep theirs")
		.argument("<file>", "a definition in JSON or YAML")
		.action(async (path: string, options) => {
			const { file, scoring } = await readChecked(path);
			await withDatabase(configOf(options), "write", async (database) => {
				const { key, version, outcome } = await createAssessmentStore(database).add(file, scoring);
				print(
					outcome === "added"
						? `Added ${key}, version ${version}.`
						: `${key} is unchanged: version ${version} already says the same.`,
				);
			});
		});

	withSettings(assessment.command("list"), ["database_url"])
		.description("show every assessment with its newest version")
		.option("--json", "as JSON")
		.action(async (options) => {
			const listed = await withDatabase(configOf(options), "read", (database) =>
				createAssessmentStore(database).list(),
			);
			if (options.json) {
				printJson(listed);
				return;
			}
			const rows = listed.map(({ key, title, version, questions, sessions, is_default }) => [
				key,
				String(version),
				String(questions),
				String(sessions),
				is_default ? "yes" : "",
				title.en,
			]);
			printTable(["KEY", "VERSION", "QUESTIONS", "SESSIONS", "DEFAULT", "TITLE"], rows);
		});

	withSettings(assessment.command("default"), ["database_url"])
		.description("choose which assessment new sessions get")
		.argument("<key>", 'a key as "assessment list" shows it')
		.action(async (key: string, options) => {
			await withDatabase(configOf(options), "write", async (database) => {
				const store = createAssessmentStore(database);
				if (!(await store.setDefault(key))) throw unknownAssessment(key);
				print(`New sessions now get ${key}.`);
			});
		});
}

/** What to say of an assessment key that is not in the database. */
export function unknownAssessment(key: string): OperatorError {
	return new OperatorError(
		"failed",
		`There is no assessment "${key}". "carhythm assessment list" shows what there is.`,
	);
}

async function readChecked(path: string): Promise<{ file: AssessmentFile; scoring: Scoring | null }> {
	const read = await readAssessmentFile(path);
	if (read.ok) return read;
	throw new OperatorError(
		"failed",
		[...read.problems.map(formatProblem), `${path}: ${counted(read.problems.length, "problem")}.`].join("\n"),
	);
}

function countQuestions(file: AssessmentFile): number {
	const pages = file.chapters.flatMap((chapter) => chapter.pages);
	return pages.reduce((count, page) => count + page.questions.length, 0);
}
