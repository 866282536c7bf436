import type { Kysely } from "kysely";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { readPostgresCatalogue } from "./postgres.ts";
import { readSqliteCatalogue } from "./sqlite.ts";
import type { Catalogue } from "./types.ts";

export type { Catalogue, Check, Column, ColumnKind, ForeignKey, Index, Table } from "./types.ts";

/** Reads what is really there: every table of the file, or of PostgreSQL's current schema. */
export function readCatalogue<Tables>(
	db: Kysely<Tables>,
	dialect: DatabaseUrl["dialect"],
): Promise<Catalogue> {
	return dialect === "sqlite" ? readSqliteCatalogue(db) : readPostgresCatalogue(db);
}
