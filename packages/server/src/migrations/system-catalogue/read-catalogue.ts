import type { Kysely } from "kysely";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { readPostgresCatalogue } from "./postgres.ts";
import { readSqliteCatalogue } from "./sqlite.ts";
import type { SystemCatalogue } from "./types.ts";

export type { Check, Column, ColumnKind, ForeignKey, Index, SystemCatalogue, Table } from "./types.ts";

/** Reads what is really there: every table of the file, or of PostgreSQL's current schema. */
export function readSystemCatalogue<Tables>(
	db: Kysely<Tables>,
	dialect: DatabaseUrl["dialect"],
): Promise<SystemCatalogue> {
	return dialect === "sqlite" ? readSqliteCatalogue(db) : readPostgresCatalogue(db);
}
