import type { Cell } from "@carhythm/core";
import { stringify } from "csv-stringify/sync";

/**
 * One record of RFC 4180, with its line end. A text that a spreadsheet would take for a formula gets an
 * apostrophe in front of it; numbers stay numbers.
 */
export function csvRecord(cells: readonly Cell[]): string {
	return stringify([cells.map(csvCell)], {
		record_delimiter: "windows",
		// By itself it quotes only the line end that it writes, and others break records too.
		quoted_match: /[\r\n]/,
	});
}

function csvCell(cell: Cell): string | number | null {
	if (cell === null || typeof cell === "number") return cell;
	return defuse(typeof cell === "string" ? cell : cell.join(" | "));
}

/** What begins a formula. The last four are what East Asian keyboards write instead. */
const FORMULA = "[=+\\-@\\u0000＝＋－＠]";
const BEGINS_AS_FORMULA = new RegExp(`^(?:${FORMULA}|[\\t\\r\\n])`);

/**
 * Where a spreadsheet that separates by `;` or TAB, as Excel does in most of Europe, would begin another cell.
 * It does not see the quotes of a cell that does not begin with one, so a line end begins a cell too. A quote
 * there is doubled in the file: the reader takes that for an empty text, with the formula behind it.
 */
const LATER_FORMULA = new RegExp(`(?<=[;\\t\\r\\n])(?="*${FORMULA})`, "g");

function defuse(text: string): string {
	const safe = text.replace(LATER_FORMULA, "'");
	return BEGINS_AS_FORMULA.test(safe) ? `'${safe}` : safe;
}
