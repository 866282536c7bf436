import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../db/dialect.ts";
import { OperatorError } from "../operator-error.ts";
import { type Catalogue, readCatalogue } from "./catalogue.ts";
import { checksum, createLedger, LEDGER, type LedgerRow, type LedgerSchema, type Origin } from "./ledger.ts";
import { migrations } from "./list.ts";
import type { Action, Migration, Probe, Step } from "./migration.ts";

/** Where a run is: after an action inside a step's transaction, or after the step's commit. */
export type MigrationProgress = {
	migration: number;
	step: string;
	at: { action: number } | "committed";
};

export type AppliedStep = { migration: number; name: string; step: string; origin: Origin };

type StepStatus = { step: string; state: "done" | "todo" | "conflict"; ledger: LedgerRow | null };
export type MigrationStatus = {
	migration: number;
	name: string;
	state: "applied" | "partly" | "pending";
	steps: readonly StepStatus[];
};

type Run = {
	database: Database;
	onProgress: (progress: MigrationProgress) => void;
	/** Migrations that had steps in the ledger before this run. */
	begunBefore: ReadonlySet<number>;
};

/**
 * Brings the database up to date, step by step. It may be killed at any moment and started any number of times at once:
 * each step is there whole or not at all, and the next run goes on with what the catalogue lacks.
 * @param options.to the last migration to apply
 * @throws OperatorError `refused` for a database that is not ours to change, `conflict` when something is in the way
 */
export async function migrateUp(
	database: Database,
	options: { to?: number; onProgress?: (progress: MigrationProgress) => void } = {},
): Promise<{ applied: readonly AppliedStep[] }> {
	const db = ledgerOf(database);
	const found = await readCatalogue(db);
	refuseForeign(found);
	if (!found.has(LEDGER)) await createLedger(db);
	const before = await readLedger(db);
	refuseNewer(before);

	const run: Run = {
		database,
		onProgress: options.onProgress ?? (() => {}),
		begunBefore: new Set(before.map((row) => row.migration)),
	};
	const applied: AppliedStep[] = [];
	for (const migration of migrations.filter(({ number }) => number <= (options.to ?? Infinity))) {
		for (const step of await pending(db, migration)) {
			const origin = await applyStep(run, migration, step);
			if (origin) applied.push({ migration: migration.number, name: migration.name, step: step.id, origin });
		}
	}
	return { applied };
}

/** What is applied and what is not. Changes nothing, and also works on a database that was never migrated. */
export async function migrationStatus(database: Database): Promise<readonly MigrationStatus[]> {
	const db = ledgerOf(database);
	const catalogue = await readCatalogue(db);
	const ledger = catalogue.has(LEDGER) ? await readLedger(db) : [];
	return migrations.map((migration) => {
		const steps = migration.steps.map((step) => {
			const row = findRow(ledger, migration, step);
			const probed = probe(step, catalogue, row);
			return { step: step.id, state: typeof probed === "string" ? probed : "conflict", ledger: row } as const;
		});
		const done = steps.filter((step) => step.state === "done" && step.ledger).length;
		const state = done === steps.length ? "applied" : done > 0 ? "partly" : "pending";
		return { migration: migration.number, name: migration.name, state, steps };
	});
}

/** The steps that a look at the catalogue finds missing; each looks again inside its own transaction. */
async function pending(db: Kysely<LedgerSchema>, migration: Migration): Promise<Step[]> {
	const catalogue = await readCatalogue(db);
	const ledger = await readLedger(db);
	return migration.steps.filter((step) => {
		const row = findRow(ledger, migration, step);
		return !row || probe(step, catalogue, row) !== "done";
	});
}

/** @returns null when another process was faster. */
async function applyStep(run: Run, migration: Migration, step: Step): Promise<Origin | null> {
	const origin = await ledgerOf(run.database)
		.transaction()
		.execute(async (trx) => {
			const began = performance.now();
			const row = findRow(await readLedger(trx), migration, step);
			const probed = probe(step, await readCatalogue<LedgerSchema>(trx), row);
			if (typeof probed !== "string") throw conflict(migration, step, probed.conflict);
			if (probed === "done" && row) return null;
			if (probed === "todo") await act(run, trx, migration, step);
			const how = originOf(probed, run.begunBefore.has(migration.number));
			await record(run.database, trx, migration, step, how, performance.now() - began);
			return how;
		});
	if (origin) run.onProgress({ migration: migration.number, step: step.id, at: "committed" });
	return origin;
}

async function act(
	run: Run,
	trx: Transaction<LedgerSchema>,
	migration: Migration,
	step: Step,
): Promise<void> {
	for (const [i, action] of step[run.database.dialect.name].entries()) {
		await perform(run.database, trx, action);
		run.onProgress({ migration: migration.number, step: step.id, at: { action: i } });
	}
}

async function perform(database: Database, trx: Transaction<LedgerSchema>, action: Action): Promise<void> {
	if (typeof action === "string") {
		await sql.raw(action).execute(trx);
		return;
	}
	const { table, column, expression } = action.set_default;
	database.dialect.setColumnDefault(table, column, expression);
}

async function record(
	database: Database,
	trx: Transaction<LedgerSchema>,
	migration: Migration,
	step: Step,
	origin: Origin,
	took: number,
): Promise<void> {
	const row = {
		origin,
		checksum: checksum(step),
		applied_at: sql<string>`${sql.raw(database.dialect.now)}`,
		duration_ms: Math.round(took),
	};
	await trx
		.insertInto(LEDGER)
		.values({ migration: migration.number, step: step.id, ...row })
		.onConflict((found) => found.columns(["migration", "step"]).doUpdateSet(row))
		.execute();
}

function probe(step: Step, catalogue: Catalogue, row: LedgerRow | null): Probe {
	if (step.probe === "ledger") return row ? "done" : "todo";
	return step.probe(catalogue);
}

function originOf(probed: "done" | "todo", begunBefore: boolean): Origin {
	if (probed === "done") return "adopted";
	return begunBefore ? "resumed" : "applied";
}

function refuseForeign(catalogue: Catalogue): void {
	if (catalogue.has(LEDGER) || catalogue.size === 0) return;
	const known = catalogue.has("student_responses");
	throw new OperatorError(
		"refused",
		known
			? 'This database was made by another program. It has to be taken over once with "carhythm migrate adopt", which comes with the next release; until then use another file.'
			: "This database belongs to another program: it holds tables that CaRhythm did not make. Use another file.",
	);
}

function refuseNewer(ledger: readonly LedgerRow[]): void {
	const newest = migrations.at(-1)?.number ?? 0;
	const newer = ledger.find((row) => row.migration > newest);
	if (newer) {
		throw new OperatorError(
			"refused",
			`This database was changed by a newer CaRhythm (migration ${newer.migration}; this one knows up to ${newest}). Install the newer version.`,
		);
	}
}

function conflict(migration: Migration, step: Step, what: string): OperatorError {
	return new OperatorError(
		"conflict",
		`Migration ${migration.number} (${migration.name}) stops before its step ${step.id}: ${what}. Nothing was changed by this step.`,
	);
}

function findRow(ledger: readonly LedgerRow[], migration: Migration, step: Step): LedgerRow | null {
	return ledger.find((row) => row.migration === migration.number && row.step === step.id) ?? null;
}

async function readLedger(db: Kysely<LedgerSchema>): Promise<LedgerRow[]> {
	return db.selectFrom(LEDGER).selectAll().orderBy("applied_at").execute();
}

function ledgerOf(database: Database): Kysely<LedgerSchema> {
	return database.db.withTables<{ migration_ledger: LedgerRow }>();
}
