import type { Kysely, Transaction } from "kysely";
import type { DatabaseDialect } from "../db/dialect.ts";
import type { LedgerSchema } from "./ledger/ledger-schema.ts";
import type { SystemCatalogue } from "./system-catalogue/read-catalogue.ts";

export type Tx = Transaction<LedgerSchema>;

/** What an operator decided beforehand, where no rule decides. */
export type Decisions = {
	/** The zone of times that were stored without one, as PostgreSQL names zones. */
	assume_timezone: string;
	/** What a status that no rule knows stands for: found label to ours. */
	map_status: Readonly<Record<string, string>>;
};

/** What a run has to tell an operator, in one line each. */
export type Findings = {
	/** What was put right. */
	repairs: string[];
	/** What an undone migration had kept and is there again. */
	restored: string[];
	/** What differs from what one would expect, and loses nothing. */
	notes: string[];
	/** What does not come along. */
	losses: string[];
};

/** What work on rows is given. */
export type StepContext = {
	dialect: DatabaseDialect;
	decisions: Decisions;
	/** One line for the report: which rule, how many rows. Without a kind it is a repair that changed rows. */
	report: (line: string, kind?: keyof Findings) => void;
};

/** Something that SQL alone cannot say. `version` goes up whenever what it does changes. */
export type Task = {
	name: string;
	version: number;
	run: (tx: Tx, context: StepContext) => Promise<void>;
	/** What it comes to on a database that has nothing of it yet, for review. */
	sql?: string;
	/** The statements on a database that has some of it; {@link sql} where it is left out. */
	sqlFor?: (catalogue: SystemCatalogue) => readonly string[];
};

/** One thing that a step does: a statement of SQL, or what SQL has no statement for on every database. */
export type Action = string | { set_default: { table: string; column: string; expression: string } } | Task;

/** The same done on either database. */
export type Actions = { sqlite: readonly Action[]; postgres: readonly Action[] };

/** What is there of a step: all of it, nothing yet, or something in the way that needs a decision. */
export type Probe = "done" | "todo" | { conflict: string };

/** The looks that tell: at the catalogue, at rows, or only at the record of what was done. */
export type Prober =
	| ((catalogue: SystemCatalogue) => Probe)
	| {
			rows: (
				db: Kysely<LedgerSchema>,
				context: StepContext,
				catalogue: SystemCatalogue,
			) => Promise<Probe | "ledger">;
	  }
	| "ledger";

/** A lock on PostgreSQL as `pg_locks` names its mode. The tests hold these against what is really taken. */
export type Lock = { table: string; mode: LockMode };
export type LockMode =
	| "RowExclusiveLock"
	| "ShareUpdateExclusiveLock"
	| "ShareLock"
	| "ShareRowExclusiveLock"
	| "AccessExclusiveLock";

/** What steps said that they change. Whatever else differs is a difference. */
export type Allowances = {
	/** Columns whose values or definition change, or that go: `student_responses.status`. */
	columns?: readonly string[];
	/** Tables that get more rows. */
	more_rows?: readonly string[];
	/** Tables that lose rows, and the table in which those are kept: `undo_3_question_answers`. */
	moved_rows?: Readonly<Record<string, string>>;
	/** Tables that go, and objects by their kind and name: `index ix_pages_id`. */
	gone?: readonly string[];
};

type Common = {
	/** Unique within its migration, and never changed once released. */
	id: string;
	/** What it does, in plain words, as `migrate plan` says it. */
	about: string;
	/**
	 * The catalogue decides what is to be done, not a record of what once was: `IF NOT EXISTS` would take any
	 * object of the same name for the right one. `"ledger"` is for changes that cannot be seen afterwards.
	 */
	probe: Prober;
	/** The strongest lock on each table that others use. */
	locks: readonly Lock[];
	/** Whether PostgreSQL writes the whole table anew, holding up everybody who uses it. */
	rewrites?: (decisions: Decisions) => boolean;
	/** What it changes in tables of the existing product: verification expects nothing else. */
	changes?: Allowances;
	/** The only database that needs the step. */
	only?: DatabaseDialect["name"];
	/** Undoes the step without losing what its columns or tables held. Nothing where there is nothing to undo. */
	undo?: Actions;
};

/** Applied whole in one transaction, with its row in the ledger, or not at all. */
export type WholeStep = Common & { mode: "whole"; actions: Actions };

/** An index: in one transaction on SQLite; on PostgreSQL beside the traffic, checked valid afterwards. */
export type IndexStep = Common & {
	mode: "index";
	index: { name: string; table: string; columns: readonly string[]; unique: boolean; where: string | null };
};

/**
 * Rows brought up to date by ranges of an integer key, each range in a transaction of its own that also
 * stores how far it came: whatever interrupts it, every range is done exactly once.
 */
export type BatchesStep = Common & { mode: "batches"; batches: Batches };

type Batches = {
	table: string;
	/** An integer column with an index, mostly `id`. */
	key: string;
	/** How many keys a range spans. */
	size: number;
	/** Goes up whenever what a batch does changes. */
	version: number;
	/** Works on the rows with `from < key <= to`. @returns how many it changed */
	run: (tx: Tx, range: { from: number; to: number }, context: StepContext) => Promise<number>;
	/** The statements, for review. `:from` and `:to` stand for the range; empty where a program does it. */
	sql: { sqlite: readonly string[]; postgres: readonly string[] };
};

/** A step is found done, is done now, or stands in a conflict. */
export type Step = WholeStep | IndexStep | BatchesStep;

export type Migration = { number: number; name: string; steps: readonly Step[] };
