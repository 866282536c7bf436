import type { Step } from "./migration.ts";
import { indexExists, tableExists } from "./probes.ts";

/**
 * A step that creates a table.
 * @param definition what stands between the brackets of CREATE TABLE, one column or constraint a line
 */
export function createTable(name: string, definition: string): Step {
	const lines = definition
		.trim()
		.split("\n")
		.map((line) => line.trim());
	const columns = lines
		.map((line) => /^([a-z_]+)\s/.exec(line)?.[1])
		.filter((column) => column !== undefined);
	return {
		id: `table_${name}`,
		probe: tableExists(name, columns),
		sqlite: [`CREATE TABLE ${name} (\n\t${lines.join("\n\t")}\n)`],
	};
}

/** A step that creates an index. `where` limits it to some rows. */
export function createIndex(
	name: string,
	table: string,
	columns: readonly string[],
	options: { unique?: boolean; where?: string } = {},
): Step {
	const unique = options.unique ?? false;
	const where = options.where ? ` WHERE ${options.where}` : "";
	return {
		id: name,
		probe: indexExists(table, name, columns, unique),
		sqlite: [`CREATE ${unique ? "UNIQUE " : ""}INDEX ${name} ON ${table} (${columns.join(", ")})${where}`],
	};
}
