/** A type as both databases know it, whatever it is called there. */
export type ColumnKind = "integer" | "real" | "text" | "time" | "boolean" | "other";

export type Column = {
	name: string;
	kind: ColumnKind;
	/** The type as the database itself writes it, in lower case: `varchar(36)`, `timestamp without time zone`. */
	declared: string;
	not_null: boolean;
	/** The default as the database itself writes it; null for none, and for keys that number themselves. */
	default: string | null;
};
/** The index of a primary key is left out: {@link Table.primary_key} says it. */
export type Index = {
	name: string;
	unique: boolean;
	/** `(expression)` stands for what is no column. */
	columns: readonly string[];
	/** The condition of a partial index as the database writes it. */
	where: string | null;
	/** False for what an interrupted CREATE INDEX CONCURRENTLY left behind. */
	valid: boolean;
};
export type ForeignKey = {
	/** PostgreSQL names every one; SQLite keeps no name that it would tell. */
	name: string | null;
	columns: readonly string[];
	references: { table: string; columns: readonly string[] };
	/** In lower case: `no action`, `cascade`. */
	on_delete: string;
	/** False while PostgreSQL has not looked at the rows that were there before. */
	validated: boolean;
};
/** PostgreSQL names every check, SQLite only those that were given a name. */
export type Check = { name: string | null; expression: string; validated: boolean };
export type Table = {
	columns: ReadonlyMap<string, Column>;
	primary_key: readonly string[];
	indexes: ReadonlyMap<string, Index>;
	foreign_keys: readonly ForeignKey[];
	checks: readonly Check[];
	/** For a column of an enumerated type: the type's name and its labels, in order. */
	enums: ReadonlyMap<string, { type: string; labels: readonly string[] }>;
};

/** The tables that a database really has, by name: what its own system catalogue tells of them. */
export type SystemCatalogue = ReadonlyMap<string, Table>;
