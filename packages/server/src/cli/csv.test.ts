import { expect, test } from "vitest";
import { csvRecord } from "./csv.ts";

test.each(["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\na", "＝1", "＋1", "－1", "＠a"])(
	"a text %j is no formula in a spreadsheet",
	(text) => {
		expect(csvRecord([text, "x"])).toMatch(/^"?'/);
		expect(csvRecord([text, "x"])).toContain(text);
	},
);

test("numbers stay numbers, nothing is an empty cell, a list is one cell", () => {
	expect(csvRecord([-5, 0.25, null, "", ["a", "b"], [3, 1, 2]])).toBe("-5,0.25,,,a | b,3 | 1 | 2\r\n");
	expect(csvRecord([["=1", "b"]])).toBe("'=1 | b\r\n");
});

test("quotes, commas and line ends inside a text survive", () => {
	expect(csvRecord(['say "no", then\r\nleave', "مرحبا"])).toBe('"say ""no"", then\r\nleave",مرحبا\r\n');
	expect(csvRecord(["a\nb", "a\rb"])).toBe('"a\nb","a\rb"\r\n');
});
