import type { Kysely } from "kysely";
import type { DatabaseUrl } from "../db/dialect.ts";
import { readPostgresCatalogue } from "./catalogue-postgres.ts";
import { readSqliteCatalogue } from "./catalogue-sqlite.ts";
import type { Catalogue } from "./catalogue-types.ts";

export type { Catalogue, Check, Column, ColumnKind, ForeignKey, Index, Table } from "./catalogue-types.ts";

/** Reads what is really there: every table of the file, or of PostgreSQL's current schema. */
export function readCatalogue<Tables>(
	db: Kysely<Tables>,
	dialect: DatabaseUrl["dialect"],
): Promise<Catalogue> {
	return dialect === "sqlite" ? readSqliteCatalogue(db) : readPostgresCatalogue(db);
}
