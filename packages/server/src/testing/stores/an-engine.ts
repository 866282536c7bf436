import { randomUUID } from "node:crypto";
import { copyFileSync, existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { aFolder } from "../folders/a-folder.ts";
import { runFolder } from "../folders/run-folder.ts";
import { aPostgresDatabase, type Template } from "../postgres/a-postgres.ts";

export const ENGINES = ["sqlite", "postgres"] as const;
export type Engine = (typeof ENGINES)[number];

/** On which database this project of vitest runs: every story is told on both. */
export const engine: Engine = process.env["CARHYTHM_TEST_ENGINE"] === "postgres" ? "postgres" : "sqlite";

/** A database of its own on the engine at hand, begun as a copy of the template or empty, gone after the test. */
export function aDatabase(template?: Template) {
	return aDatabaseOn(engine, template);
}

/** The same for stories that are told on both engines in one file. */
export async function aDatabaseOn(which: Engine, template?: Template) {
	const place = which === "postgres" ? await onServer(template) : await inFile(template);
	return { ...place, open: () => openDatabase(place.url) };
}

export type TestDatabase = Awaited<ReturnType<typeof aDatabaseOn>>;

type Place = AsyncDisposable & {
	url: DatabaseUrl;
	/** For DATABASE_URL and --database-url. */
	address: string;
};

async function onServer(template?: Template): Promise<Place> {
	return aPostgresDatabase(template ? { template } : {});
}

async function inFile(template?: Template): Promise<Place> {
	const folder = aFolder();
	const file = folder.file("test.db");
	const url: DatabaseUrl = { dialect: "sqlite", file };
	if (template) copyFileSync(await templateFile(template), file);
	return {
		url,
		address: `sqlite:${file}`,
		[Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
	};
}

/** Made once a run. Several processes may make it at once; each is as good as the other. */
async function templateFile({ name, fill }: Template): Promise<string> {
	const whole = join(runFolder(), `${name}.db`);
	if (existsSync(whole)) return whole;
	const file = `${whole}-${randomUUID()}`;
	await fill({ dialect: "sqlite", file });
	renameSync(file, whole);
	return whole;
}
