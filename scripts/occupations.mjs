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

/** The rows of a text file of the database, without its head, as records by column name. */
function readTable(name) {
	const [head, ...lines] = readFileSync(join(folder, name), "utf8").trimEnd().split(/\r?\n/);
	return records([head, ...lines].map((line) => line.split("\t")));
}

function records([head, ...rows]) {
	return rows.map((row) => Object.fromEntries(head.map((column, n) => [column, row[n]])));
}

const titles = new Map(
	readTable("Occupation Data.txt").map((row) => [row["O*NET-SOC Code"], row.Title]),
);
const zones = new Map(
	records(readSheet(join(folder, "Job Zones.xlsx"))).map((row) => [row["O*NET-SOC Code"], row]),
);
const interests = new Map();
for (const row of readTable("Interests.txt")) {
	if (row["Scale ID"] !== "OI") continue;
	const code = row["O*NET-SOC Code"];
	interests.set(code, [...(interests.get(code) ?? []), [row["Element Name"], row["Data Value"]]]);
}

const TYPES = ["Realistic", "Investigative", "Artistic", "Social", "Enterprising", "Conventional"];
const lines = [];
for (const [code, values] of [...interests].sort(([a], [b]) => (a < b ? -1 : 1))) {
	const title = titles.get(code);
	const zone = zones.get(code);
	if (values.map(([type]) => type).join() !== TYPES.join()) throw new Error(`${code}: not six interests`);
	if (!zone || zone.Title !== title) throw new Error(`${code} ${title}: no job zone, or one of ${zone?.Title}`);
	lines.push([code, zone["Job Zone"], ...values.map(([, value]) => String(Number(value))), title].join("\t"));
}
writeFileSync(TARGET, `${HEAD}${lines.join("\n")}\n`);
console.log(`${lines.length} occupations`);
