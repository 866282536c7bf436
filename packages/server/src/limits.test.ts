import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { highestLimits, LIMITS, limitsWith } from "./limits.ts";

/** The table of docs/limits.md. */
function limitsTable(): string {
	const rows = Object.values(LIMITS).map(
		({ variable, fallback, from, to, about }) =>
			`| \`${variable}\` | ${fallback} | ${from} to ${to} | ${about} |\n`,
	);
	return ["| setting | default | bounds | |\n", "|---|---|---|---|\n", ...rows].join("");
}

test("docs/limits.md has each limit with its default, its bounds and its reason", () => {
	expect(readFileSync(new URL("../../../docs/limits.md", import.meta.url), "utf8")).toContain(limitsTable());
});

test("each limit is a setting within its bounds", () => {
	expect(readConfig({}, {}).limits).toEqual(limitsWith());
	for (const [name, { variable, from, to, fallback }] of Object.entries(LIMITS)) {
		expect([name, fallback >= from && fallback <= to]).toEqual([name, true]);
		expect(readConfig({}, { [variable]: String(to) }).limits).toEqual(limitsWith({ [name]: to }));
		for (const wrong of [String(to + 1), String(from - 1), "many", "1.5", " 7"]) {
			expect(() => readConfig({}, { [variable]: wrong })).toThrow(variable);
		}
	}
});

test("the highest limits refuse nobody for what others do", () => {
	expect(highestLimits()).toMatchObject({ server_processes: 1, free_disk_mib: 0, free_disk_percent: 0 });
});
