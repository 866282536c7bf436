import type { Kysely } from "kysely";
import type { Database } from "../db/dialect.ts";
import { LEDGER } from "../db/schema.ts";
import { OperatorError } from "../operator-error.ts";
import { createLedger, findRow, readLedger } from "./ledger/ledger.ts";
import type { LedgerRow, LedgerSchema, Origin } from "./ledger/ledger-schema.ts";
import { noteDecisions, readDecisions } from "./ledger/notes.ts";
import { withMigrationLock } from "./lock/lock.ts";
import type { Decisions, Findings, Migration, Probe, Step, StepContext } from "./migration.ts";
import { readOwnLedger } from "./refusals.ts";
import { applyStep } from "./steps/apply.ts";
import { probeStep } from "./steps/recorded-step.ts";
import { ledgerOf, type OnProgress, type Run } from "./steps/run-context.ts";
import { readSystemCatalogue, type SystemCatalogue } from "./system-catalogue/read-catalogue.ts";
import { migrations } from "./versions/list.ts";

type AppliedStep = { migration: number; name: string; step: string; origin: Origin };

export type UpOptions = {
	/** The last migration to apply. */
	to?: number;
	/** Whether a database that another program made may be taken over. */
	adopt?: boolean;
	decisions?: Partial<Decisions>;
	onProgress?: OnProgress;
	/** Told once when another process is migrating this database. */
	onWait?: () => void;
};

/** What a run did: its steps, and one line for each repair that changed rows. */
export type UpOutcome = { applied: readonly AppliedStep[] } & Readonly<Findings>;

/** The outcome of a run that found nothing to do. */
export const nothingDone = (): UpOutcome => ({ applied: [], ...noFindings() });

const noFindings = (): Findings => ({ repairs: [], restored: [], notes: [], losses: [] });

type StepStatus = {
	step: string;
	about: string;
	state: "done" | "todo" | "conflict";
	ledger: LedgerRow | null;
};
export type MigrationStatus = {
	migration: number;
	name: string;
	state: "applied" | "partly" | "pending";
	steps: readonly StepStatus[];
};

/**
 * Brings the database up to date, step by step. It may be killed at any moment and started any number of
 * times at once: each step is there whole or not at all, and the next run goes on with what the catalogue
 * lacks.
 * @throws OperatorError `refused` for a database that is not ours to change, `conflict` when something is in the way
 */
export async function migrateUp(database: Database, options: UpOptions = {}): Promise<UpOutcome> {
	if (!(await hasPending(database, options))) return nothingDone();
	return withMigrationLock(
		database,
		(assertLockHeld) => runUp(database, options, assertLockHeld),
		options.onWait,
	);
}

/** Whether there is anything to do. Changes nothing. @throws as {@link migrateUp} */
export async function hasPending(database: Database, options: UpOptions = {}): Promise<boolean> {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	const ledger = await readOwnLedger(db, catalogue, { adopt: options.adopt ?? false });
	if (!ledger) return true;
	const context = await stepContextOf(database, options);
	for (const { migration, step } of stepsOf(database, options.to)) {
		const row = findRow(ledger, migration.number, step.id);
		if (!row || (await probeStep(step, db, context, { catalogue, row })) !== "done") return true;
	}
	return false;
}

/** The part of {@link migrateUp} that needs the migration lock. */
export async function runUp(
	database: Database,
	options: UpOptions,
	assertLockHeld: () => Promise<void>,
): Promise<UpOutcome> {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	await readOwnLedger(db, catalogue, { adopt: options.adopt ?? false });
	const findings = noFindings();
	const context = await stepContextOf(database, options, (line, kind = "repairs") =>
		findings[kind].push(line),
	);
	await refuseConflicts(database, options);
	await createLedger(db, database.dialect);
	await noteDecisions(db, database.dialect, options.decisions);
	const before = await readLedger(db);

	const run: Run = {
		database,
		context,
		onProgress: options.onProgress ?? (() => {}),
		begunBefore: new Set(before.map((row) => row.migration)),
		isNew: catalogue.size === 0,
		isLive: await hasResponses(db, catalogue),
		assertLockHeld,
	};
	const applied: AppliedStep[] = [];
	for (const { migration, step } of stepsOf(database, options.to)) {
		const origin = await applyStep(run, migration, step);
		if (origin) applied.push({ migration: migration.number, name: migration.name, step: step.id, origin });
	}
	return { applied, ...findings };
}

async function hasResponses(db: Kysely<LedgerSchema>, catalogue: SystemCatalogue): Promise<boolean> {
	if (!catalogue.has("student_responses")) return false;
	return (await db.selectFrom("student_responses").select("id").limit(1).execute()).length > 0;
}

/** What is applied and what is not. Changes nothing, and also works on a database that was never migrated. */
export async function migrationStatus(database: Database): Promise<readonly MigrationStatus[]> {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	const ledger = catalogue.has(LEDGER) ? await readLedger(db) : [];
	const context = await stepContextOf(database, {});
	const all: MigrationStatus[] = [];
	for (const migration of migrations) {
		const steps: StepStatus[] = [];
		for (const { step } of stepsOf(database).filter((one) => one.migration === migration)) {
			const row = findRow(ledger, migration.number, step.id);
			const probed = await lookAhead(step, db, context, { catalogue, row });
			const state = typeof probed === "string" ? probed : "conflict";
			steps.push({ step: step.id, about: step.about, state, ledger: row });
		}
		const done = steps.filter((step) => step.state === "done" && step.ledger).length;
		const state = done === steps.length ? "applied" : done > 0 ? "partly" : "pending";
		all.push({ migration: migration.number, name: migration.name, state, steps });
	}
	return all;
}

/** Whether there is no table at all. */
export async function isEmpty(database: Database): Promise<boolean> {
	return (await readSystemCatalogue(ledgerOf(database), database.dialect.name)).size === 0;
}

/** Every step for this database, in order. */
export function stepsOf(database: Database, to = Infinity): { migration: Migration; step: Step }[] {
	return migrations
		.filter(({ number }) => number <= to)
		.flatMap((migration) => migration.steps.map((step) => ({ migration, step })))
		.filter(({ step }) => step.only === undefined || step.only === database.dialect.name);
}

/** What steps are given to work with. */
export async function stepContextOf(
	database: Database,
	options: Pick<UpOptions, "decisions">,
	report: StepContext["report"] = () => {},
): Promise<StepContext> {
	const { dialect } = database;
	return { dialect, decisions: await readDecisions(ledgerOf(database), dialect, options.decisions), report };
}

/** All that is in the way is said at once, before anything is changed. @throws OperatorError `conflict` */
export async function refuseConflicts(database: Database, { to, ...options }: UpOptions): Promise<void> {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	const context = await stepContextOf(database, options);
	const ledger = catalogue.has(LEDGER) ? await readLedger(db) : [];
	const conflicts: string[] = [];
	for (const { migration, step } of stepsOf(database, to)) {
		const row = findRow(ledger, migration.number, step.id);
		const probed = await lookAhead(step, db, context, { catalogue, row });
		if (typeof probed !== "string")
			conflicts.push(`${probed.conflict} (migration ${migration.number}, step ${step.id})`);
	}
	if (conflicts.length === 0) return;
	throw new OperatorError(
		"conflict",
		`Nothing was changed, because a decision is needed first:\n${conflicts.map((line) => `  - ${line}`).join("\n")}`,
	);
}

/** A look at a step whose forerunners may still be missing, so that what it looks at may not exist yet. */
async function lookAhead(
	step: Step,
	db: Kysely<LedgerSchema>,
	context: StepContext,
	found: { catalogue: SystemCatalogue; row: LedgerRow | null },
): Promise<Probe> {
	try {
		return await probeStep(step, db, context, found);
	} catch (error) {
		if (found.row) throw error;
		return "todo";
	}
}
