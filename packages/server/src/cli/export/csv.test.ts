import { expect, test } from "vitest";
import { csvRecord } from "./csv.ts";

test.each(["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "＋1", "－1", "＠a"])(
	"a text %j is no formula in a spreadsheet",
	(text) => {
		expect(csvRecord([text, "x"])).toMatch(/^"?'/);
		expect(csvRecord([text, "x"])).toContain(text);
	},
);

/** How a spreadsheet reads a record that it splits by another separator: quotes count only where a cell begins. */
function cellsReadBy(separator: string, record: string): string[] {
	const cells: string[] = [];
	let rest = record.replace(/\r\n$/, "");
	while (rest !== "") {
		const quoted = /^"((?:[^"]|"")*)"/.exec(rest);
		const end = [separator, "\r", "\n"].map((one) => rest.indexOf(one, quoted?.[0].length ?? 0));
		const stop = Math.min(...end.filter((at) => at >= 0), rest.length);
		const plain = rest.slice(quoted?.[0].length ?? 0, stop);
		cells.push((quoted?.[1]?.replaceAll('""', '"') ?? "") + plain);
		rest = rest.slice(stop + 1);
	}
	return cells;
}

test.each([
	";=cmd|calc!A0;",
	"a;+1;b",
	"a;-1",
	"a\t=1+1",
	"a\r\n@b",
	"a\n=1",
	"a\r=1",
	"a;\t=1",
	'a;"=1"',
	'a;""=1',
	"a;＝1",
	"a;\u0000=1",
	"=1;=2",
])("the text %j is no formula for a spreadsheet that separates by semicolons or tabs", (text) => {
	for (const record of [csvRecord(["x", text, "y"]), csvRecord([text, "y"]), csvRecord(["x,y", text])]) {
		for (const separator of [",", ";", "\t"]) {
			const cells = cellsReadBy(separator, record);
			expect(cells.filter((cell) => /^[=+\-@\u0000＝＋－＠]/.test(cell))).toEqual([]);
		}
	}
});

test("a text without a formula after a separator stays as it was typed", () => {
	for (const text of ["a;b", "a; =1", "a = b - c", "x'=1", "a\tb", "mail@school.example", "1;2;3"]) {
		expect(csvRecord([text, "x"])).toBe(`${text},x\r\n`);
	}
	expect(csvRecord(["a\n- one\n- two"])).toBe(`"a\n'- one\n'- two"\r\n`);
});

test("numbers stay numbers, nothing is an empty cell, a list is one cell", () => {
	expect(csvRecord([-5, 0.25, null, "", ["a", "b"], [3, 1, 2]])).toBe("-5,0.25,,,a | b,3 | 1 | 2\r\n");
	expect(csvRecord([["=1", "b"]])).toBe("'=1 | b\r\n");
});

test("quotes, commas and line ends inside a text survive", () => {
	expect(csvRecord(['say "no", then\r\nleave', "مرحبا"])).toBe('"say ""no"", then\r\nleave",مرحبا\r\n');
	expect(csvRecord(["a\nb", "a\rb"])).toBe('"a\nb","a\rb"\r\n');
});
