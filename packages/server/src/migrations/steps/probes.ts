import type { Probe } from "../migration.ts";
import type { Column, SystemCatalogue } from "../system-catalogue/read-catalogue.ts";

type Look = (catalogue: SystemCatalogue) => Probe;

/** Done when the table exists with at least these columns. */
export function tableExists(name: string, columns: readonly string[]): Look {
	return (catalogue) => {
		const table = catalogue.get(name);
		if (!table) return "todo";
		const missing = columns.filter((column) => !table.columns.has(column));
		return missing.length === 0
			? "done"
			: { conflict: `the table ${name} exists without the column ${missing.join(", ")}` };
	};
}

/** Done when the table has the column and the column is as it should be; `wrong` says what is not. */
export function columnExists(
	table: string,
	column: string,
	wrong: (column: Column) => string | null = () => null,
): Look {
	return (catalogue) => {
		const found = catalogue.get(table)?.columns.get(column);
		if (!found) return "todo";
		const problem = wrong(found);
		return problem === null ? "done" : { conflict: `the column ${table}.${column} ${problem}` };
	};
}

/** Done when the index exists on exactly these columns and can be used. */
export function indexExists(table: string, name: string, columns: readonly string[], unique: boolean): Look {
	return (catalogue) => {
		const found = catalogue.get(table)?.indexes.get(name);
		// What an interrupted build left behind is built again.
		if (!found?.valid) return "todo";
		return found.unique === unique && found.columns.join() === columns.join()
			? "done"
			: {
					conflict: `the index ${name} is on (${found.columns.join(", ")})${found.unique ? ", unique" : ""}`,
				};
	};
}
