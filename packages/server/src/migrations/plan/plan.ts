import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import { sql } from "kysely";
import type { Database, DatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { LEDGER } from "../../db/schema.ts";
import { findRow, readLedger } from "../ledger/ledger.ts";
import type { Findings, Lock, Migration, Step } from "../migration.ts";
import { migrateUp, stepContextOf, stepsOf, type UpOptions } from "../runner.ts";
import { probeStep } from "../steps/recorded-step.ts";
import { ledgerOf } from "../steps/run-context.ts";
import { readSystemCatalogue } from "../system-catalogue/read-catalogue.ts";
import { planSql } from "./plan-sql.ts";

/** A step that is still to do, as an operator reads it. */
export type PlannedStep = {
	migration: number;
	name: string;
	step: string;
	about: string;
	how: string;
	/** On PostgreSQL; SQLite has one lock for all writers. */
	locks: readonly Lock[];
	rewrites: boolean;
	/** Rows of the table that it goes through; null where it goes through none. An estimate on PostgreSQL. */
	rows: number | null;
	/** What stands in its way; null for nothing. */
	conflict: string | null;
};

/** The same steps done on a copy. */
export type Rehearsal = {
	steps: readonly { migration: number; step: string; ms: number }[];
	ms: number;
} & Readonly<Findings>;

/** `found`: how many steps were found done without the ledger saying so. */
export type Plan = { steps: readonly PlannedStep[]; found: number; sql: string };

/** How the printed SQL is applied. */
const APPLY_BY_HAND = {
	sqlite:
		'-- Apply it with "sqlite3 -bail FILE < FILE.sql", then run "carhythm migrate adopt". sqlite3 3.40 is enough.\n',
	postgres: '-- Apply it with "psql -v ON_ERROR_STOP=1 -f FILE.sql", then run "carhythm migrate adopt".\n',
};

/**
 * Says what `migrate up` would do. Changes nothing.
 * @param options.rehearsal names steps that only earlier steps make necessary, such as filling a column that
 *   is still missing
 */
export async function makePlan(
	database: Database,
	options: Pick<UpOptions, "to" | "decisions"> & { rehearsal?: Rehearsal | null },
): Promise<Plan> {
	const db = ledgerOf(database);
	const dialect = database.dialect.name;
	const catalogue = await readSystemCatalogue(db, dialect);
	const ledger = catalogue.has(LEDGER) ? await readLedger(db) : [];
	const context = await stepContextOf(database, options);
	const planned: PlannedStep[] = [];
	const open = new Set<Step>();
	const rehearsed = new Set(options.rehearsal?.steps.map(stepName));
	let found = 0;
	for (const { migration, step } of stepsOf(database, options.to)) {
		const row = findRow(ledger, migration.number, step.id);
		// What a step looks at may be made by an earlier one.
		const probed = await probeStep(step, db, context, { catalogue, row }).catch(() => "todo" as const);
		const name = stepName({ migration: migration.number, step: step.id });
		if (probed === "done" && !rehearsed.has(name)) {
			if (!row) found += 1;
			continue;
		}
		open.add(step);
		planned.push({
			migration: migration.number,
			name: migration.name,
			step: step.id,
			about: step.about,
			how: howOf(step, dialect),
			locks: dialect === "postgres" ? step.locks.filter(({ table }) => catalogue.has(table)) : [],
			rewrites: dialect === "postgres" && (step.rewrites?.(context.decisions) ?? false),
			rows: await rowsOf(database, step, (table) => catalogue.has(table)),
			conflict: typeof probed === "string" ? null : probed.conflict,
		});
	}
	const touched = [...new Set(planned.map(({ migration }) => migration))];
	const chosen = stepsOf(database, options.to).map(({ migration }) => migration);
	const texts = touched.map((number) => {
		const migration = chosen.find((one) => one.number === number) as Migration;
		return planSql(migration, dialect, { only: open, found: catalogue });
	});
	return { steps: planned, found, sql: [APPLY_BY_HAND[dialect], ...texts].join("\n") };
}

function howOf(step: Step, dialect: "sqlite" | "postgres"): string {
	switch (step.mode) {
		case "whole":
			return "in one short transaction";
		case "index":
			return dialect === "postgres" ? "beside the traffic" : "in one transaction";
		case "batches":
			return `in ranges of ${step.batches.size} rows`;
	}
}

async function rowsOf(
	database: Database,
	step: Step,
	exists: (table: string) => boolean,
): Promise<number | null> {
	const table =
		step.mode === "index" ? step.index.table : step.mode === "batches" ? step.batches.table : null;
	if (table === null) return null;
	if (!exists(table)) return 0;
	const { rows } =
		database.dialect.name === "postgres"
			? await sql<{ n: number }>`
				SELECT greatest(reltuples, 0)::bigint AS n FROM pg_class WHERE oid = to_regclass(${table})`.execute(
					database.lookups,
				)
			: await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.table(table)}`.execute(database.lookups);
	return Number(rows[0]?.n ?? 0);
}

/**
 * Does the same on a copy of an SQLite database, which shows how long each step takes, what the repairs find,
 * and that all of it works. The copy lies beside the database while it lasts.
 * @returns null on PostgreSQL, where a copy would be a matter of its own
 */
export async function rehearse(url: DatabaseUrl, options: UpOptions): Promise<Rehearsal | null> {
	if (url.dialect !== "sqlite") return null;
	const { file } = url;
	const folder = mkdtempSync(join(dirname(resolve(file)), ".carhythm-rehearsal-"));
	try {
		const copy = join(folder, "copy.db");
		const source = new SqliteFile(file, { readonly: true });
		try {
			source.prepare("VACUUM INTO ?").run(copy);
		} finally {
			source.close();
		}
		const database = await openDatabase({ dialect: "sqlite", file: copy });
		try {
			const began = performance.now();
			const before = new Set((await ledgerRows(database)).map(stepName));
			const { applied: _, ...findings } = await migrateUp(database, { ...options, adopt: true });
			const ms = Math.round(performance.now() - began);
			const steps = (await ledgerRows(database))
				.filter((row) => row.origin !== "adopted" && !before.has(stepName(row)))
				.map(({ migration, step, duration_ms }) => ({ migration, step, ms: duration_ms }));
			return { steps, ms, ...findings };
		} finally {
			await database.close();
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

const stepName = ({ migration, step }: { migration: number; step: string }) => `${migration}:${step}`;

async function ledgerRows(database: Database) {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	return catalogue.has(LEDGER) ? readLedger(db) : [];
}
