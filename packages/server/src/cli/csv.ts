import type { Cell } from "@carhythm/core";
import { stringify } from "csv-stringify/sync";

/**
 * One record of RFC 4180, with its line end. A text that a spreadsheet would take for a formula gets a
 * leading apostrophe; numbers stay numbers.
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

function defuse(text: string): string {
	return /^[=+\-@\t\r\n\u0000＝＋－＠]/.test(text) ? `'${text}` : text;
}
