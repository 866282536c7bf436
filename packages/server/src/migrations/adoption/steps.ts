import type { Step } from "../migration.ts";
import { constraints } from "./constraints.ts";
import { ownContent } from "./content/step.ts";
import { details } from "./details.ts";
import { duplicates } from "./duplicates.ts";
import { reconciled } from "./reconcile.ts";
import { repairResponses } from "./repair-responses.ts";
import { repairsReported } from "./report.ts";
import { statusLabels } from "./status/admit-our-labels.ts";
import { moments } from "./times/activity.ts";
import { otherTimes } from "./times/other-times.ts";
import { timeColumns } from "./times/time-columns.ts";

/**
 * Puts right what the existing product wrote. After the tables of migration 3, before its unique index on
 * answers.
 */
export const repairs: readonly Step[] = [
	statusLabels,
	...timeColumns,
	moments,
	repairResponses,
	...constraints,
	...otherTimes,
	duplicates,
];

/** Makes sessions of the existing product's responses. After the unique index on answers. */
export const createAdoptedSessions: readonly Step[] = [ownContent, details, reconciled, repairsReported];
