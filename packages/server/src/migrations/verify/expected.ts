import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../db/open.ts";
import { isBookkeeping } from "../ledger/ledger-schema.ts";
import { migrateUp } from "../runner.ts";
import { readSystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { type Shape, shapeOf } from "../system-catalogue/shape.ts";

const shapes = new Map<number, Promise<Shape>>();

/**
 * The shape that the migrations up to this one make: they are run once, on an empty SQLite file. Both
 * databases have the same shape, so that it is what PostgreSQL is held against as well.
 */
export function expectedShape(to: number): Promise<Shape> {
	const known = shapes.get(to) ?? makeShape(to);
	shapes.set(to, known);
	return known;
}

async function makeShape(to: number): Promise<Shape> {
	if (to < 1) return {};
	const folder = await mkdtemp(join(tmpdir(), "carhythm-shape-"));
	try {
		const database = await openDatabase({ dialect: "sqlite", file: join(folder, "empty.db") });
		try {
			await migrateUp(database, { to });
			const catalogue = await readSystemCatalogue(database.db, "sqlite");
			const tables = [...catalogue.keys()].filter((name) => !isBookkeeping(name));
			return shapeOf(catalogue, tables);
		} finally {
			await database.close();
		}
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
