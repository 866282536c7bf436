import type { Check, Column, ForeignKey, Index, SystemCatalogue } from "./types.ts";

type Building = {
	columns: Map<string, Column>;
	primary_key: string[];
	indexes: Map<string, Index & { columns: string[] }>;
	foreign_keys: Map<string, ForeignKey & { columns: string[]; references: { columns: string[] } }>;
	checks: Check[];
	enums: Map<string, { type: string; labels: readonly string[] }>;
};

export type IndexRow = {
	table: string;
	name: string;
	unique: number;
	primary: number;
	where: string | null;
	valid: number;
	column: string | null;
};

export type ForeignKeyRow = {
	table: string;
	/** What tells two foreign keys of one table apart. */
	key: string;
	name: string | null;
	column: string;
	parent: string;
	parent_column: string;
	on_delete: string;
	validated: number;
};

/** Puts a catalogue together from rows of one column each, as databases tell about themselves. */
export function catalogueBuilder() {
	const tables = new Map<string, Building>();
	return {
		add(table: string, column: Column): void {
			const known = tables.get(table) ?? empty();
			tables.set(table, known);
			known.columns.set(column.name, column);
		},
		table: (name: string) => tables.get(name),
		/** Columns come in the order that they have in the index. */
		addToIndex({ table, name, unique, primary, where, valid, column }: IndexRow): void {
			const known = tables.get(table);
			if (primary === 1) {
				known?.primary_key.push(column ?? "(expression)");
				return;
			}
			const index = known?.indexes.get(name) ?? {
				name,
				unique: unique === 1,
				columns: [],
				where,
				valid: valid === 1,
			};
			index.columns.push(column ?? "(expression)");
			known?.indexes.set(name, index);
		},
		/** Columns come in the order that they have in the foreign key. */
		addToForeignKey(row: ForeignKeyRow): void {
			const known = tables.get(row.table);
			const foreignKey = known?.foreign_keys.get(row.key) ?? {
				name: row.name,
				columns: [],
				references: { table: row.parent, columns: [] },
				on_delete: row.on_delete.toLowerCase(),
				validated: row.validated === 1,
			};
			foreignKey.columns.push(row.column);
			foreignKey.references.columns.push(row.parent_column);
			known?.foreign_keys.set(row.key, foreignKey);
		},
		catalogue(): SystemCatalogue {
			return new Map(
				[...tables].map(([name, table]) => [
					name,
					{ ...table, foreign_keys: [...table.foreign_keys.values()] },
				]),
			);
		},
	};
}

function empty(): Building {
	return {
		columns: new Map(),
		primary_key: [],
		indexes: new Map(),
		foreign_keys: new Map(),
		checks: [],
		enums: new Map(),
	};
}
