import { parseDisplayId, toInstant } from "@carhythm/core";
import type { Config } from "../../config.ts";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import type { Database } from "../../db/dialect.ts";
import type { ErasureMemory } from "../../db/erasures/memory.ts";
import { createSessionAdmin, type SessionAdmin } from "../../db/operator/session-admin.ts";
import { eraseKept } from "../../migrations/steps/undo-tables.ts";
import { OperatorError } from "../../operator-error.ts";
import { oneLine } from "../output.ts";

/** The operator's side of a database's sessions. */
export function adminOf(
	database: Database,
	config: Pick<Config, "session_expiry_days"> & { memory?: ErasureMemory | null },
): SessionAdmin {
	return createSessionAdmin(database, {
		assessments: createAssessmentStore(database),
		now: () => toInstant(Date.now()),
		expiry_days: config.session_expiry_days,
		eraseKept,
		memory: config.memory ?? null,
	});
}

/** @throws OperatorError `usage` */
export function displayIdOf(typed: string): string {
	const display_id = parseDisplayId(typed);
	if (!display_id) {
		throw new OperatorError(
			"usage",
			`"${oneLine(typed)}" is not a display id; one looks like 7GK2M-9XQ4T. "carhythm session list" shows them.`,
		);
	}
	return display_id;
}
