import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { aFolder } from "../../../src/testing/folders/a-folder.ts";
import { CLI } from "../../../src/testing/processes/run.ts";

const LETTERS = 1_500_000;
const HOSTILE = {
	"an empty file": "",
	"one flow map": `{${"a: 1, ".repeat(LETTERS / 6)}}`,
	"only commas": `[${",".repeat(LETTERS)}]`,
	"lists in lists": "- - - a\n".repeat(LETTERS / 8),
	"only comments": "#\n".repeat(LETTERS / 2),
	"as many marks as are taken": `[${",".repeat(39_000)}]`,
	"as many names as are taken": Array.from({ length: 19_500 }, (_, i) => `n${i}: 1\n`).join(""),
	"brackets in brackets": "[".repeat(19_500) + "]".repeat(19_500),
	"aliases of aliases": `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(20)}]\n`).join("")}`,
	"one long text": `key: "${"x".repeat(LETTERS)}"`,
} as const;

export type CheckFigures = { file: string; ms: number; cpu_ms: number; memory: number };

/**
 * What `assessment check` costs on files that are made to cost much, from its start to its end. Memory in MiB.
 * The time of the processor counts, because the time on the clock tells of the machine's other work.
 */
export async function measureChecks(): Promise<CheckFigures[]> {
	using folder = aFolder();
	const figures: CheckFigures[] = [];
	for (const [file, text] of Object.entries(HOSTILE)) {
		const path = folder.file("hostile.yaml");
		await writeFile(path, text);
		const began = performance.now();
		const report = `process.on("exit", () => {
			const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
			process.stderr.write("PEAK " + maxRSS + " CPU " + (userCPUTime + systemCPUTime));
		})`;
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
		const [, peak = 0, cpu = 0] = /PEAK (\d+) CPU (\d+)/.exec(said) ?? [];
		figures.push({
			file,
			ms: Math.round(performance.now() - began),
			cpu_ms: Math.round(Number(cpu) / 1000),
			memory: Math.round(Number(peak) / 1024),
		});
	}
	return figures;
}
