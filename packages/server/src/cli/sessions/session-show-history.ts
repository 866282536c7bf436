import { createAssessmentStore } from "../../db/content/assessments.ts";
import type { Database } from "../../db/dialect.ts";
import { createSessionHistory, type LateEvent, type PastSession } from "../../db/operator/session-history.ts";
import { OperatorError } from "../../operator-error.ts";
import { oneLine, print, printJson, printTable, shortened } from "../output.ts";

/** `carhythm session show … --at` and `--late` */
export async function showPast(
	database: Database,
	display_id: string,
	options: { at?: number; late?: true; json?: true },
): Promise<void> {
	const history = createSessionHistory(database, createAssessmentStore(database));
	if (options.at === undefined) {
		const late = await history.late(display_id);
		if (!late) throw unknownSession(display_id);
		if (options.json) printJson(late);
		else printLate(late);
		return;
	}
	const outcome = await history.at(display_id, options.at);
	switch (outcome.kind) {
		case "unknown_session":
			throw unknownSession(display_id);
		case "unknown_revision":
			throw new OperatorError(
				"usage",
				`The session ${display_id} has ${outcome.newest_revision} events; there is no ${options.at}.`,
			);
		case "found":
			if (options.json) printJson(outcome.session);
			else printPast(outcome.session);
	}
}

/** How many answers another program had taken in when the session was adopted. */
export async function countAdopted(database: Database, display_id: string): Promise<number> {
	const history = createSessionHistory(database, createAssessmentStore(database));
	const began = await history.at(display_id, 0);
	return began.kind === "found" ? began.session.answers.length : 0;
}

export function unknownSession(display_id: string): OperatorError {
	return new OperatorError("failed", `There is no session ${display_id}.`);
}

function printPast(session: PastSession): void {
	const { progress, place, revision, newest_revision } = session;
	const where = [place?.page, place?.question].filter((part) => typeof part === "string");
	const lines = [
		["session", session.display_id],
		["revision", `${revision} of ${newest_revision}, ${session.received_at ?? "the beginning"}`],
		["status", session.status],
		["language", session.language ?? "not known"],
		["place", where.length > 0 ? where.join(", ") : "none yet"],
		["device", session.device ?? "any"],
		["answers", `${progress.questions_answered} of ${progress.total_questions} (${progress.percentage} %)`],
		["XP", String(session.total_xp)],
	] as const;
	for (const [name, value] of lines) print(`${name.padEnd(14)} ${oneLine(value)}`);
	print("");
	const cells = session.answers.map(({ question, answer, at, revision }) => [
		question,
		shortened(answer),
		at ?? "",
		String(revision),
	]);
	printTable(["QUESTION", "ANSWER", "TIME", "REVISION"], cells);
}

const NOW: Record<LateEvent["now"], string> = {
	kept_aside: "kept aside",
	applied: "applied since",
	superseded: "applied since, under a later answer",
};

function printLate(late: readonly LateEvent[]): void {
	if (late.length === 0) print("Nothing came too late.");
	else {
		const cells = late.map(({ revision, at, received_at, kind, question, value, code, now }) => [
			String(revision),
			at,
			received_at,
			kind,
			question ?? "",
			code,
			NOW[now],
			shortened(value),
		]);
		printTable(["REVISION", "DONE", "CAME", "WHAT", "QUESTION", "WHY", "NOW", "VALUE"], cells);
	}
}
