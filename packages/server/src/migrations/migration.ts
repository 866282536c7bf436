import type { Catalogue } from "./catalogue.ts";

/** One thing that a step does: a statement of SQL, or what SQL has no statement for on every database. */
export type Action = string | { set_default: { table: string; column: string; expression: string } };

/** What the catalogue says of a step: already there, still to do, or something in the way that needs a decision. */
export type Probe = "done" | "todo" | { conflict: string };

/** A step is applied whole, with its row in the ledger, or not at all. */
export type Step = {
	/** Unique within its migration, and never changed once released. */
	id: string;
	/**
	 * The catalogue decides what is to be done, not a record of what once was: `IF NOT EXISTS` would take any object of the
	 * same name for the right one. `"ledger"` is for changes of rows, which the catalogue does not show.
	 */
	probe: ((catalogue: Catalogue) => Probe) | "ledger";
	sqlite: readonly Action[];
};

export type Migration = { number: number; name: string; steps: readonly Step[] };
