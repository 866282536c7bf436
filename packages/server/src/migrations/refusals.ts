import type { Kysely } from "kysely";
import type { Database } from "../db/dialect.ts";
import { LEDGER } from "../db/schema.ts";
import { OperatorError } from "../operator-error.ts";
import { findRow, isEdited, readLedger } from "./ledger/ledger.ts";
import { isBookkeeping, type LedgerRow, type LedgerSchema } from "./ledger/ledger-schema.ts";
import { ledgerOf } from "./steps/run-context.ts";
import { readSystemCatalogue, type SystemCatalogue } from "./system-catalogue/read-catalogue.ts";
import { migrations } from "./versions/list.ts";

const NOT_TAKEN_OVER =
	'This database was made by another program, or by hand. Take it over once with "carhythm migrate adopt"; "carhythm migrate plan" says beforehand what that will do.';

/**
 * A ledger without a row says nothing: programs before 0.1.0 wrote one when they were asked to undo what they
 * had never done.
 * @returns the ledger; null for a database without any table, and for one that may be adopted
 * @throws OperatorError `refused` for a database of another program or of another version of this one
 */
export async function readOwnLedger(
	db: Kysely<LedgerSchema>,
	catalogue: SystemCatalogue,
	{ adopt }: { adopt: boolean },
): Promise<readonly LedgerRow[] | null> {
	const ledger = catalogue.has(LEDGER) ? await readLedger(db) : [];
	if (ledger.length > 0) {
		refuseNewer(ledger);
		refuseUnreleased(ledger);
		return ledger;
	}
	if ([...catalogue.keys()].every(isBookkeeping)) return null;
	if (!catalogue.has("student_responses")) {
		throw new OperatorError(
			"refused",
			"This database belongs to another program: it holds tables that CaRhythm did not make. Use another one.",
		);
	}
	if (!adopt) throw new OperatorError("refused", NOT_TAKEN_OVER);
	return null;
}

/** @throws OperatorError `refused` for a database that no migration of this program has made or taken over */
export async function requireMigrated(database: Database): Promise<void> {
	const db = ledgerOf(database);
	const catalogue = await readSystemCatalogue(db, database.dialect.name);
	if (await readOwnLedger(db, catalogue, { adopt: false })) return;
	throw new OperatorError("refused", 'This database is empty. "carhythm migrate up" makes its tables.');
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

/** The steps of a released migration never change: what differs was written by a commit between releases. */
function refuseUnreleased(ledger: readonly LedgerRow[]): void {
	const [unknown] = unknownSteps(ledger);
	const [edited] = editedSteps(ledger);
	if (!unknown && !edited) return;
	const why = unknown
		? `its ledger names the step ${unknown.step} of migration ${unknown.migration}, which no release has`
		: `the step ${edited?.step} of migration ${edited?.migration} says something else here than when it was applied`;
	throw new OperatorError(
		"refused",
		`This database was made by an unreleased commit of CaRhythm (${why}), and no release can upgrade it: export its answers with the program that made it ("carhythm export"), or restore a backup of a released version, or begin with a new database.`,
	);
}

/** The rows of a ledger that name a step which this program does not have. */
export function unknownSteps(ledger: readonly LedgerRow[]): { migration: number; step: string }[] {
	return ledger
		.filter(({ migration, step }) => {
			const known = migrations.find(({ number }) => number === migration);
			return !known?.steps.some(({ id }) => id === step);
		})
		.map(({ migration, step }) => ({ migration, step }));
}

/** The steps that say something else than when they were applied. */
export function editedSteps(ledger: readonly LedgerRow[]): { migration: number; step: string }[] {
	return migrations.flatMap(({ number, steps }) =>
		steps
			.filter((step) => {
				const row = findRow(ledger, number, step.id);
				return row !== null && isEdited(step, row);
			})
			.map(({ id }) => ({ migration: number, step: id })),
	);
}
