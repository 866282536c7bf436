import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { aFolder } from "../../../src/testing/folders/a-folder.ts";
import { CLI } from "../../../src/testing/processes/run.ts";

const LETTERS = 1_500_000;
const HOSTILE = {
	"one flow map": `{${"a: 1, ".repeat(LETTERS / 6)}}`,
	"only commas": `[${",".repeat(LETTERS)}]`,
	"lists in lists": "- - - a\n".repeat(LETTERS / 8),
	"only comments": "#\n".repeat(LETTERS / 2),
	"as many marks as are taken": `[${",".repeat(59_000)}]`,
	"one long text": `key: "${"x".repeat(LETTERS)}"`,
} as const;

export type CheckFigures = { file: string; ms: number; memory: number };

/** What `assessment check` costs on files that are made to cost much. Memory in MiB. */
export async function measureChecks(): Promise<CheckFigures[]> {
	using folder = aFolder();
	const figures: CheckFigures[] = [];
	for (const [file, text] of Object.entries(HOSTILE)) {
		const path = folder.file("hostile.yaml");
		await writeFile(path, text);
		const began = performance.now();
		const report = `process.on("exit", () => process.stderr.write("PEAK " + process.resourceUsage().maxRSS))`;
		const preload = `data:text/javascript,${encodeURIComponent(report)}`;
		const child = spawn(
			process.execPath,
			["--import", preload, fileURLToPath(CLI), "assessment", "check", path],
			{
				stdio: ["ignore", "ignore", "pipe"],
			},
		);
		let said = "";
		child.stderr.on("data", (bytes) => {
			said += bytes;
		});
		await once(child, "close");
		const memory = Math.round(Number(/PEAK (\d+)/.exec(said)?.[1] ?? 0) / 1024);
		figures.push({ file, ms: Math.round(performance.now() - began), memory });
	}
	return figures;
}
