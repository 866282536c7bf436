import { createAssessmentStore } from "../../db/content/assessments.ts";
import type { Database } from "../../db/dialect.ts";
import { type AppliedLateEvents, applyLateEvents } from "../../db/operator/apply-late.ts";
import { counted, print, printJson, printTable, shortened } from "../output.ts";
import { systemUser } from "../recording.ts";
import { unknownSession } from "./session-show-history.ts";

/** `carhythm session apply-late` */
export async function applyLateTo(
	database: Database,
	display_id: string,
	options: { now: string; dryRun?: true; renew?: true; json?: true },
): Promise<void> {
	const { now, dryRun: dry_run = false, renew = false } = options;
	const assessments = createAssessmentStore(database);
	const applied = await applyLateEvents(database, assessments, display_id, {
		now,
		renew,
		dry_run,
		actor: systemUser(),
	});
	if (!applied) throw unknownSession(display_id);
	if (options.json) printJson({ dry_run, ...applied });
	else report(applied, dry_run);
}

function report({ display_id, events, before, after }: AppliedLateEvents, dry_run: boolean): void {
	if (events.length === 0) {
		print(`The session ${display_id} has no late events that wait. Nothing was changed.`);
		return;
	}
	const cells = events.map(({ revision, at, received_at, kind, question, becomes, value }) => [
		String(revision),
		at,
		received_at,
		kind,
		question,
		becomes,
		shortened(value),
	]);
	printTable(["REVISION", "DONE", "CAME", "WHAT", "QUESTION", "BECOMES", "VALUE"], cells);
	print("");
	print(`answers        ${before.answered} → ${after.answered}`);
	print(`last activity  ${before.last_activity} → ${after.last_activity}`);
	print(
		dry_run
			? "Nothing was changed. Without --dry-run these late events are applied."
			: `${counted(events.length, "late event")} applied to the session ${display_id}.`,
	);
}
