import { PERSONAL_FIELDS } from "../../privacy-settings.ts";
import type { ExportTable } from "./export-table.ts";

/** A table without the columns that tell who a student is. */
export function withoutPerson(table: ExportTable): ExportTable {
	const isPersonal = (name: string) => PERSONAL_FIELDS.some((field) => field === name);
	const kept = table.columns.map(({ name }) => !isPersonal(name));
	return {
		...table,
		columns: table.columns.filter((_, i) => kept[i]),
		rows: (session) => table.rows(session).map((row) => row.filter((_, i) => kept[i])),
	};
}
