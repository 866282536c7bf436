import type { Database, DatabaseUrl } from "../db/dialect.ts";
import { openDatabase } from "../db/open.ts";
import { aFolder } from "./a-folder.ts";
import { aPostgresDatabase } from "./a-postgres.ts";

export const ENGINES = ["sqlite", "postgres"] as const;
export type Engine = (typeof ENGINES)[number];

/** A real database with nothing in it, gone after the test. */
export async function anEmptyDatabase(engine: Engine) {
	return engine === "sqlite" ? anEmptyFile() : anEmptySchema();
}

export type EmptyDatabase = {
	url: DatabaseUrl;
	/** For DATABASE_URL. */
	address: string;
	open: () => Promise<Database>;
} & AsyncDisposable;

async function anEmptyFile(): Promise<EmptyDatabase> {
	const folder = aFolder();
	const file = folder.file("a.db");
	const url = { dialect: "sqlite", file } as const;
	return {
		url,
		address: `sqlite:${file}`,
		open: () => openDatabase(url),
		async [Symbol.asyncDispose]() {
			folder[Symbol.dispose]();
		},
	};
}

async function anEmptySchema(): Promise<EmptyDatabase> {
	const database = await aPostgresDatabase();
	const { url, address } = database;
	return {
		url,
		address,
		open: () => openDatabase(url),
		[Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
	};
}
