import type { DatabaseUrl } from "../../db/dialect.ts";
import type { SystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import type { Shape } from "../system-catalogue/shape.ts";

/** What a database held at one moment, in a form that fits into a file and can be held against a later one. */
export type Snapshot = {
	dialect: DatabaseUrl["dialect"];
	tables: Readonly<Record<string, TableSnapshot>>;
	shape: Shape;
	/** Views, triggers, indexes and functions: `view finished` and its text. */
	objects: Readonly<Record<string, string>>;
	/** How far the ids of a table were given, by table: an id that was erased is never given again. */
	sequences: Readonly<Record<string, number>>;
	/** Rows that name a row which is not there: how many, by foreign key. */
	violations: Readonly<Record<string, number>>;
	/** What SQLite's `quick_check` says; `ok` on PostgreSQL, which has none. */
	soundness: string;
	/** What tells whether others wrote since: compared with the same of a later snapshot of the same open database. */
	writers: Writers;
};
export type TableSnapshot = Totals & {
	/** The single integer column of the primary key; null where there is no such thing. */
	key: string | null;
	newest: number | null;
	/** Only the rows up to the newest of the earlier snapshot; null where there is none to go by. */
	settled: Totals | null;
};
export type Totals = {
	rows: number;
	/**
	 * A sum over the rows of each column, of a hash of the value together with the row's key: the order of
	 * rows does not count, a value in the wrong row does. `(row)` is the whole row, where a table has no key.
	 * A column's sum over some rows and its sum over the others add up to that over all.
	 */
	columns: Readonly<Record<string, string>>;
};
/**
 * `data_version` is SQLite's count of what other connections committed; `others` the clients of PostgreSQL
 * beside this program.
 */
export type Writers = { data_version: number; others: number };

/** The part of it that each database does in its own way. All of it looks at one unchanging moment. */
export type SnapshotReader = {
	totals(table: string, plan: Plan): Promise<{ all: Totals; settled: Totals | null; newest: number | null }>;
	objects(): Promise<Record<string, string>>;
	sequences(): Promise<Record<string, number>>;
	violations(catalogue: SystemCatalogue): Promise<Record<string, number>>;
	soundness(): Promise<string>;
};
export type Plan = {
	columns: readonly string[];
	/** The columns that tell one row from another; empty where nothing does. */
	identity: readonly string[];
	/** A single integer column of the primary key. */
	key: string | null;
	/** The rows up to this key are added up on their own as well. */
	bound: number | null;
};
