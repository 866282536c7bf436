// `node scripts/occupations.mjs FOLDER`: makes packages/student/src/ideas/data/occupations.tsv from a folder
// with files of an O*NET Database release. Runs only when a new release is taken in, never in a build.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readSheet } from "./lib/read-sheet.mjs";
import { root } from "./lib/run.mjs";

const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
if (!folder) {
	console.error("Usage: node scripts/occupations.mjs FOLDER-WITH-O*NET-FILES");
	process.exit(2);
}

const TARGET = join(root, "packages/student/src/ideas/data/occupations.tsv");

const HEAD = `# Made by scripts/occupations.mjs; do not edit. One occupation a line:
# O*NET-SOC code, job zone, occupational interests R I A S E C (scale OI, 1 to 7), title.
#
# This file includes information from the O*NET 30.2 Database by the U.S. Department of Labor, Employment and
# Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. O*NET(R) is a trademark of USDOL/ETA.
# The CaRhythm project has modified all or some of this information. USDOL/ETA has not approved, endorsed, or
# tested these modifications.
# Changes: only the columns above were kept. Interests and titles are those of release 30.2. Job zones, which
# are no ratings of interests, come from the table of an earlier release (rows up to August 2024);
# a zone is taken over only where code and title are the same in both.
`;

const CODE = "O*NET-SOC Code";
const TYPES = ["Realistic", "Investigative", "Artistic", "Social", "Enterprising", "Conventional"];

/**
 * The rows of a table as records by column name; its first row has the names.
 * @param {readonly (readonly string[])[]} rows
 */
function records([head = [], ...rows]) {
	return rows.map(
		(row) => new Map(head.map((column, n) => /** @type {[string, string]} */ ([column, row[n] ?? ""]))),
	);
}

/**
 * The rows of a text file of the database.
 * @param {string} name
 */
function readTable(name) {
	const lines = readFileSync(join(String(folder), name), "utf8")
		.trimEnd()
		.split(/\r?\n/);
	return records(lines.map((line) => line.split("\t")));
}

const titles = new Map(readTable("Occupation Data.txt").map((row) => [row.get(CODE), row.get("Title")]));
const zones = new Map(records(readSheet(join(folder, "Job Zones.xlsx"))).map((row) => [row.get(CODE), row]));
/** @type {Map<string, Map<string, number>>} */
const interests = new Map();
for (const row of readTable("Interests.txt")) {
	if (row.get("Scale ID") !== "OI") continue;
	const code = String(row.get(CODE));
	const values = interests.get(code) ?? new Map();
	interests.set(code, values.set(row.get("Element Name"), Number(row.get("Data Value"))));
}

const lines = [...interests].map(([code, values]) => {
	const title = titles.get(code);
	const zone = zones.get(code);
	if (TYPES.some((type) => !values.has(type))) throw new Error(`${code}: not six interests`);
	if (zone?.get("Title") !== title) throw new Error(`${code} ${title}: no job zone under this title`);
	return [code, zone?.get("Job Zone"), ...TYPES.map((type) => values.get(type)), title].join("\t");
});
lines.sort();
writeFileSync(TARGET, `${HEAD}${lines.join("\n")}\n`);
console.log(`${lines.length} occupations`);
